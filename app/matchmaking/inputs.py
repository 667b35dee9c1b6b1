"""What can be asked of the market."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from app.fields import Blankable, Command, Id, ShortText
from app.journal.inputs import JobCommand

PAGE_MAX = 1_000


class MarketFilter(Command):
    """One filter for the list and the map; everything left out is any.

    Links are forwarded in chats, which hang words of their own on them: those are passed over.
    """

    model_config = ConfigDict(extra="ignore")

    side: Literal["all", "stream", "demand"] = "all"
    material: Annotated[Id | None, Blankable] = None
    near: ShortText = ""
    within_km: Annotated[Literal["50", "100", "200", "300"] | None, Blankable] = None
    price: Annotated[Literal["pays", "50", "100"] | None, Blankable] = None
    q: ShortText = ""
    page: int = Field(default=1, ge=1, le=PAGE_MAX)


class RefreshStream(JobCommand):
    kind: ClassVar[str] = "matchmaking.refresh_stream"

    stream_id: int


class RefreshDemand(JobCommand):
    kind: ClassVar[str] = "matchmaking.refresh_demand"

    demand_id: int


class RefreshSite(JobCommand):
    """A paper of the site was filed: what its demands may take has changed."""

    kind: ClassVar[str] = "matchmaking.refresh_site"

    site_id: int


class RefreshMarket(JobCommand):
    """Assays and papers end with the day, and closures begin: once a night all is matched anew."""

    kind: ClassVar[str] = "matchmaking.refresh_market"
