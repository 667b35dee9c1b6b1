"""The shipped regions and towns: complete, on earth, and with their sources."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import app.places
from app.places.queries.facts import parent_code, read_places, read_regions, read_sources
from models.places.coordinates import check_position
from models.places.names import is_chinese
from models.places.precision import FACT_STATUSES, REGION_PRECISIONS


def test_regions_have_unique_codes_known_words_and_positions_on_earth() -> None:
    regions = read_regions()
    assert len({region.adcode for region in regions}) == len(regions) == 3339
    assert Counter(region.level for region in regions) == {
        "county": 2975,
        "prefecture": 333,
        "province": 31,
    }
    for region in regions:
        check_position(region.lat, region.lon)
        assert region.precision in REGION_PRECISIONS
        assert region.status in FACT_STATUSES
        assert re.fullmatch(r"[A-ZÜ][A-Za-zÜüê' ()-]+", region.name_en), region
        assert is_chinese(region.name_zh)


def test_a_region_is_never_more_precise_than_itself() -> None:
    order = list(REGION_PRECISIONS)
    finer = [r for r in read_regions() if order.index(r.precision) > order.index(r.level)]
    assert finer == []


def test_a_borrowed_position_is_the_very_position_of_the_region_above() -> None:
    regions = {region.adcode: region for region in read_regions()}
    codes = frozenset(regions)
    for region in regions.values():
        above = parent_code(region.adcode, codes)
        if region.precision == "prefecture" and region.level == "county" and above:
            owner = regions[above]
            assert (region.lat, region.lon) == (owner.lat, owner.lon), region


def test_every_source_that_is_named_is_described_with_its_licence() -> None:
    described = {source.source: source for source in read_sources()}
    named = {
        part.partition(":")[0] for region in read_regions() for part in region.source.split(";")
    }
    assert named <= set(described)
    assert described["geonames"].licence == "CC BY 4.0"
    assert all(source.attribution for source in described.values())


def test_towns_have_unique_numbers_and_stand_in_a_province() -> None:
    towns = read_places()
    provinces = {region.adcode for region in read_regions() if region.level == "province"}
    assert len({town.geonames_id for town in towns}) == len(towns) == 13037
    assert {town.province_code for town in towns} == provinces
    for town in towns:
        check_position(town.lat, town.lon)
        assert is_chinese(town.name_zh)


def test_the_tables_stay_small_enough_to_ship() -> None:
    folder = Path(app.places.__file__).parent / "facts"
    assert (folder / "places.csv").stat().st_size < 900_000
    assert (folder / "regions.csv").stat().st_size < 500_000
