"""The gazetteer: names as people write them, in both languages."""

from __future__ import annotations

import pytest
from geopy.exc import GeocoderQueryError
from geopy.geocoders.base import Geocoder
from geopy.point import Point

from app.places.queries.gazetteer import Gazetteer, gazetteer

JINAN = "山东省济南市"
LAIWU = "山东省济南市莱芜区"


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("Laiwu, Shandong", LAIWU),
        ("laiwu  shandong", LAIWU),
        ("Laiwu District, Jinan City, Shandong Province, China", LAIWU),
        ("Gangcheng Road 5, Laiwu, Shandong", LAIWU),
        ("莱芜", LAIWU),
        ("莱芜区", LAIWU),
        ("莱芜市", LAIWU),
        ("山东 莱芜", LAIWU),
        ("山东，莱芜", LAIWU),
        ("山东莱芜钢铁大街5号", LAIWU),
        (JINAN, JINAN),
        ("济南", JINAN),
        ("济南市", JINAN),
        ("中国山东省济南市", JINAN),
        ("Jinan", JINAN),
        ("Shandong, Jinan", JINAN),
        ("山东", "山东省"),
        ("Shandong Province", "山东省"),
        ("吉林", "吉林省"),
        ("吉林市", "吉林省吉林市"),
        ("海南", "海南省"),
        ("内蒙古包头", "内蒙古自治区包头市"),
        ("Harbin", "黑龙江省哈尔滨市"),
        ("Haerbin", "黑龙江省哈尔滨市"),
        ("Urumqi", "新疆维吾尔自治区乌鲁木齐市"),
        ("Xian, Shaanxi", "陕西省西安市"),
        ("Xi'an", "陕西省西安市"),
        ("Suzhou", "江苏省苏州市"),
        ("Suzhou, Anhui", "安徽省宿州市"),
        ("福建福州鼓楼区", "福建省福州市鼓楼区"),
        ("朝阳", "辽宁省朝阳市"),
        ("北京市朝阳区", "北京市朝阳区"),
        ("周口店", "北京市周口店镇"),
        ("Zhoukoudian, Beijing", "北京市周口店镇"),
    ],
)
def test_a_name_is_found_as_people_write_it(query: str, address: str) -> None:
    assert gazetteer().geocode(query).address == address


@pytest.mark.parametrize(
    "query",
    [
        "",
        "  ",
        "，",
        "中国",
        "火星市",
        "Paris",
        "Lima, Peru",
        "Laiwu, Guangdong",
        "12345",
        "%",
        "区",
    ],
)
def test_what_fits_nothing_is_none(query: str) -> None:
    assert gazetteer().geocode(query) is None
    assert gazetteer().geocode(query, exactly_one=False) is None


def test_an_answer_says_how_precise_it_is() -> None:
    found = gazetteer().geocode("Laiwu, Shandong", language="en")
    assert found.address == "Laiwu, Jinan, Shandong"
    assert (found.latitude, found.longitude) == (36.1928, 117.6569)
    assert found.raw == {
        "precision": "county",
        "level": "county",
        "adcode": "370116",
        "name_zh": "莱芜区",
        "name_en": "Laiwu",
        "population": 989535,
    }


def test_a_county_without_a_centre_of_its_own_admits_it() -> None:
    county = gazetteer().geocode("山东省济南市钢城区")
    city = gazetteer().geocode(JINAN)
    assert (county.latitude, county.longitude) == (city.latitude, city.longitude)
    assert (county.raw["level"], county.raw["precision"]) == ("county", "prefecture")


def test_an_unknown_end_of_an_address_leaves_the_precision_of_what_is_known() -> None:
    assert gazetteer().geocode("山东省火星市").raw["precision"] == "province"
    assert gazetteer().geocode("Atlantis, Shandong").raw["precision"] == "province"


def test_several_answers_come_by_level_and_population() -> None:
    found = gazetteer().geocode("Suzhou", exactly_one=False, limit=3)
    assert [(place.address, place.raw["level"]) for place in found] == [
        ("江苏省苏州市", "prefecture"),
        ("安徽省宿州市", "prefecture"),
        ("甘肃省酒泉市肃州区", "county"),
    ]


def test_every_region_is_found_by_its_full_name() -> None:
    entries = [entry for entry in gazetteer()._entries if entry.level != "place"]  # noqa: SLF001
    lost = [
        entry.address_zh
        for entry in entries
        if gazetteer().geocode(entry.address_zh).raw["adcode"] != entry.adcode
    ]
    assert len(entries) == 3339
    assert lost == []


def test_a_position_is_named_by_what_is_nearest() -> None:
    found = gazetteer().reverse((36.19, 117.66))
    assert (found.address, found.raw["precision"]) == (LAIWU, "county")
    assert gazetteer().reverse(Point(36.19, 117.66)) == found
    several = gazetteer().reverse("36.19, 117.66", exactly_one=False, limit=3, language="en")
    assert len(several) == 3
    assert several[0].address == "Laiwu, Jinan, Shandong"


@pytest.mark.parametrize("far", [(0, 0), (48.2, 16.4), (25.03, 121.56)])
def test_a_position_far_from_every_known_place_has_no_name(far: tuple[float, float]) -> None:
    assert gazetteer().reverse(far) is None
    assert gazetteer().reverse(far, exactly_one=False) is None


def test_it_is_a_geocoder_of_geopy_that_never_leaves_the_machine() -> None:
    own = gazetteer()
    assert isinstance(own, Geocoder)
    assert isinstance(own, Gazetteer)
    with pytest.raises(GeocoderQueryError, match="no network"):
        own.adapter.get_json("https://example.org", timeout=1, headers={})
    with pytest.raises(GeocoderQueryError, match="no network"):
        own.adapter.get_text("https://example.org", timeout=1, headers={})
