"""The same havoc as in the short test of killed workers, for minutes instead of seconds."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from models.journal.tables import Job, OutboxEvent
from tests.app.journal.labour import (
    FetchBrick,
    Havoc,
    LayBrick,
    building_site,
    crew_at,
    labels,
    leased,
    open_jobs,
    put,
    wreak,
)

BRICKS = 800
KILLS = 60


@pytest.mark.soak
@pytest.mark.parametrize("seed", [11, 12])
def test_sixty_killed_workers_lose_no_job_and_double_none(database_url, seed):
    with building_site(database_url) as sessions:
        bricks = [LayBrick(label=f"brick {n}", pause_ms=n % 40) for n in range(BRICKS)]
        fetched = [FetchBrick(label=f"brick {n}", pause_ms=n % 40) for n in range(BRICKS)]
        put(sessions, *bricks, *fetched)
        with crew_at(database_url, size=4, attempts_max=KILLS + 1) as crew:
            left = wreak(sessions, crew, Havoc(kills=KILLS, seconds=300, seed=seed))
            assert crew.stop() == [0] * 4
        assert (left.kills, open_jobs(sessions), leased(sessions)) == (0, 0, 0)
        assert labels(sessions) == Counter(
            f"{how}brick {n}" for how in ("", "pointed ", "fetched ") for n in range(BRICKS)
        )
        with sessions() as session:
            assert session.scalar(select(func.count()).select_from(OutboxEvent)) == BRICKS
            again = select(func.count()).select_from(Job).where(Job.attempts > 1)
            assert session.scalar(again) >= KILLS // 4, "too few kills hit a job"
