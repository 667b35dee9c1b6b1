"""Whether the installation is sound: the checks of `offtake doctor` that the journal can make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.journal.queries.audit import oldest_pending, unchained_entry, verify_chain
from app.journal.queries.messages import refused_messages, waiting_messages
from app.journal.queries.queue import dead_jobs, queue_health
from app.settings import Settings
from app.startup import complaints
from models.journal.audit import APPEND_ONLY_TABLES

ROOT: Final = Path(__file__).parents[3]
CHAINED_WITHIN: Final = timedelta(minutes=1)
SENT_WITHIN: Final = timedelta(minutes=10)
DONE_WITHIN: Final = timedelta(minutes=30)
_REFUSALS_SHOWN_FOR: Final = timedelta(days=7)
_TRIGGERS_SQLITE: Final = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
# 'D': switched off.
_TRIGGERS_POSTGRESQL: Final = (
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a check is handed."""

    settings: Settings
    now: datetime
    noted_head: str = ""  # of the audit chain, as an earlier look told it


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is wrong, a line each, none if all is well; and what is worth knowing in any case."""

    wrong: Sequence[str] = ()
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that `offtake doctor` looks at. `find` reads only, and may read much."""

    name: str
    find: Callable[[Session, Look], Report | list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    name: str
    wrong: list[str]
    fact: str


def examine(session: Session, check: Check, look: Look) -> Finding:
    """Make one check; a database that cannot answer it is something wrong, too."""
    try:
        found = check.find(session, look)
    except SQLAlchemyError as error:
        session.rollback()
        found = [f"this could not be looked at: {type(error).__name__} (has `offtake init` run?)"]
    report = Report(wrong=found) if isinstance(found, list) else found
    return Finding(name=check.name, wrong=list(report.wrong), fact=report.fact)


def check_settings(_: Session, look: Look) -> list[str]:
    # On which host it is served is known to whoever serves it.
    return complaints(look.settings, host="127.0.0.1")


def check_migrations(session: Session, _: Look) -> list[str]:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    wanted = set(ScriptDirectory.from_config(config).get_heads())
    found = set(MigrationContext.configure(session.connection()).get_current_heads())
    if found == wanted:
        return []
    at = ", ".join(sorted(found)) or "nothing"
    return [f"the database is at {at}, not at {', '.join(sorted(wanted))}: run `offtake init`"]


def check_triggers(session: Session, _: Look) -> list[str]:
    """Whether the database still refuses to change what is append-only."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    found = set(session.scalars(text(_TRIGGERS_SQLITE if sqlite else _TRIGGERS_POSTGRESQL)))
    ends = ("no_update", "no_delete") if sqlite else ("append_only",)
    wanted = [f"{table}_{end}" for table in APPEND_ONLY_TABLES for end in ends]
    return [f"the trigger {name} is gone or off" for name in wanted if name not in found]


def check_audit_chain(session: Session, look: Look) -> Report:
    """The head of a chain that holds is a fact to note elsewhere: it shows a chain made anew."""
    verdict = verify_chain(session, noted_head=look.noted_head)
    wrong = []
    if verdict.fault:
        wrong.append(f"{verdict.fault}; the chain holds up to link {verdict.length}")
    elif look.noted_head and not verdict.noted_head_found:
        wrong.append("the head noted before is not in the chain: it was made anew, or cut off")
    if (lost := unchained_entry(session)) is not None:
        wrong.append(f"entry {lost} has no link, and none will be made")
    return Report(wrong=wrong, fact=f"{verdict.length} links, head {verdict.head}")


def check_audit_lag(session: Session, look: Look) -> list[str]:
    since = oldest_pending(session)
    if since is None or look.now - since < CHAINED_WITHIN:
        return []
    return [f"an entry has waited for its link since {since.isoformat()}: does a worker run?"]


def check_jobs(session: Session, look: Look) -> list[str]:
    found = [
        f"job {job.id} ({job.kind}) was given up after {job.attempts} attempts"
        for job in dead_jobs(session)
    ]
    waiting = queue_health(session, now=look.now).oldest_due_age
    if waiting is not None and waiting > DONE_WITHIN:
        minutes = int(waiting.total_seconds() // 60)
        found.append(f"a job has been due for {minutes} minutes: does a worker run?")
    return found


def check_messages(session: Session, look: Look) -> list[str]:
    found = []
    if waiting := waiting_messages(session, written_before=look.now - SENT_WITHIN):
        found.append(f"{waiting} messages have not been sent")
    refused = refused_messages(session, since=look.now - _REFUSALS_SHOWN_FOR)
    found += [
        f"{count} messages were refused for good in the last week: {reason}"
        for reason, count in refused.items()
    ]
    return found


JOURNAL_CHECKS: Final = (
    Check("settings", check_settings),
    Check("migrations", check_migrations),
    Check("append-only triggers", check_triggers),
    Check("audit chain", check_audit_chain),
    Check("audit chain is up to date", check_audit_lag),
    Check("background jobs", check_jobs),
    Check("messages", check_messages),
)
