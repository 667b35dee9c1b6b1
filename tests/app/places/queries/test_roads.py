"""Which roads answer, that they are read once, and what a wrong setting says."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import matching
from app.places.queries.roads import ServiceRoads, road_for
from app.settings import RoadPolicy
from matching.market.arrays import Ends
from matching.roads.graph import RoadGraph
from matching.roads.service import RoutingError, RoutingService
from models.errors import Conflict
from tests.roads import write_roads

HERE: Ends = (np.array([36.0]), np.array([117.0]), np.array([36.0]), np.array([118.0]))
LINE = matching.geodesic_km(*HERE)


def policy_of(path: Path) -> RoadPolicy:
    return RoadPolicy(source="graph", graph=path)


def service_policy(**changes: str) -> RoadPolicy:
    options = tuple(changes.items())
    url = "http://127.0.0.1:1"
    return RoadPolicy(source="service", service="osrm", url=url, options=options)


def test_the_curve_answers_by_default() -> None:
    assert isinstance(road_for(RoadPolicy()), matching.RoadCurve)


def test_a_graph_is_read_once_and_again_when_the_file_changes(tmp_path: Path) -> None:
    path = write_roads(tmp_path / "roads.npz", metres=200_000)
    road = road_for(policy_of(path))
    assert isinstance(road, RoadGraph)
    assert road.trips_km(HERE, LINE).tolist() == [210.0]
    assert road_for(policy_of(path)) is road
    write_roads(path, metres=300_000)
    os.utime(path, ns=(1, 1))
    again = road_for(policy_of(path))
    assert isinstance(again, RoadGraph)
    assert again.trips_km(HERE, LINE).tolist() == [315.0]


def test_a_graph_that_is_not_there_or_none_is_the_operators_mistake(tmp_path: Path) -> None:
    path = tmp_path / "roads.npz"
    with pytest.raises(RuntimeError, match=r"there is no .*roads.npz; run offtake import roads"):
        road_for(policy_of(path))
    path.write_text("no graph")
    with pytest.raises(RuntimeError, match=r"OFFTAKE_ROAD=graph: .*no \.npz of plain arrays"):
        road_for(policy_of(path))


def test_a_service_gets_the_options_of_the_settings_and_is_made_once() -> None:
    road = road_for(service_policy(profile="truck", locations="30", timeout_s="2.5"))
    assert isinstance(road, ServiceRoads)
    assert (road.service.profile, road.service.locations) == ("truck", 30)
    assert (road.service.timeout_s, road.service.retry_timeout_s) == (2.5, 20.0)
    assert road_for(service_policy(profile="truck", locations="30", timeout_s="2.5")) is road


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (service_policy(speed="9"), "OFFTAKE_ROAD_OPTIONS: 'speed' is not one of api_key, profile"),
        (service_policy(locations="many"), "OFFTAKE_ROAD=service:osrm: invalid literal"),
        (service_policy(locations="1"), "OFFTAKE_ROAD=service:osrm: locations: a trip has 2 ends"),
        (
            RoadPolicy(source="service", service="osrm", url="here"),
            "url: expected an address that begins with http",
        ),
        (
            RoadPolicy(source="service", service="roadie", url="http://a"),
            "OFFTAKE_ROAD=service:roadie: name: 'roadie' is not one of osrm",
        ),
    ],
)
def test_a_service_that_cannot_be_is_the_operators_mistake(
    policy: RoadPolicy, message: str
) -> None:
    with pytest.raises(RuntimeError, match=message):
        road_for(policy)


def test_a_service_that_fails_is_said_to_people(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RoutingError("osrm at 127.0.0.1: ConnectionError")

    monkeypatch.setattr(RoutingService, "trips_km", fail)
    costs = matching.Costs(1.0, 1.0, 1.0, road=road_for(service_policy()))
    with pytest.raises(Conflict) as refused:
        costs.trips_km(HERE, LINE)
    assert (refused.value.code, refused.value.facts) == ("routing-failed", {"service": "osrm"})


def test_a_service_that_answers_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RoutingService, "trips_km", lambda _, __, line: 2 * line)
    costs = matching.Costs(1.0, 1.0, 1.0, road=road_for(service_policy()))
    assert costs.trips_km(HERE, LINE).tolist() == (2 * LINE).tolist()
