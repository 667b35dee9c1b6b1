"""Routing services, played by a server of our own that answers as each of them does."""

from __future__ import annotations

import json
import pickle
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routingpy import client_default

from matching import Costs, RoadCurve, Router, geodesic_km
from matching.roads.curve import BY_CURVE, BY_ROUTE
from matching.roads.service import RoutingError, RoutingService, _KnownTrips

ISLAND = 60.0  # no road leads north of here


def metres(start, end):
    """The road in the world of this test: it knows which way one drives."""
    (lon, lat), (other_lon, other_lat) = start, end
    if max(lat, other_lat) > ISLAND > min(lat, other_lat):
        return None
    uphill = 1.0 if other_lat > lat else 0.0
    return round(200_000 * (abs(lat - other_lat) + abs(lon - other_lon)) + uphill)


@dataclass
class Played:
    """What the server was asked, and whether it shall answer otherwise than it should."""

    asked: list = field(default_factory=list)
    paths: list = field(default_factory=list)
    keys: list = field(default_factory=list)
    refuse: list = field(default_factory=list)  # (status, body) of the next answers
    held: threading.Event | None = None
    port: int = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path, query, body):
        self.paths.append(path)
        form = path.split("/")
        if form[1] == "table":
            places = [tuple(map(float, pair.split(","))) for pair in form[4].split(";")]
            starts, ends = (
                [places[int(i)] for i in query[side][0].split(";")]
                for side in ("sources", "destinations")
            )
            return self.matrix(starts, ends, lambda rows: {"code": "Ok", "distances": rows})
        if form[1] == "sources_to_targets":
            starts, ends = (
                [(place["lon"], place["lat"]) for place in body[side]]
                for side in ("sources", "targets")
            )
            return self.matrix(starts, ends, in_kilometres)
        if form[1] == "v2":
            places = [tuple(place) for place in body["locations"]]
            starts, ends = ([places[i] for i in body[side]] for side in ("sources", "destinations"))
            return self.matrix(starts, ends, lambda rows: {"distances": rows})
        starts, ends = (
            [tuple(map(float, reversed(pair.split(",")))) for pair in query[side]]
            for side in ("from_point", "to_point")
        )
        return self.matrix(starts, ends, lambda rows: {"distances": rows})

    def matrix(self, starts, ends, form):
        self.asked.append((len(starts), len(ends)))
        return form([[metres(start, end) for end in ends] for start in starts])


def in_kilometres(rows):
    def cell(far):
        return {"distance": None if far is None else far / 1000, "time": far}

    return {"sources_to_targets": [[cell(far) for far in row] for row in rows]}


@contextmanager
def serving():
    played = Played()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            address = urlsplit(self.path)
            played.keys.append(self.headers.get("Authorization"))
            if played.held:
                played.held.wait(10)
                return
            if played.refuse:
                status, text = played.refuse.pop(0)
            else:
                status = 200
                text = json.dumps(played.answer(address.path, parse_qs(address.query), body))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_):
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        played.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield played
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def _no_proxy_and_no_waiting(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(client_default, "time", SimpleNamespace(sleep=lambda _: None))


@pytest.fixture
def played():
    with serving() as server:
        yield server


def asked(*trips):
    ends = tuple(np.array(trips, dtype=np.float64).reshape(-1, 4).T)
    return ends, geodesic_km(*ends)


def wanted_km(trips, curve):
    """What the world says, by the rule: no road shorter than its line, the curve beyond roads."""
    km = []
    for trip, line in zip(trips, asked(*trips)[1].tolist(), strict=True):
        road = metres((trip[1], trip[0]), (trip[3], trip[2]))
        km.append(max(line, float(curve(np.array([line]))[0]) if road is None else road / 1000))
    return km


@pytest.mark.parametrize("name", ["osrm", "valhalla", "openrouteservice", "graphhopper"])
def test_every_service_is_asked_in_its_own_way(played, name):
    service = RoutingService(name=name, url=f"{played.url}/")
    trips = [(30, 110, 31, 111), (31, 111, 30, 110), (59, 110, 61, 110), (30, 110, 30, 110)]
    answer = service.trips(*asked(*trips))
    assert answer.km.tolist() == wanted_km(trips, RoadCurve())
    assert answer.basis.tolist() == [BY_ROUTE, BY_ROUTE, BY_CURVE, BY_ROUTE]
    assert answer.km[0] == answer.km[1] + 0.001  # one way is not the other
    assert (answer.count(BY_ROUTE), answer.count(BY_CURVE)) == (3, 1)
    assert played.asked == [(3, 3)]


def test_the_profile_and_the_key_reach_the_service(played):
    words = {"name": "openrouteservice", "url": played.url, "api_key": "s3cret"}
    RoutingService(**words).trips_km(*asked((30, 110, 31, 111)))
    RoutingService(**words, profile="driving-car").trips_km(*asked((30, 110, 31, 111)))
    assert played.paths == ["/v2/matrix/driving-hgv/json", "/v2/matrix/driving-car/json"]
    assert played.keys == ["s3cret", "s3cret"]
    assert "s3cret" not in repr(RoutingService(**words))


def test_it_is_a_router_of_costs_and_no_trips_ask_nobody(played):
    service = RoutingService(name="osrm", url=played.url)
    costs = Costs(1.0, 1.0, 1.0, road=service)
    assert isinstance(service, Router)
    assert costs.trips_km(*asked((30, 110, 31, 110))).tolist() == [200.001]
    assert costs.trips_km(*asked()).shape == (0,)
    assert len(played.asked) == 1


def test_no_road_is_shorter_than_the_line_and_none_is_replaced_by_the_curve(played):
    service = RoutingService(name="osrm", url=played.url, curve=RoadCurve([0, 1], [0, 4]))
    played.refuse.append((200, json.dumps({"distances": [[5.0, None]]})))
    ends, geodesic = asked((30, 110, 31, 110), (30, 110, 32, 110))
    assert service.trips_km(ends, geodesic).tolist() == [geodesic[0], 4 * geodesic[1]]


def test_what_was_answered_is_not_asked_again_even_that_there_is_no_road(played):
    service = RoutingService(name="osrm", url=played.url)
    trips = [(30, 110, 31, 111), (59, 110, 61, 110)]
    first = service.trips_km(*asked(*trips)).tolist()
    near = [(30.00004, 110, 31, 111.00004), (59, 110, 61, 110)]  # four metres off
    assert service.trips_km(*asked(*near))[0] == first[0]
    assert len(played.asked) == 1
    service.trips_km(*asked(*trips, (30, 110, 32, 111)))
    assert played.asked[1:] == [(1, 1)]


def test_requests_stay_within_the_limit_and_few_ends_let_more_starts_in(played):
    service = RoutingService(name="osrm", url=played.url, locations=10)
    many = [(30 + n / 100, 110, 31, 111) for n in range(20)]
    assert service.trips_km(*asked(*many)).tolist() == wanted_km(many, RoadCurve())
    assert played.asked == [(9, 1), (9, 1), (2, 1)]
    played.asked.clear()
    back = [trip[2:] + trip[:2] for trip in many]
    assert service.trips_km(*asked(*back)).tolist() == wanted_km(back, RoadCurve())
    assert played.asked == [(1, 9), (1, 9), (1, 2)]


places = st.tuples(st.integers(550, 650), st.integers(0, 100)).map(
    lambda steps: (steps[0] / 10, steps[1] / 10)
)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(places, places), max_size=12), st.integers(2, 7))
def test_in_blocks_of_any_size_every_trip_gets_its_own_answer(pairs, locations):
    trips = [(*start, *end) for start, end in pairs]
    with serving() as played:
        service = RoutingService(name="osrm", url=played.url, locations=locations)
        assert service.trips_km(*asked(*trips)).tolist() == wanted_km(trips, RoadCurve())
        assert all(rows + columns <= locations for rows, columns in played.asked)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, '{"code": "TooBig"}', r"400 \(.*TooBig"),
        (500, "down", r"500 \(down\)"),
        (200, "<html>", "Can't decode JSON"),
        (200, '{"code": "Ok"}', "no matrix of distances"),
        (200, '{"distances": [[1, 2]]}', "no matrix of distances"),
        (200, '{"distances": [[-1]]}', "no matrix of distances"),
        (200, '{"distances": [["far"]]}', "an answer without distances"),
        (200, "[]", "an answer without distances"),
    ],
)
def test_a_service_that_fails_is_an_error_that_says_how(played, status, body, reason):
    played.refuse.append((status, body))
    service = RoutingService(name="osrm", url=played.url)
    with pytest.raises(RoutingError, match=f"osrm at 127.0.0.1: .*{reason}"):
        service.trips_km(*asked((30, 110, 31, 111)))
    # Nothing wrong was remembered.
    assert service.trips_km(*asked((30, 110, 31, 111))).tolist() == [400.001]


def test_an_overloaded_service_is_asked_again(played):
    played.refuse += [(503, "busy"), (429, "slowly")]
    service = RoutingService(name="osrm", url=played.url)
    with pytest.warns(UserWarning, match="Retrying"):
        assert service.trips_km(*asked((30, 110, 31, 111))).tolist() == [400.001]


def test_a_service_that_hangs_is_an_error_without_positions(played):
    played.held = threading.Event()
    service = RoutingService(name="osrm", url=played.url, timeout_s=0.05)
    with pytest.raises(RoutingError, match=r"^osrm at 127.0.0.1: no answer in time$"):
        service.trips_km(*asked((30.1234, 110, 31, 111)))
    played.held.set()


def test_a_service_that_is_not_there_is_an_error_without_positions_and_keys():
    service = RoutingService(name="graphhopper", url="http://127.0.0.1:1", api_key="s3cret")
    with pytest.raises(RoutingError, match=r"^graphhopper at 127.0.0.1: ConnectionError$"):
        service.trips_km(*asked((30.1234, 110, 31, 111)))


def test_a_refused_key_is_not_told(played):
    played.refuse.append((401, "the key s3cret is unknown"))
    service = RoutingService(name="openrouteservice", url=played.url, api_key="s3cret")
    with pytest.raises(RoutingError, match="the key … is unknown"):
        service.trips_km(*asked((30, 110, 31, 111)))


def test_another_process_gets_the_same_service(played):
    service = RoutingService(name="osrm", url=played.url, locations=7, timeout_s=5)
    other = pickle.loads(pickle.dumps(service))
    assert (other.name, other.url, other.locations, other.timeout_s) == (
        "osrm", played.url, 7, 5,
    )  # fmt: skip
    assert other.trips_km(*asked((30, 110, 31, 111))).tolist() == [400.001]


def test_the_oldest_answers_are_forgotten_first():
    known = _KnownTrips(most=2)
    trips = [(n, 0, 0, 0) for n in range(3)]
    known.add(dict.fromkeys(trips[:2], 1.0))
    known.add({trips[2]: 3.0})
    assert known.among(trips) == {trips[1]: 1.0, trips[2]: 3.0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"name": "google"},
            "name: 'google' is not one of osrm, valhalla, openrouteservice, graph",
        ),
        ({"url": "127.0.0.1:5000"}, "url: expected an address that begins with http"),
        ({"url": "http://"}, "url: expected an address that begins with http"),
        ({"locations": 1}, "locations: a trip has 2 ends"),
        ({"locations": -1}, "locations: -1 is below 1"),
        ({"timeout_s": 0}, "timeout_s: is not between 0 and 3600 seconds"),
        ({"retry_timeout_s": float("nan")}, "retry_timeout_s: is not between 0 and 3600 seconds"),
    ],
)
def test_a_service_that_cannot_be_is_refused_by_the_field(changes, message):
    with pytest.raises(ValueError, match=message):
        RoutingService(**({"name": "osrm", "url": "http://127.0.0.1:5000"} | changes))


def test_a_trip_that_cannot_be_is_refused_by_name_and_index():
    service = RoutingService(name="osrm", url="http://127.0.0.1:1")
    ends = tuple(np.array([degree]) for degree in (95.0, 0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match=r"lat\[0\]: is outside"):
        service.trips_km(ends, np.array([1.0]))
