"""Jobs of compliance. The worker opens the transaction, because it also marks the job done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.compliance.inputs import WarnOfEndings
from app.compliance.services import warn_of_endings
from app.settings import CompliancePolicy
from models.permissions import SYSTEM


class ComplianceJobs:
    """The handlers, with the policy of this installation."""

    def __init__(self, policy: CompliancePolicy) -> None:
        self.policy = policy

    def warn_of_endings(self, session: Session, command: WarnOfEndings, now: datetime) -> None:  # noqa: ARG002
        warn_of_endings(session, actor=SYSTEM, now=now, policy=self.policy)
