"""The books of a small market, opened for writing in every test and never closed with a commit."""

from __future__ import annotations

import shutil
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.database import prepare_to_write, write_transaction
from app.wiring import open_sessions
from models.compliance.tables import Paper, PaperCode
from models.demands.tables import Demand, DemandClosure, DemandCode, DemandLimit, DemandMonth
from models.journal.tables import Job, OutboxEvent
from models.streams.tables import Assay, AssayValue, Stream, StreamClosure, StreamMonth
from tests.conftest import on_server, url_of
from tests.market import make_market

TOUCHED = (
    Stream, StreamMonth, StreamClosure, Assay, AssayValue,
    Demand, DemandCode, DemandLimit, DemandMonth, DemandClosure,
    Paper, PaperCode, OutboxEvent, Job,
)  # fmt: skip


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def books(request, tmp_path_factory):
    """One copy of the facts for all tests of a feature, with the market in it."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("books") / "books.db"
        shutil.copy(request.getfixturevalue("sqlite_with_facts"), path)
        url, server = f"sqlite:///{path}", None
    else:
        server, name = request.getfixturevalue("postgresql_url"), f"offtake_books_{uuid4().hex}"
        template = request.getfixturevalue("postgresql_with_facts")
        on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        url = url_of(server, name)
    factory = open_sessions(url)
    with write_transaction(factory) as opened:
        traders = make_market(opened)
    yield factory, traders
    factory.kw["bind"].dispose()
    if server is not None:
        on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def market(books):
    return books[1]


@pytest.fixture
def session(books):
    with books[0]() as opened:
        prepare_to_write(opened)
        yield opened
        opened.rollback()


def rows_of(session):
    """How many rows there are of everything that a listing or a paper touches."""
    return {t.__tablename__: session.scalar(select(func.count()).select_from(t)) for t in TOUCHED}


def refused(session, kind, act, *arguments, **named):
    """The refusal of a use case, which leaves no row behind when its transaction is undone."""
    before = rows_of(session)
    with pytest.raises(kind) as refusal, session.begin_nested():
        act(session, *arguments, **named)
    assert rows_of(session) == before
    return refusal.value


def told(session, act, *arguments, **named):
    """What a use case returns, and the events and jobs that it wrote in its own transaction."""
    events = session.scalar(select(func.max(OutboxEvent.id))) or 0
    jobs = session.scalar(select(func.max(Job.id))) or 0
    found = act(session, *arguments, **named)
    new_events = select(OutboxEvent).where(OutboxEvent.id > events).order_by(OutboxEvent.id)
    new_jobs = select(Job).where(Job.id > jobs).order_by(Job.id)
    return (
        found,
        [(event.topic, event.payload) for event in session.scalars(new_events)],
        [(job.kind, job.payload) for job in session.scalars(new_jobs)],
    )
