"""The facts are complete, within their bounds, and say where they come from."""

from __future__ import annotations

from collections import Counter

from app.demonstration.facts.reading import (
    FOLDER,
    cement_works,
    composition_ranges,
    fact_sources,
    invented_buyers,
    plants,
)


def test_every_site_of_the_sources_is_there():
    assert Counter(plant.unit for plant in plants()) == {"MW": 1_165, "t/a": 324}
    assert len(cement_works()) == 1_158
    assert len(invented_buyers()) == 765


def test_keys_and_names_are_unique():
    rows = [*plants(), *cement_works(), *invented_buyers()]
    assert len({row.key for row in rows}) == len(rows) == 3_412
    named = [*plants(), *cement_works()]
    assert len({row.name for row in named}) == len(named)


def test_positions_lie_in_the_country():
    for row in [*plants(), *cement_works(), *invented_buyers()]:
        assert 18 < row.latitude < 54, row.key
        assert 73 < row.longitude < 136, row.key
        assert len(row.province_code) == 2, row.key


def test_a_chinese_name_is_written_in_chinese():
    for plant in plants():
        if plant.name_zh is not None:
            assert any("\u4e00" <= sign <= "\u9fff" for sign in plant.name_zh), plant.key
    assert sum(plant.name_zh is None for plant in plants()) == 2


def test_shares_of_technology_and_coal_make_a_whole():
    for plant in plants():
        if plant.unit == "MW":
            assert sum(share for _, share in plant.technology) == 1
            assert sum(share for _, share in plant.coal) == 1


def test_every_row_names_a_known_source():
    sources = {source.key for source in fact_sources()}
    rows = [*plants(), *cement_works(), *invented_buyers(), *composition_ranges()]
    assert {row.source for row in rows} <= sources
    assert len(sources) == len(fact_sources()) == 11


def test_attributions_carry_publisher_edition_and_licence():
    named = {source.key: source for source in fact_sources()}
    for key, publisher, edition in (
        ("gem_coal_2024_07", "Global Energy Monitor", "July 2024"),
        ("gem_steel_2025_03", "Global Energy Monitor", "March 2025"),
        ("sfi_cement_2021_07", "Spatial Finance Initiative", "July 2021"),
    ):
        source = named[key]
        assert source.edition == edition
        assert source.licence == "CC BY 4.0"
        assert publisher in source.attribution
        assert "CC BY 4.0" in source.attribution


def test_every_invented_buyer_is_marked():
    assert all(buyer.invented for buyer in invented_buyers())
    assert {buyer.source for buyer in invented_buyers()} == {"invented_buyers"}


def test_ranges_are_ranges_and_statuses_are_literal():
    statuses = {"verified", "secondary", "own_judgement", "unverified"}
    for row in composition_ranges():
        assert row.minimum < row.maximum, (row.material, row.parameter)
        assert row.status in statuses
    pairs = {(row.material, row.parameter) for row in composition_ranges()}
    assert len(pairs) == len(composition_ranges())


def test_no_file_of_facts_is_large():
    sizes = {path.name: path.stat().st_size for path in FOLDER.glob("*.csv")}
    assert len(sizes) == 5
    assert max(sizes.values()) < 400_000
