"""Jobs and their rhythm, messages to people, and what can be asked of the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session

from app.database import SessionFactory
from app.fields import Blankable, Command, Day, Id, ShortText


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """What a worker looks after between jobs, many times a minute, whenever it is due.

    As a job it would leave a row each time. `run` writes in a transaction of its own; what it does
    twice must be done once.
    """

    name: str
    is_due: Callable[[Session], bool]
    run: Callable[[Session, datetime], object]


class PurgeJournal(JobCommand):
    """Forget what was kept long enough, by the retention policy of this installation."""

    # An earlier release stored the days in the command.
    model_config = ConfigDict(extra="ignore")

    kind: ClassVar[str] = "journal.purge"


class Message(Command):
    """A message to a person, in words of their language. `purpose` says what it is for, as code.

    `confidential`: it holds a link or a code that opens something, and is forgotten once sent.
    """

    channel: Literal["email", "sms", "wecom"] = "email"
    purpose: str
    address: str
    subject: str = ""
    body: str
    language: str = "en"
    user_id: int | None = None
    confidential: bool = False


class SendMessage(JobCommand):
    """`failure` is filled in between: why a provider refused the message for good."""

    kind: ClassVar[str] = "journal.send_message"

    message_id: int
    failure: str | None = None


class AuditFilter(Command):
    """What of the audit trail is asked for; everything left out is any."""

    model_config = ConfigDict(extra="ignore")

    since: Annotated[Day | None, Blankable] = None
    until: Annotated[Day | None, Blankable] = None
    topic: Annotated[str, Field(pattern=r"^[a-z_.]*$", max_length=80)] = ""
    outcome: Literal["", "done", "refused"] = ""
    organization: Annotated[Id | None, Blankable] = None
    subject: Annotated[str, Field(pattern=r"^([a-z_]{1,40}( ?#?[0-9]{1,18})?)?$")] = ""
    person: ShortText = ""
    older_than: Annotated[Id | None, Blankable] = None

    @property
    def subject_kind(self) -> str:
        return self.subject.rstrip("0123456789").rstrip(" #")

    @property
    def subject_id(self) -> int | None:
        digits = self.subject[len(self.subject.rstrip("0123456789")) :]
        return int(digits) if digits else None
