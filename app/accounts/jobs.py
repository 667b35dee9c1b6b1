"""Jobs of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.inputs.privacy import PurgeAccounts
from app.accounts.services.privacy import purge_accounts
from app.settings import RetentionPolicy
from models.permissions import SYSTEM


@dataclass(frozen=True, slots=True)
class AccountJobs:
    retention: RetentionPolicy

    def purge(self, session: Session, command: PurgeAccounts, now: datetime) -> None:  # noqa: ARG002
        purge_accounts(session, before=now - self.retention.sessions, actor=SYSTEM)
