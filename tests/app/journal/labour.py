"""A workforce for tests: jobs that leave one row each, and processes that carry them out."""

import logging
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

import structlog
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select
from sqlalchemy.orm import sessionmaker

from app.clock import now_utc
from app.database import SessionFactory, open_engine, write_transaction
from app.journal.inputs import JobCommand, JobKind
from app.journal.queries import queue_health
from app.journal.services import Subscriptions, enqueue, record
from app.worker import Worker, stop_on_signals
from models.journal.events import Event
from models.journal.retry import RetryPolicy
from models.journal.tables import Job

# Without a key on purpose: a job done twice must show as two rows, not as an error.
LABOUR = Table("labour", MetaData(), Column("label", String(60)), Column("pid", Integer))
LEASE = timedelta(seconds=1)
POLL = timedelta(milliseconds=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrickLaid(Event):
    topic: ClassVar[str] = "labour.brick_laid"

    label: str


class LayBrick(JobCommand):
    """Leaves a row and an event, whose reaction leaves another row."""

    kind: ClassVar[str] = "labour.lay"
    label: str
    pause_ms: int = 0


class PointBrick(JobCommand):
    kind: ClassVar[str] = "labour.point"
    label: str


class FetchBrick(JobCommand):
    """Is prepared outside a transaction, then leaves a row."""

    kind: ClassVar[str] = "labour.fetch"
    label: str
    pause_ms: int = 0


class RingBell(JobCommand):
    kind: ClassVar[str] = "labour.ring"


class DropBrick(JobCommand):
    """Always fails, after it has written."""

    kind: ClassVar[str] = "labour.drop"
    label: str


class DropDead(JobCommand):
    """Takes its worker down with it."""

    kind: ClassVar[str] = "labour.drop_dead"


class Shift:
    """What this process is doing, for who looks for a victim or wants it to hear a signal."""

    STARTING, IDLE, BUSY = range(3)
    state = None

    @classmethod
    def toil(cls, milliseconds):
        if cls.state is not None:
            cls.state.value = cls.BUSY
        time.sleep(milliseconds / 1000)
        if cls.state is not None:
            cls.state.value = cls.IDLE


def leave(session, label):
    session.execute(insert(LABOUR).values(label=label, pid=os.getpid()))


def lay(session, command, now):
    leave(session, command.label)
    Shift.toil(command.pause_ms)
    record(session, BrickLaid(label=command.label), now=now)


def fetch(sessions, command, now):
    Shift.toil(command.pause_ms)
    return PointBrick(label=f"fetched {command.label}")


def drop(session, command, now):
    leave(session, command.label)
    raise RuntimeError(f"dropped {command.label}\x00\udce4")


def drop_dead(session, command, now):
    leave(session, "never to be seen")
    os.kill(os.getpid(), signal.SIGKILL)


def point(session, command, now):
    leave(session, command.label)


def ring(session, command, now):
    leave(session, "bell")


KINDS = {
    LayBrick.kind: JobKind(LayBrick, lay),
    PointBrick.kind: JobKind(PointBrick, point),
    FetchBrick.kind: JobKind(FetchBrick, point, prepare=fetch),
    RingBell.kind: JobKind(RingBell, ring),
    DropBrick.kind: JobKind(DropBrick, drop),
    DropDead.kind: JobKind(DropDead, drop_dead),
}


def open_labour(url: str) -> SessionFactory:
    wanted = Subscriptions()
    wanted.react(BrickLaid, lambda event: PointBrick(label=f"pointed {event.label}"))
    return sessionmaker(open_engine(url), info=wanted.as_session_info())


@contextmanager
def building_site(url: str) -> Iterator[SessionFactory]:
    """Sessions for a database that also has the table the jobs write to."""
    sessions = open_labour(url)
    with write_transaction(sessions) as session:
        LABOUR.create(session.connection())
    yield sessions
    sessions.kw["bind"].dispose()


def labels(sessions) -> Counter[str]:
    with sessions() as session:
        return Counter(session.scalars(select(LABOUR.c.label)))


def put(sessions, *commands, run_at=None):
    with write_transaction(sessions) as session:
        for number, command in enumerate(commands):
            key = f"{command.kind}:{command.model_dump_json()}:{number}"
            enqueue(session, command, run_at=run_at or now_utc(), dedupe_key=key)


def open_jobs(sessions, *, besides=RingBell.kind) -> int:
    still = (Job.done_at.is_(None), Job.dead_at.is_(None), Job.kind != besides)
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Job).where(*still))


def leased(sessions) -> int:
    with sessions() as session:
        return queue_health(session, now=now_utc()).leased


def work(url: str, attempts_max: int, state) -> None:
    """What a worker process does until it is stopped or killed."""
    Shift.state = state
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    sessions = open_labour(url)
    retry = RetryPolicy(
        first_wait=timedelta(milliseconds=50),
        longest_wait=timedelta(milliseconds=200),
        attempts_max=attempts_max,
    )
    worker = Worker(sessions=sessions, jobs=KINDS, lease=LEASE, poll=POLL, retry=retry)
    stop = stop_on_signals()
    state.value = Shift.IDLE
    worker.run_forever(stop)
    sessions.kw["bind"].dispose()


class Crew:
    """Worker processes that are replaced when they die."""

    def __init__(self, url: str, *, size: int, attempts_max: int) -> None:
        # Forked from a clean server: quick to start, and free of the threads of the tests.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._order = (url, attempts_max)
        self._states = [self._context.RawValue("b") for _ in range(size)]
        self.members = [self._hire(place) for place in range(size)]
        self.deaths = 0

    def _hire(self, place: int):
        self._states[place].value = Shift.STARTING
        member = self._context.Process(target=work, args=(*self._order, self._states[place]))
        member.start()
        return member

    def replace_the_dead(self) -> None:
        for place, member in enumerate(self.members):
            if not member.is_alive():
                member.join()
                self.deaths += 1
                self.members[place] = self._hire(place)

    def at_work(self) -> list[int]:
        return [n for n, state in enumerate(self._states) if state.value == Shift.BUSY]

    def kill(self, place: int) -> None:
        self.members[place].kill()
        self.members[place].join()
        self.replace_the_dead()

    def stop(self) -> list[int]:
        """Ask all to stop, once they can hear it; return their exit codes."""
        end = time.monotonic() + 20
        while any(state.value == Shift.STARTING for state in self._states):
            assert time.monotonic() < end, "a worker did not start"
            time.sleep(0.02)
        for member in self.members:
            member.terminate()
        for member in self.members:
            member.join(20)
        return [member.exitcode for member in self.members]

    def dismiss(self) -> None:
        for member in self.members:
            member.kill()
            member.join()


@contextmanager
def crew_at(url: str, *, size: int = 3, attempts_max: int = 3) -> Iterator[Crew]:
    crew = Crew(url, size=size, attempts_max=attempts_max)
    try:
        yield crew
    finally:
        crew.dismiss()


@dataclass(frozen=True)
class Havoc:
    kills: int
    seconds: int
    seed: int = 1


def wreak(sessions, crew: Crew, havoc: Havoc) -> Havoc:
    """Kill working workers at random moments until the work is done; return the kills left over."""
    chance = random.Random(havoc.seed)
    end = time.monotonic() + havoc.seconds
    while (open_jobs(sessions) or havoc.kills) and time.monotonic() < end:
        time.sleep(chance.uniform(0.02, 0.25))
        crew.replace_the_dead()
        if havoc.kills and (victims := crew.at_work()):
            crew.kill(chance.choice(victims))
            havoc = replace(havoc, kills=havoc.kills - 1)
    return havoc
