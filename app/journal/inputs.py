"""What a job is made of: a command that survives being stored, its kind, and its rhythm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field
from sqlalchemy.orm import Session

from app.database import SessionFactory
from app.fields import Command


class JobCommand(Command):
    """A command that runs later. `kind` names it in the database: never rename one in use."""

    kind: ClassVar[str]


@dataclass(frozen=True, slots=True)
class JobKind:
    """How one kind of command is read and carried out.

    `run` writes, in the transaction that also marks the job done; it never commits, and calls
    nobody outside, because on SQLite that transaction keeps every other writer waiting.
    `prepare` is for what takes long or speaks to others: it runs before, outside any transaction,
    and returns the command that `run` is then given. It may run more than once for one job, so a
    call to a provider carries an idempotency key.
    """

    command: type[JobCommand]
    run: Callable[[Session, Any, datetime], None]
    prepare: Callable[[SessionFactory, Any, datetime], JobCommand] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledCommand:
    """A command to be enqueued at `any_occurrence` and at every whole interval from it."""

    name: str
    command: JobCommand
    every: timedelta
    any_occurrence: datetime


class PurgeJournal(JobCommand):
    """Forget jobs that were done long ago. Their dedupe keys are forgotten with them."""

    kind: ClassVar[str] = "journal.purge"
    keep_days: int = Field(default=90, ge=1)
