"""Which geocoder answers, and what happens when it does not."""

from __future__ import annotations

from typing import Any

import pytest
from geopy.exc import GeocoderTimedOut
from geopy.geocoders import BaiduV3, Nominatim
from geopy.location import Location

from app.places.queries.gazetteer import Gazetteer
from app.places.queries.geocoding import FoundPlace, find_places, geocoder_for
from app.settings import PlacesPolicy
from models.errors import Conflict
from models.places.coordinates import wgs84_to_bd09

OFFLINE = PlacesPolicy()
NOMINATIM = PlacesPolicy(
    geocoder="nominatim", geocoder_options={"user_agent": "offtake-tests", "timeout": "3"}
)
BAIDU = PlacesPolicy(geocoder="baiduv3", geocoder_options={"api_key": "none"})


def answer_with(
    monkeypatch: pytest.MonkeyPatch, service: type[Any], found: list[Location] | Exception | None
) -> None:
    def geocode(self: object, query: str, *, exactly_one: bool = True) -> list[Location] | None:
        assert not exactly_one
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(service, "geocode", geocode)


def test_the_gazetteer_answers_by_default() -> None:
    assert isinstance(geocoder_for(OFFLINE), Gazetteer)
    assert find_places(OFFLINE, "Laiwu, Shandong", language="en") == (
        FoundPlace(address="Laiwu, Jinan, Shandong", lat=36.1928, lon=117.6569, precision="county"),
    )
    assert find_places(OFFLINE, "火星市") == ()
    assert len(find_places(OFFLINE, "Suzhou", limit=2)) == 2


def test_any_service_of_geopy_can_be_configured() -> None:
    service = geocoder_for(NOMINATIM)
    assert isinstance(service, Nominatim)
    assert service.timeout == 3.0
    assert service.headers["User-Agent"] == "offtake-tests"
    assert geocoder_for(NOMINATIM) is service
    assert geocoder_for(BAIDU).timeout == 5.0


def test_another_service_is_never_taken_for_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = {"precision": "exact", "place_id": 5}
    answer_with(monkeypatch, Nominatim, [Location("Works", (36.2, 117.6), raw)])
    assert find_places(NOMINATIM, "works") == (
        FoundPlace(address="Works", lat=36.2, lon=117.6, precision="approximate"),
    )


def test_what_baidu_answers_is_brought_to_wgs84(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, BaiduV3, [Location("厂", wgs84_to_bd09(36.2, 117.6), {})])
    [found] = find_places(BAIDU, "厂")
    assert (found.lat, found.lon) == pytest.approx((36.2, 117.6), abs=1e-8)


def test_no_answer_is_an_empty_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, Nominatim, None)
    assert find_places(NOMINATIM, "nowhere") == ()


def test_nothing_asked_asks_no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, Nominatim, AssertionError("asked"))
    assert find_places(NOMINATIM, "  ") == ()


def test_a_service_that_fails_is_a_refusal_people_can_act_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer_with(monkeypatch, Nominatim, GeocoderTimedOut("slow"))
    with pytest.raises(Conflict) as refused:
        find_places(NOMINATIM, "Jinan")
    assert refused.value.code == "geocoder-failed"
    assert refused.value.facts == {"geocoder": "nominatim"}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("no-such-service", {}),
        ("nominatim", {"user_agent": "x", "colour": "red"}),
        ("nominatim", {"user_agent": "x", "timeout": "soon"}),
    ],
)
def test_a_mistake_in_the_settings_is_named(name: str, options: dict[str, str]) -> None:
    with pytest.raises(RuntimeError, match=f"OFFTAKE_GEOCODER={name}"):
        geocoder_for(PlacesPolicy(geocoder=name, geocoder_options=options))
