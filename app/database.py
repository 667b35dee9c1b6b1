"""Engine, sessions and transactions. Services never commit; the edge does. Knows no Flask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    create_engine,
    event,
    func,
    select,
    true,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

import models.metadata  # noqa: F401  (a session needs every table, whoever opened it)

SessionFactory = sessionmaker[Session]
_ORIGIN: Final = "origin"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from; a job or a command comes from nowhere."""

    address: str = ""
    agent: str = ""


def note_origin(session: Session, origin: Origin) -> None:
    """Say where the request of this session came from, once, at the edge."""
    session.info[_ORIGIN] = origin


def origin_of(session: Session) -> Origin:
    found = session.info.get(_ORIGIN, Origin())
    assert isinstance(found, Origin)
    return found


def open_engine(url: str, *, pooled: bool = True) -> Engine:
    # What is sent to the database is personal now and then: no error message may quote it.
    pool = None if pooled else NullPool
    engine = create_engine(url, poolclass=pool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver must not open transactions behind our back, or savepoints break.
    connection.isolation_level = None
    for pragma in ("busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Connection) -> None:
    # A writer takes the write lock at once: two readers that both wish to write would deadlock.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def prepare_to_write(session: Session) -> None:
    """Begin the transaction as a writer. Must come before the first query."""
    assert not session.in_transaction(), "decided too late: the transaction has begun"
    session.connection(execution_options={"writes": True})


def lock_name(session: Session, name: str) -> None:
    """Let only one transaction at a time create what is known by this name.

    A row that does not exist yet cannot be locked. On SQLite the writer is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


@contextmanager
def write_transaction(sessions: SessionFactory) -> Iterator[Session]:
    """One writing transaction for a job or a script: commit at the end, roll back on any error."""
    with sessions() as session:
        prepare_to_write(session)
        yield session
        session.commit()


def chunks(ids: Iterable[int], size: int = 5_000) -> Iterator[list[int]]:
    """Ids in sorted lists short enough for one `IN`: SQLite binds 32,766 values at most."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def conditions(
    column: InstrumentedAttribute[int], ids: Collection[int] | None
) -> list[ColumnElement[bool]]:
    """Conditions that together select the ids asked for, or the one that selects all."""
    return [true()] if ids is None else [column.in_(part) for part in chunks(ids)]


def check_answers(session: Session) -> None:
    """Raise unless the database answers a query."""
    session.execute(select(1))
