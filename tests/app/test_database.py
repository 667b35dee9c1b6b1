"""Transactions: writers take the write lock at once, and nothing is half stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.database import chunks, prepare_to_write, write_transaction
from models.journal.tables import Schedule
from tests.market import NOON


def add(session, name):
    row = Schedule(name=name, kind="k", payload={}, every_seconds=60, next_run_at=NOON)
    session.add(row)
    session.flush()


def count(sessions):
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Schedule))


def test_an_error_leaves_nothing_behind(sessions):
    def half() -> None:
        with write_transaction(sessions) as session:
            add(session, "a")
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        half()
    assert count(sessions) == 0


def test_many_writers_at_once_all_get_through(sessions):
    # Deferred transactions on SQLite would fail here with "database is locked".
    def one(number):
        with write_transaction(sessions) as session:
            seen = session.scalar(select(func.count()).select_from(Schedule))
            add(session, f"{number} after {seen}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(40)))
    assert count(sessions) == 40


def test_a_writer_must_say_so_before_its_first_query(sessions):
    with sessions() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(AssertionError, match="decided too late"):
            prepare_to_write(session)


def test_instants_come_back_in_utc(sessions):
    with write_transaction(sessions) as session:
        add(session, "a")
    with sessions() as session:
        stored = session.scalar(select(Schedule.next_run_at))
    assert stored == NOON
    assert stored.tzinfo is not None


def test_foreign_keys_are_enforced(sessions):
    def orphan() -> None:
        with write_transaction(sessions) as session:
            session.execute(
                text(
                    "INSERT INTO membership (user_id, organization_id, role) VALUES (7, 7, 'owner')"
                )
            )

    with pytest.raises(IntegrityError):
        orphan()


def test_ids_come_in_sorted_lists_without_doubles():
    assert list(chunks([3, 1, 2, 3], size=2)) == [[1, 2], [3]]
    assert list(chunks([])) == []
