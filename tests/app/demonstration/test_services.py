"""The demonstration of one small province: loaded once, marked throughout, figures recomputed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import pairwise
from math import isnan

import pytest
from pyproj import Geod
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.services.passwords import is_password
from app.database import SessionFactory, write_transaction
from app.demonstration.outputs import DemonstrationShown
from app.demonstration.scenario import Scenario, build_scenario
from app.demonstration.services import (
    Loaded,
    load_demonstration,
    open_demonstration_accounts,
)
from app.matchmaking.queries.arrays import compile_market
from app.matchmaking.queries.figures import market_figures, rejections_of_market
from app.matchmaking.queries.snapshot import OpenDemand, OpenStream, load_snapshot
from app.matchmaking.services import refresh_market
from models.accounts.tables import Membership, Organization, User
from models.compliance.tables import Paper
from models.demands.tables import Demand, DemandLimit
from models.errors import NotAllowed
from models.matchmaking.tables import StoredMatch
from models.permissions import SYSTEM, Actor, Role
from models.places.tables import Site
from models.streams.tables import Assay, Stream
from tests.market import MATCHING, NOON, PLACES, TODAY

SEED = 2026
# Geodesic to road, km: the curve of the business page, written down once more.
ROAD = [(0, 0), (37.5, 58), (75, 104), (150, 192), (250, 313), (400, 487), (750, 888)]
KEYS = {"k1": "a key that encrypts secrets of apps"}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return build_scenario(frozenset({"Hainan"}), SEED)


def load(session: Session, scenario: Scenario) -> Loaded:
    return load_demonstration(session, scenario, actor=SYSTEM, now=NOON, places=PLACES)


@pytest.fixture
def loaded(trading: SessionFactory, scenario: Scenario) -> Iterator[Session]:
    with write_transaction(trading) as session:
        load(session, scenario)
        yield session


def counts(session: Session) -> dict[str, int]:
    tables = (Organization, Site, Stream, Assay, Demand, DemandLimit, Paper, User)
    return {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }


def test_a_load_stores_the_whole_scenario_and_a_second_one_nothing(
    trading: SessionFactory, scenario: Scenario
) -> None:
    with write_transaction(trading) as session:
        first = load(session, scenario)
        before = counts(session)
    assert asdict(first) == {
        "sites": len(scenario.sites),
        "streams": len(scenario.streams),
        "demands": len(scenario.demands),
    }
    assert min(asdict(first).values()) > 5
    assert before["assay"] == len(scenario.compositions)
    assert before["organization"] == before["site"] == len(scenario.sites)
    with write_transaction(trading) as session:
        assert load(session, scenario) == Loaded(sites=0, streams=0, demands=0)
        assert counts(session) == before


def test_everything_is_marked_as_what_it_is(loaded: Session, scenario: Scenario) -> None:
    for query in (
        select(Stream.id).where(~Stream.estimated),
        select(Demand.id).where(~Demand.estimated),
        select(Assay.id).where(~Assay.estimated),
        select(Paper.id).where(~Paper.demonstration),
        select(Organization.id).where(~Organization.demonstration),
        select(Site.id).where(Site.source.is_(None)),
        select(Stream.id).where(Stream.external_key.is_(None)),
    ):
        assert loaded.scalars(query).all() == []
    invented = {site.name_en for site in scenario.sites if site.invented}
    marked = select(Site.name).join(Organization).where(Organization.invented)
    assert set(loaded.scalars(marked)) == invented != set()
    assert set(loaded.scalars(select(Stream.state))) == {"published"}
    assert set(loaded.scalars(select(Demand.state))) == {"published"}


def test_three_people_may_sign_in_once_they_were_told_their_passwords(loaded: Session) -> None:
    people = open_demonstration_accounts(loaded, actor=SYSTEM, now=NOON, keys=KEYS)
    assert [(person.role, person.email) for person in people] == [
        ("factory", "factory@demo.example"),
        ("recycler", "recycler@demo.example"),
        ("operator", "operator@demo.example"),
    ]
    assert len({person.password for person in people}) == 3
    owners = {}
    for person in people:
        assert len(person.password) >= 20
        known = loaded.scalars(select(User).where(User.email == person.email)).one()
        assert is_password(known.password, person.password)
        assert (known.confirmed_at, known.disabled_at) == (NOON, None)
        owners[person.role] = loaded.scalars(
            select(Membership.organization_id).where(Membership.user_id == known.id)
        ).one()
        assert len(person.totp_secret) >= 32  # 160 bits
    largest = select(Stream.organization_id).order_by(Stream.year_g.desc(), Stream.id)
    assert owners["factory"] == loaded.scalars(largest).first()
    assert open_demonstration_accounts(loaded, actor=SYSTEM, now=NOON, keys=KEYS) == []


@pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)
def test_only_the_system_may_load_it(trading: SessionFactory, scenario: Scenario) -> None:
    operator = Actor(user_id=1, organization_id=1, role=Role.OPERATOR)
    with trading() as session:
        with pytest.raises(NotAllowed):
            load_demonstration(session, scenario, actor=operator, now=NOON, places=PLACES)
        with pytest.raises(NotAllowed):
            open_demonstration_accounts(session, actor=operator, now=NOON, keys=KEYS)
        assert counts(session)["organization"] == 0


def road_km(km: float) -> float:
    for (near, short), (far, long) in pairwise(ROAD):
        if km <= far:
            return short + (km - near) * (long - short) / (far - near)
    return 888 + (km - 750) * (888 - 487) / (750 - 400)


def value_of(stream: OpenStream, demand: OpenDemand) -> tuple[float, float]:
    """Distance in km and delivered value per tonne, by the formulas of the business page."""
    _, _, metres = Geod(ellps="WGS84").inv(stream.lon, stream.lat, demand.lon, demand.lat)
    haul = 8 + 0.45 * road_km(metres / 1000)
    gate, ask = demand.price_minor_per_tonne / 100, stream.ask_minor_per_tonne / 100
    return metres / 1000, gate - haul - 6 - ask


def test_pairs_and_figures_are_those_of_a_recomputation(loaded: Session) -> None:
    refresh_market(loaded, actor=SYSTEM, now=NOON, policy=MATCHING)
    snapshot = load_snapshot(loaded, today=TODAY, policy=MATCHING)
    arrays = compile_market(snapshot, MATCHING)
    low, high = arrays.streams.minimum, arrays.streams.maximum
    found: dict[tuple[int, int], tuple[bool, float, float]] = {}
    for i, stream in enumerate(snapshot.streams):
        for j, demand in enumerate(snapshot.demands):
            km, value = value_of(stream, demand)
            shared = zip(stream.months_g, demand.months_g, strict=True)
            limits = [
                (low[i, c], high[i, c], arrays.demands.lower[j, c], arrays.demands.upper[j, c])
                for c in range(len(arrays.columns))
            ]
            bounded = [limit for limit in limits if limit[2:] != (-float("inf"), float("inf"))]
            broken = any(least < lower or most > upper for least, most, lower, upper in bounded)
            if (
                stream.code_id in demand.codes
                and demand.radius_m is not None
                and km * 1000 <= demand.radius_m
                and stream.vehicles & demand.vehicles
                and any(has > 0 and takes > 0 for has, takes in shared)
                and value > 0
                and not broken
            ):
                tested = not any(isnan(least) for least, *_ in bounded)
                found[stream.id, demand.id] = (tested, km, value)
    rows = {(row.stream_id, row.demand_id): row for row in loaded.scalars(select(StoredMatch))}
    assert set(rows) == set(found)
    assert len(found) > 10
    for pair, (tested, km, value) in found.items():
        assert rows[pair].tested is tested
        # The engine ranks by the local-radius formula: within 2e-5 of the geodesic.
        assert rows[pair].distance_m == pytest.approx(km * 1000, rel=2e-5, abs=1)
        assert rows[pair].value_minor_per_tonne == pytest.approx(value * 100, abs=2)

    figures = market_figures(loaded)
    assert figures is not None
    partnered = {stream for (stream, _), (tested, *_) in found.items() if tested}
    masses = {stream.id: sum(stream.months_g) for stream in snapshot.streams}
    assert figures.feasible_pairs == sum(tested for tested, *_ in found.values())
    assert figures.untested_pairs == len(found) - figures.feasible_pairs
    assert figures.streams_with_partner == len(partnered)
    assert figures.generated_g == sum(masses.values())
    assert figures.with_partner_g == sum(masses[stream] for stream in partnered)
    assert 0 < figures.rate_placeable_g <= figures.with_partner_g
    shown = DemonstrationShown.of(figures, rejections_of_market(loaded), seconds=1.234)
    assert shown.tonnes_with_partner_share == round(figures.with_partner_g / figures.generated_g, 4)
    assert shown.seconds == 1.23
    # Every pair that shares a code is counted once: it passes, or a gate stops it first.
    sharing = sum(
        stream.code_id in demand.codes or stream.code_id in demand.refused
        for stream in snapshot.streams
        for demand in snapshot.demands
    )
    assert sum(shown.rejections.values()) + figures.feasible_pairs == sharing
