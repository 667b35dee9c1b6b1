"""The small market made once a module; each test writes to it and takes everything back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from app.database import SessionFactory, prepare_to_write, write_transaction
from app.wiring import open_sessions
from tests.conftest import on_server, url_of
from tests.market import Market, make_market


@dataclass(frozen=True)
class Standing:
    sessions: SessionFactory
    market: Market


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def standing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standing]:
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("standing") / "market.db"
        shutil.copy(request.getfixturevalue("sqlite_with_facts"), path)
        yield from _stand(f"sqlite:///{path}")
        return
    server: str = request.getfixturevalue("postgresql_url")
    template: str = request.getfixturevalue("postgresql_with_facts")
    name = f"offtake_standing_{os.getpid()}"
    on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield from _stand(url_of(server, name))
    on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _stand(url: str) -> Iterator[Standing]:
    sessions = open_sessions(url)
    with write_transaction(sessions) as session:
        market = make_market(session)
    yield Standing(sessions, market)
    sessions.kw["bind"].dispose()


@pytest.fixture
def small(standing: Standing) -> Market:
    return standing.market


@pytest.fixture
def writing(standing: Standing) -> Iterator[Session]:
    with standing.sessions() as session:
        prepare_to_write(session)
        yield session
        session.rollback()
