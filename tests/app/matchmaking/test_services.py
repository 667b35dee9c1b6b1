"""Stored matches: however they are refreshed, they are those of a matching of everything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

import matching
from app.database import SessionFactory, write_transaction
from app.demands.inputs import DemandTerms
from app.demands.services import change_demand, move_demand
from app.matchmaking import services
from app.matchmaking.queries.arrays import compile_market
from app.matchmaking.queries.figures import market_figures, rejections_of_market
from app.matchmaking.queries.snapshot import Snapshot, load_snapshot
from app.matchmaking.services import (
    refresh_demands,
    refresh_market,
    refresh_site,
    refresh_stream,
)
from app.settings import Settings
from app.streams.inputs import StreamTerms
from app.streams.services import change_stream, move_stream
from app.wiring import job_kinds
from app.worker import run_due_jobs
from models.demands.tables import Demand
from models.errors import NotAllowed
from models.journal.tables import Job
from models.matchmaking.tables import StoredMatch
from models.permissions import SYSTEM
from models.streams.life import Action
from models.streams.tables import Stream
from tests.app.matchmaking.listings import (
    YESTERDAY,
    Row,
    limit,
    material_id,
    open_demand,
    open_stream,
    restate_demand,
    restate_stream,
    sample,
    stored,
)
from tests.market import (
    FLY_ASH,
    MATCHING,
    NOON,
    TODAY,
    Market,
    demand_terms,
    file_general_papers,
    make_site,
    stream_terms,
)

KNOWN = {"actor": SYSTEM, "now": NOON, "policy": MATCHING}
CODES = (FLY_ASH, "900-002-S02", "900-001-S03")
VEHICLES = ("powder_tanker", "tipper", "sealed_tipper")
LISTINGS_A_SIDE = 15
SCRAP = "900-001-S17"
TONNE = 1_000_000


def all_of(session: Session, table: type[Stream | Demand]) -> list[int]:
    return list(session.scalars(select(table.id).order_by(table.id)))


def add_random_market(session: Session, market: Market, chance: Random) -> None:
    """About thirty listings around the small market; every gate stops some pairs."""
    sites = []
    for number in range(6):
        lat, lon = 36.2 + chance.uniform(-0.8, 0.8), 117.7 + chance.uniform(-0.9, 0.9)
        blurred = number % 2 == 0
        sites.append(make_site(session, market.recycler, lat, lon, blurred=blurred))
        if number < 5:
            until = YESTERDAY if number == 4 else TODAY
            file_general_papers(session, market.recycler, sites[-1], valid_until=str(until))
    for _ in range(LISTINGS_A_SIDE):
        add_random_stream(session, market, chance)
        add_random_demand(session, market, chance, chance.choice(sites))


def random_terms(chance: Random) -> dict[str, object]:
    months = [str(chance.choice([0, 100, 2500])) for _ in range(12)]
    return {
        "months_t": [*months[:-1], "7"],
        "vehicles": chance.sample(VEHICLES, chance.choice([1, 2])),
        "vat_included": chance.choice(["true", "false"]),
        "visibility": chance.choice(["public", "public", "invited"]),
    }


def add_random_stream(session: Session, market: Market, chance: Random) -> None:
    lat, lon = 36.2 + chance.uniform(-0.8, 0.8), 117.7 + chance.uniform(-0.9, 0.9)
    site_id = make_site(session, market.factory, lat, lon, blurred=chance.random() < 0.5)
    ask = f"{chance.uniform(-60, 60):.2f}"
    terms = random_terms(chance) | {"waste_code": chance.choice(CODES), "ask_per_t": ask}
    stream_id = open_stream(session, market.factory, site_id, **terms)
    if chance.random() < 0.7:
        values = {"loi": f"{chance.uniform(1, 9):.2f}", "so3": f"{chance.uniform(0, 4):.2f}"}
        sample(session, market.factory, stream_id, values)
    if chance.random() < 0.15:
        move_stream(session, stream_id, Action.PAUSE, actor=market.factory, now=NOON)


def add_random_demand(session: Session, market: Market, chance: Random, site_id: int) -> None:
    limits = [
        limit(session, "loi", upper=f"{chance.uniform(3, 9):.2f}"),
        limit(session, "so3", upper="3", any_of="a"),
        limit(session, "cao", upper="9", any_of="a"),
        limit(session, "loi", upper="2", hard="false"),
    ]
    terms = random_terms(chance) | {
        "codes": chance.sample(CODES, 2),
        "price_per_t": f"{chance.uniform(-20, 120):.2f}",
        "radius_km": str(chance.choice([30, 80, 200])),
        "limits": limits[: chance.randrange(5)],
    }
    demand_id = open_demand(session, market.recycler, site_id, **terms)
    if chance.random() < 0.15:
        move_demand(session, demand_id, Action.PAUSE, actor=market.recycler, now=NOON)


def explained(session: Session) -> list[tuple[int, int, bool]]:
    """Every pair judged alone, gate by gate, and whether it lacks no value."""
    snapshot = load_snapshot(session, today=TODAY, policy=MATCHING)
    market = compile_market(snapshot, MATCHING)
    pairs = []
    for i, stream in enumerate(snapshot.streams):
        for j, demand in enumerate(snapshot.demands):
            found = matching.explain(market.streams, i, market.demands, j, market.costs)
            if all(finding.kind == "untested" for finding in found):
                pairs.append((stream.id, demand.id, not found))
    return pairs


@pytest.mark.parametrize("seed", [1, 2])
def test_a_refresh_by_stream_by_demand_or_by_site_stores_what_a_full_one_stores(
    writing: Session, small: Market, seed: int
) -> None:
    add_random_market(writing, small, Random(seed))
    refresh_market(writing, **KNOWN)
    full = stored(writing)
    assert [row[:3] for row in full] == explained(writing)
    assert {row[2] for row in full} == {True, False}

    writing.execute(delete(StoredMatch))
    streams = all_of(writing, Stream)
    made = sum(refresh_stream(writing, stream_id, **KNOWN) for stream_id in streams)
    assert (made, stored(writing)) == (len(full), full)

    writing.execute(delete(StoredMatch))
    demands = all_of(writing, Demand)
    made = sum(refresh_demands(writing, [demand_id], **KNOWN) for demand_id in demands)
    assert (made, stored(writing)) == (len(full), full)

    writing.execute(delete(StoredMatch))
    for site_id in sorted(set(writing.scalars(select(Demand.site_id)))):
        refresh_site(writing, site_id, **KNOWN)
    assert stored(writing) == full

    # Once more on top of what is stored: nothing doubles, nothing moves.
    refresh_demands(writing, demands, **KNOWN)
    refresh_stream(writing, streams[0], **KNOWN)
    refresh_market(writing, **KNOWN)
    assert stored(writing) == full


def test_the_row_of_a_pair_says_value_distance_and_versions(
    writing: Session, small: Market
) -> None:
    summary = refresh_market(writing, **KNOWN)
    # The stream was published and sampled, the demand published: each step is a version.
    assert stored(writing) == [(small.stream_id, small.demand_id, True, 4_722, 26_981, 3, 2)]
    assert (summary.streams, summary.demands, summary.feasible_pairs) == (1, 1, 1)
    assert (summary.untested_pairs, summary.streams_with_partner) == (0, 1)
    assert (summary.best_minor_per_tonne, summary.median_minor_per_tonne) == (4_722, 4_722)
    assert summary.generated_g == summary.with_partner_g == 12_000 * 1_000_000
    assert rejections_of_market(writing) == []
    figures = market_figures(writing)
    assert figures is not None
    assert (figures.feasible_pairs, figures.stream_sites) == (1, 1)
    # Nobody said which material it is, so nobody knows whether the bulk target speaks of it.
    assert (figures.rate_generated_g, figures.rate_placeable_g, figures.rate) == (0, 0, None)


def restate_as_fly_ash(session: Session, small: Market, **changed: object) -> None:
    ash = str(material_id(session, "fly_ash_f"))
    restate_stream(session, small, material_id=ash, **changed)


@pytest.mark.parametrize(
    ("supply", "capacity", "placed_t"),
    [
        (["1000"] * 12, ["2000"] * 12, 12_000),
        (["1000"] * 12, ["250"] * 12, 3_000),
        # Enough in the year, but what arises from July on finds nobody.
        (["1000"] * 12, ["2000"] * 6 + ["0"] * 6, 6_000),
        (["6000", *["0"] * 10, "6000"], ["1000"] * 12, 2_000),
    ],
)
def test_the_rate_counts_what_finds_capacity_in_its_own_month(
    writing: Session, small: Market, supply: list[str], capacity: list[str], placed_t: int
) -> None:
    restate_as_fly_ash(writing, small, months_t=supply)
    restate_demand(writing, small, months_t=capacity)
    summary = refresh_market(writing, **KNOWN)
    assert summary.generated_g == summary.with_partner_g == 12_000 * TONNE
    assert summary.rate_generated_g == 12_000 * TONNE
    assert summary.rate_placeable_g == placed_t * TONNE
    figures = market_figures(writing)
    assert figures is not None
    assert figures.rate == placed_t / 12_000


def test_hazardous_waste_and_scrap_have_partners_but_no_part_in_the_rate(
    writing: Session, small: Market
) -> None:
    restate_as_fly_ash(writing, small)
    restate_demand(writing, small, codes=[FLY_ASH, SCRAP], months_t=["500"] * 12)
    for material, code in (("scrap_steel", SCRAP), ("mswi_fly_ash", "772-002-18")):
        chosen = str(material_id(writing, material))
        terms = {"material_id": chosen, "waste_code": code}
        open_stream(writing, small.factory, small.factory_site_id, **terms)
    summary = refresh_market(writing, **KNOWN)
    assert (summary.generated_g, summary.with_partner_g) == (36_000 * TONNE, 24_000 * TONNE)
    # Scrap takes nothing of the capacity: the rate asks what could be done with the ash.
    assert (summary.rate_generated_g, summary.rate_placeable_g) == (12_000 * TONNE, 6_000 * TONNE)


def test_a_market_without_listings_has_figures_too(writing: Session, small: Market) -> None:
    move_demand(writing, small.demand_id, Action.CLOSE, actor=small.recycler, now=NOON)
    half = refresh_market(writing, **KNOWN)
    assert (half.streams, half.demands, half.feasible_pairs) == (1, 0, 0)
    move_stream(writing, small.stream_id, Action.CLOSE, actor=small.factory, now=NOON)
    summary = refresh_market(writing, **KNOWN)
    assert (summary.streams, summary.demands, summary.generated_g) == (0, 0, 0)
    assert (summary.best_minor_per_tonne, summary.median_minor_per_tonne) == (None, None)
    figures = market_figures(writing)
    assert figures is not None
    assert figures.rate is None


def test_each_gate_is_counted_once_where_it_stops_a_pair_first(
    writing: Session, small: Market
) -> None:
    def demand(**changed: object) -> None:
        open_demand(writing, small.recycler, small.recycler_site_id, **changed)

    unlicensed = make_site(writing, small.recycler, 36.2, 117.8)
    open_demand(writing, small.recycler, unlicensed)
    demand(radius_km="20", vehicles=["tipper"])
    demand(vehicles=["tipper"])
    demand(limits=[limit(writing, "loi", upper="3"), limit(writing, "cao", upper="3")])
    demand(limits=[limit(writing, "cao", upper="3")])
    demand(price_per_t="1")
    summary = refresh_market(writing, **KNOWN)
    assert dict(rejections_of_market(writing)) == {
        "right": 1,
        "distance": 1,
        "vehicle": 1,
        "composition": 1,
        "untested": 1,
        "value": 1,
    }
    assert (summary.feasible_pairs, summary.untested_pairs) == (1, 1)


def test_only_who_may_refresh_does(writing: Session, small: Market) -> None:
    for actor in (small.factory, small.stranger):
        with pytest.raises(NotAllowed):
            refresh_market(writing, actor=actor, now=NOON, policy=MATCHING)
        with pytest.raises(NotAllowed):
            refresh_stream(writing, small.stream_id, actor=actor, now=NOON, policy=MATCHING)
        with pytest.raises(NotAllowed):
            refresh_demands(writing, [small.demand_id], actor=actor, now=NOON, policy=MATCHING)
    assert stored(writing) == []


# From here on transactions are committed, so each test has a database of its own.


@pytest.fixture
def work(facts_url: str, trading: SessionFactory, tmp_path: Path) -> Callable[[], int]:
    kinds = job_kinds(Settings(DATABASE_URL=facts_url, instance=tmp_path, secret_key="test"))
    return lambda: run_due_jobs(trading, kinds, now=NOON)


def rows_of(sessions: SessionFactory) -> list[Row]:
    with sessions() as session:
        return stored(session)


def test_every_change_enqueues_a_job_and_the_worker_moves_the_matches(
    trading: SessionFactory, market: Market, work: Callable[[], int]
) -> None:
    assert rows_of(trading) == []
    assert work() > 0
    assert work() == 0
    pair = (market.stream_id, market.demand_id)
    assert rows_of(trading) == [(*pair, True, 4_722, 26_981, 3, 2)]

    with write_transaction(trading) as session:
        terms = DemandTerms.model_validate(
            demand_terms(market.recycler_site_id, price_per_t="90.00")
        )
        change_demand(session, market.demand_id, terms, actor=market.recycler, now=NOON)
    assert work() == 1
    assert rows_of(trading) == [(*pair, True, 3_722, 26_981, 3, 3)]

    with write_transaction(trading) as session:
        terms = StreamTerms.model_validate(stream_terms(market.factory_site_id, ask_per_t="80"))
        change_stream(session, market.stream_id, terms, actor=market.factory, now=NOON)
    assert work() == 1
    assert rows_of(trading) == []


def test_a_paper_that_is_filed_brings_the_demands_of_its_site_to_life(
    trading: SessionFactory, market: Market, work: Callable[[], int]
) -> None:
    with write_transaction(trading) as session:
        site_id = make_site(session, market.stranger, 36.2, 117.8)
        demand_id = open_demand(session, market.stranger, site_id)
    work()
    assert [row[1] for row in rows_of(trading)] == [market.demand_id]
    with write_transaction(trading) as session:
        file_general_papers(session, market.stranger, site_id)
    work()
    assert [row[1] for row in rows_of(trading)] == [market.demand_id, demand_id]


def test_a_change_that_is_rolled_back_leaves_no_job(
    trading: SessionFactory, market: Market, work: Callable[[], int]
) -> None:
    work()
    with trading() as session:
        before = session.scalar(select(func.count()).select_from(Job))
        move_stream(session, market.stream_id, Action.PAUSE, actor=market.factory, now=NOON)
        assert session.scalar(select(func.count()).select_from(Job)) == (before or 0) + 1
        session.rollback()
    assert work() == 0
    assert [row[:2] for row in rows_of(trading)] == [(market.stream_id, market.demand_id)]


class Rival:
    """Somebody who does a thing in a transaction of their own, as soon as we have looked."""

    def __init__(self, sessions: SessionFactory, act: Callable[[Session], object]) -> None:
        self.sessions = sessions
        self.act = act
        self.failure: Exception | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            with write_transaction(self.sessions) as session:
                self.act(session)
        except Exception as error:  # noqa: BLE001  (told to the test, which asserts on it)
            self.failure = error

    def appear(self) -> None:
        self.thread.start()
        self.thread.join(0.7)  # long enough to be done, unless it has to wait for us

    def leave(self) -> None:
        self.thread.join(20)
        assert not self.thread.is_alive(), "the two wait for each other"
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Let something happen once, right after the market was read and before it is stored."""

    def inject(happen: Callable[[], None]) -> None:
        pending = [happen]

        def load(session: Session, **wanted: object) -> Snapshot:
            snapshot = load_snapshot(session, **wanted)
            if pending:
                pending.pop()()
            return snapshot

        monkeypatch.setattr(services, "load_snapshot", load)

    return inject


@pytest.mark.parametrize("facts_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("known_before", [False, True])
def test_a_stream_and_a_demand_refreshed_at_once_store_their_pair_once(
    trading: SessionFactory,
    market: Market,
    looked: Callable[[Callable[[], None]], None],
    *,
    known_before: bool,
) -> None:
    if known_before:
        with write_transaction(trading) as session:
            refresh_market(session, **KNOWN)
    rival = Rival(trading, lambda other: refresh_demands(other, [market.demand_id], **KNOWN))
    looked(rival.appear)
    with write_transaction(trading) as session:
        refresh_stream(session, market.stream_id, **KNOWN)
    rival.leave()
    assert [row[:3] for row in rows_of(trading)] == [(market.stream_id, market.demand_id, True)]


@pytest.mark.parametrize("facts_url", ["postgresql"], indirect=True)
def test_a_pair_that_ends_while_it_is_being_stored_does_not_stay(
    trading: SessionFactory, market: Market, looked: Callable[[Callable[[], None]], None]
) -> None:
    """The stream is matched against the demand as it was; the demand's own refresh comes after."""

    def pause() -> None:
        with write_transaction(trading) as owner:
            move_demand(owner, market.demand_id, Action.PAUSE, actor=market.recycler, now=NOON)
        rival.appear()

    rival = Rival(trading, lambda other: refresh_demands(other, [market.demand_id], **KNOWN))
    looked(pause)
    with write_transaction(trading) as session:
        refresh_stream(session, market.stream_id, **KNOWN)
    rival.leave()
    assert rows_of(trading) == []


@pytest.mark.parametrize("facts_url", ["postgresql"], indirect=True)
def test_the_nightly_refresh_and_a_site_do_not_wait_for_each_other_crosswise(
    trading: SessionFactory, market: Market, looked: Callable[[Callable[[], None]], None]
) -> None:
    with write_transaction(trading) as session:
        for _ in range(4):
            open_stream(session, market.factory, market.factory_site_id)
            open_demand(session, market.recycler, market.recycler_site_id)
    with write_transaction(trading) as session:
        refresh_market(session, **KNOWN)
    full = rows_of(trading)
    rival = Rival(trading, lambda other: refresh_market(other, **KNOWN))
    looked(rival.appear)
    with write_transaction(trading) as session:
        refresh_site(session, market.recycler_site_id, **KNOWN)
    rival.leave()
    assert len(full) == 25
    assert rows_of(trading) == full
