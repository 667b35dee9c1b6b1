"""Settings from the environment, and the frozen policies that services are handed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesPolicy:
    """Which geocoder answers, and the key that displaces blurred sites."""

    geocoder: str = "gazetteer"
    geocoder_options: Mapping[str, str] = field(default_factory=dict)
    blur_key: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """How long a signed-in browser stays signed in, and how fresh a proof sensitive steps want."""

    idle: timedelta = timedelta(hours=2)
    absolute: timedelta = timedelta(hours=24)
    fresh: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadPolicy:
    """Where road distances come from: the curve, a graph in a file, or a routing service."""

    source: Literal["curve", "graph", "service"] = "curve"
    graph: Path = Path()
    service: str = ""
    url: str = ""
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # a key may be among them


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingPolicy:
    """What a tonne-kilometre costs in this market, and how prices are made comparable."""

    loading_minor_per_tonne: int = 8_00
    haul_minor_per_tonne_km: int = 45
    handling_minor_per_tonne: int = 6_00
    vat_rate_permille: int = 130
    jurisdiction: str = "CN"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    road: RoadPolicy = field(default_factory=RoadPolicy)


class Settings(BaseSettings):
    """Read once at start. `DATABASE_URL` alone has no prefix, as hosting services set it."""

    model_config = SettingsConfigDict(
        env_prefix="OFFTAKE_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    instance: Path = Path("instance")
    secret_key: str = ""
    secure_cookies: bool = False
    session_idle_minutes: int = Field(default=120, ge=5, le=1_440)
    session_hours: int = Field(default=24, ge=1, le=336)
    trusted_hosts: list[str] = Field(default_factory=list)
    currency: Literal["CNY", "EUR", "USD"] = "CNY"
    time_zone: str = "Asia/Shanghai"
    geocoder: str = "gazetteer"
    geocoder_options: dict[str, str] = Field(default_factory=dict)
    tile_url: str = ""
    tile_attribution: str = ""
    loading_minor_per_tonne: int = 8_00
    haul_minor_per_tonne_km: int = 45
    handling_minor_per_tonne: int = 6_00
    vat_rate_permille: int = 130
    jurisdiction: Literal["CN", "EU"] = "CN"
    road: str = "curve"
    road_options: dict[str, str] = Field(default_factory=dict, repr=False)

    @field_validator("road")
    @classmethod
    def _names_a_source_of_roads(cls, road: str) -> str:
        source, _, where = road.partition(":")
        service, _, url = where.partition(":")
        if source == "graph" and where and not Path(where).is_file():
            raise ValueError(f"there is no file {where}")
        if road not in ("curve", "graph") and not (
            (source == "graph" and where) or (source == "service" and service and url)
        ):
            raise ValueError("give curve, graph, graph:FILE.npz or service:NAME:URL")
        return road

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.instance.resolve()}/offtake.db"

    @cached_property
    def signing_key(self) -> str:
        """The secret of cookies and displacements: given, or made once for this instance."""
        return self.secret_key or _kept_secret(self.instance / "secret-key")

    @property
    def sessions(self) -> SessionPolicy:
        return SessionPolicy(
            idle=timedelta(minutes=self.session_idle_minutes),
            absolute=timedelta(hours=self.session_hours),
        )

    @property
    def places(self) -> PlacesPolicy:
        return PlacesPolicy(
            geocoder=self.geocoder,
            geocoder_options=self.geocoder_options,
            blur_key=f"blur:{self.signing_key}".encode(),
        )

    @property
    def matching(self) -> MatchingPolicy:
        return MatchingPolicy(
            loading_minor_per_tonne=self.loading_minor_per_tonne,
            haul_minor_per_tonne_km=self.haul_minor_per_tonne_km,
            handling_minor_per_tonne=self.handling_minor_per_tonne,
            vat_rate_permille=self.vat_rate_permille,
            jurisdiction=self.jurisdiction,
            time_zone=ZoneInfo(self.time_zone),
            road=self._road,
        )

    @property
    def imported_roads(self) -> Path:
        """Where `offtake import roads` keeps the graph of this installation."""
        return self.instance.resolve() / "roads.npz"

    @property
    def _road(self) -> RoadPolicy:
        source, _, where = self.road.partition(":")
        if source == "graph":
            graph = Path(where).resolve() if where else self.imported_roads
            return RoadPolicy(source="graph", graph=graph)
        if source == "service":
            service, _, url = where.partition(":")
            options = tuple(sorted(self.road_options.items()))
            return RoadPolicy(source="service", service=service, url=url, options=options)
        return RoadPolicy()


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), "ascii")
        # A link appears whole or not at all; whoever comes second keeps the first one's secret.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text("ascii")
