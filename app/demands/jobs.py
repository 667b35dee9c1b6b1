"""Jobs of demands. The worker opens the transaction, because it also marks the job done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.demands.inputs import PauseDemands
from app.demands.services import pause_demands_of
from models.permissions import SYSTEM


def run_pause_demands(session: Session, command: PauseDemands, now: datetime) -> None:
    pause_demands_of(session, command.organization_id, actor=SYSTEM, now=now)
