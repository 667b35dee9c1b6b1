"""Sessions of a database in which jobs have somewhere to leave their rows."""

import pytest

from app.database import write_transaction
from tests.app.journal.labour import building_site


@pytest.fixture
def sessions(database_url):
    with building_site(database_url) as sessions:
        yield sessions


@pytest.fixture
def session(sessions):
    with write_transaction(sessions) as session:
        yield session
