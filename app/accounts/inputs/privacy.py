"""What is asked before an account is deleted, and the job that forgets old sessions."""

from __future__ import annotations

from typing import ClassVar, Literal

from app.fields import Command
from app.journal.inputs import JobCommand


class DeleteAccount(Command):
    """Ticked, so that one wrong press deletes nobody."""

    understood: Literal["true"]


class PurgeAccounts(JobCommand):
    """Forget sessions and invitations that ended long ago."""

    kind: ClassVar[str] = "accounts.purge"
