"""Databases of the catalogue's own: one loaded for all reads, empty ones for loading."""

from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker

from app.catalogue.services import load_catalogue
from app.catalogue.services.reading import read_facts
from app.database import open_engine, write_transaction
from app.journal.services import Subscriptions
from models.base import Base
from models.permissions import SYSTEM

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@contextmanager
def fresh_database(request, folder):
    """Every table, no row. On PostgreSQL a schema of its own: cheaper than a database."""
    name = f"catalogue_{uuid4().hex}"
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{folder}/{name}.db")
    else:
        server = request.getfixturevalue("postgresql_url")
        ours = open_engine(server)
        with ours.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        ours.dispose()
        joint = "&" if "?" in server else "?"
        engine = open_engine(f"{server}{joint}options=-csearch_path%3D{name}")
    try:
        Base.metadata.create_all(engine)
        yield sessionmaker(engine, info=Subscriptions().as_session_info())
    finally:
        if request.param == "postgresql":
            with engine.begin() as connection:
                connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        engine.dispose()


@pytest.fixture(scope="session")
def facts():
    return read_facts()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def loaded(request, tmp_path_factory):
    """The whole catalogue, loaded once per database: reads leave it as it is."""
    with fresh_database(request, tmp_path_factory.mktemp("catalogue")) as sessions:
        with write_transaction(sessions) as session:
            load_catalogue(session, actor=SYSTEM, now=NOW)
        yield sessions


@pytest.fixture
def session(loaded):
    with loaded() as session:
        yield session


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    with fresh_database(request, tmp_path) as sessions:
        yield sessions
