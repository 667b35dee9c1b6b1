"""Jobs of matchmaking. The worker opens the transaction, because it also marks the job done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.matchmaking.inputs import RefreshDemand, RefreshMarket, RefreshSite, RefreshStream
from app.matchmaking.services import (
    refresh_demands,
    refresh_market,
    refresh_site,
    refresh_stream,
)
from app.settings import MatchingPolicy
from models.permissions import SYSTEM


class MatchingJobs:
    """The handlers, with the policy of this installation."""

    def __init__(self, policy: MatchingPolicy) -> None:
        self.policy = policy

    def refresh_stream(self, session: Session, command: RefreshStream, now: datetime) -> None:
        refresh_stream(session, command.stream_id, actor=SYSTEM, now=now, policy=self.policy)

    def refresh_demand(self, session: Session, command: RefreshDemand, now: datetime) -> None:
        refresh_demands(session, [command.demand_id], actor=SYSTEM, now=now, policy=self.policy)

    def refresh_site(self, session: Session, command: RefreshSite, now: datetime) -> None:
        refresh_site(session, command.site_id, actor=SYSTEM, now=now, policy=self.policy)

    def refresh_market(self, session: Session, command: RefreshMarket, now: datetime) -> None:  # noqa: ARG002
        refresh_market(session, actor=SYSTEM, now=now, policy=self.policy)
