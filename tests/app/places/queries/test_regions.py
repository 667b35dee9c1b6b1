"""In which region a position is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from app.places.queries.regions import (
    province_codes,
    provinces,
    region_at,
    region_by_code,
    region_finder,
)
from app.places.services import load_places
from models.permissions import SYSTEM

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def loaded(session: Session) -> Session:
    load_places(session, actor=SYSTEM, now=NOW)
    return session


def test_positions_are_in_the_region_a_map_would_say(loaded: Session) -> None:
    finder = region_finder(loaded)
    expected = {
        (36.19, 117.66): "山东省济南市",
        (39.65, 118.18): "河北省唐山市",
        (31.23, 121.47): "上海市",
        (39.91, 116.40): "北京市",
        (29.56, 106.55): "重庆市",
        (40.65, 109.84): "内蒙古自治区包头市",
        (43.83, 87.62): "新疆维吾尔自治区乌鲁木齐市",
        (20.03, 110.32): "海南省海口市",
        (30.02, 122.11): "浙江省舟山市",
        (33.63, 116.98): "安徽省宿州市",
    }
    found = {position: finder.at(*position) for position in expected}
    assert {p: region and region.full_name_zh for p, region in found.items()} == expected


def test_a_position_outside_the_outline_has_no_region(loaded: Session) -> None:
    finder = region_finder(loaded)
    abroad = [(48.2, 16.4), (25.03, 121.5), (35.7, 139.7), (47.9, 106.9)]
    assert [finder.at(*position) for position in abroad] == [None] * 4
    assert region_at(loaded, *abroad[0]) is None
    assert region_at(loaded, 36.19, 117.66) == region_by_code(loaded, "370100")


def test_without_regions_nothing_is_found(session: Session) -> None:
    assert region_at(session, 36.19, 117.66) is None
    assert region_by_code(session, "370100") is None


def test_provinces_come_by_code_and_every_region_knows_its_own(loaded: Session) -> None:
    found = provinces(loaded)
    assert len(found) == 31
    assert (found[0].adcode, found[0].name_en) == ("110000", "Beijing")
    assert (found[-1].adcode, found[-1].name_zh) == ("650000", "新疆维吾尔自治区")
    codes = province_codes(loaded)
    laiwu = region_by_code(loaded, "370116")
    assert laiwu is not None
    assert codes[laiwu.id] == "370000"
    assert len(codes) == 3339
