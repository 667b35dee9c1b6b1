"""The schematic outline."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import app.places
from app.places.queries.facts import read_regions
from app.places.queries.outlines import (
    china_svg_height,
    china_svg_paths,
    project,
    province_code_at,
)

FOLDER = Path(app.places.__file__).parents[1] / "static" / "map"
LIMITS = {"china.json": 120_000, "neighbours.json": 80_000, "cities.json": 20_000}


def test_every_province_is_drawn_under_its_code() -> None:
    drawn = {path.adcode: (path.name_en, path.name_zh) for path in china_svg_paths()}
    known = {
        region.adcode: (region.name_en, region.name_zh)
        for region in read_regions()
        if region.level == "province"
    }
    assert drawn == known


@pytest.mark.parametrize("width", [360, 960])
def test_every_corner_lies_inside_the_drawing(width: int) -> None:
    height = china_svg_height(width)
    for province in china_svg_paths(width):
        assert re.fullmatch(r"(M[\d.]+,[\d.]+( [\d.]+,[\d.]+){2,}Z)+", province.path)
        for corner in re.findall(r"([\d.]+),([\d.]+)", province.path):
            assert 0 < float(corner[0]) < width
            assert 0 < float(corner[1]) < height


def test_the_drawing_is_wider_than_high_and_grows_with_its_width() -> None:
    assert china_svg_height(960) == 809
    assert china_svg_height(480) == pytest.approx(809 / 2, abs=1)


def test_positions_and_paths_share_one_frame() -> None:
    jinan, urumqi, haikou = project(36.67, 117.0), project(43.8, 87.6), project(20.0, 110.3)
    assert urumqi[0] < haikou[0] < jinan[0]
    assert urumqi[1] < jinan[1] < haikou[1]
    half = project(36.67, 117.0, 480)
    assert half == pytest.approx((jinan[0] / 2, jinan[1] / 2), abs=0.1)


def test_the_paths_of_a_width_are_computed_once() -> None:
    assert china_svg_paths(720) is china_svg_paths(720)


@pytest.mark.parametrize(
    ("position", "code"),
    [
        ((36.67, 117.0), "370000"),
        ((39.14, 117.2), "120000"),
        ((30.02, 122.11), "330000"),
        ((25.03, 121.5), None),
        ((35.7, 139.7), None),
    ],
)
def test_a_position_is_in_the_province_whose_outline_holds_it(
    position: tuple[float, float], code: str | None
) -> None:
    assert province_code_at(*position) == code


@pytest.mark.parametrize("name", LIMITS)
def test_the_files_are_small_and_name_their_source(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    assert len(text.encode()) < LIMITS[name]
    described = json.loads(text)
    assert described["source"].startswith(("Natural Earth (public domain)", "GeoNames (CC BY 4.0)"))
    assert described["status"] == "secondary"


@pytest.mark.parametrize("name", ["china.json", "neighbours.json"])
def test_outlines_say_that_they_are_schematic(name: str) -> None:
    described = json.loads((FOLDER / name).read_text("utf-8"))
    assert described["schematic"] is True
    assert described["note_en"].startswith("Schematic outlines for orientation")
    assert described["note_zh"].startswith("示意轮廓")


def test_cities_are_the_prefectures_and_municipalities() -> None:
    described = json.loads((FOLDER / "cities.json").read_text("utf-8"))
    assert described["columns"] == ["name_en", "name_zh", "lat", "lon", "rank"]
    cities = {row[1]: row for row in described["cities"]}
    assert len(described["cities"]) == 336
    assert cities["济南"] == ["Jinan", "济南", 36.668, 116.997, 1]
    assert {row[4] for row in described["cities"]} == {1, 2, 3}
