"""Searching by code, English words and Chinese, the same on both databases."""

import pytest

from app.catalogue.queries import (
    search_codes,
    search_materials,
    search_parameters,
    search_specifications,
)


@pytest.mark.parametrize(
    "text", ["10 01 02", "100102", "10 01 02*", "１０ ０１ ０２", " 10-01-02 "]
)
def test_a_code_is_found_however_it_is_written(session, text):
    assert [row.code for row in search_codes(session, text)] == ["10 01 02"]


def test_the_beginning_of_a_code_finds_what_lies_below(session):
    found = search_codes(session, "16 06", limit=50)
    assert found[0].code == "16 06"
    assert {row.code for row in found[1:]} == {
        "16 06 01",
        "16 06 02",
        "16 06 03",
        "16 06 04",
        "16 06 05",
        "16 06 06",
    }


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("fly ash", "63"),
        ("COAL fly ash", "10 01 02"),
        ("lead batteries", "16 06 01"),
        ("lead batt", "16 06 01"),
        ("粉煤灰", "63"),
        ("赤泥", "53"),
        ("废矿物油", "HW08"),
        ("hw08", "HW08"),
        ("900-214", "900-214-08"),
        ("H4.1", "H4.1"),
        ("煤炭加工 焦油渣", "252-004-11"),
    ],
)
def test_the_nearest_comes_first(session, text, first):
    assert search_codes(session, text)[0].code == first


def test_a_chinese_only_code_is_found_by_the_english_name_of_its_category(session):
    found = search_codes(session, "distillation residues", schemes=["CN-HW"], limit=60)
    assert "252-002-11" in {row.code for row in found if row.name_en is None}


def test_schemes_and_the_limit_are_kept(session):
    found = search_codes(session, "waste", schemes=["EWC", "BASEL"], limit=7)
    assert len(found) == 7
    assert {row.scheme for row in found} <= {"EWC", "BASEL"}


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "'; --", "no such waste", "不存在之物"])
def test_nothing_is_found_for_nothing(session, text):
    assert search_codes(session, text) == []


@pytest.mark.parametrize(
    ("text", "first"),
    [("SiO2", "sio2"), ("烧失量", "loi"), ("loss on ign", "loi"), ("pH", "ph"), ("f-CaO", "f_cao")],
)
def test_a_parameter_is_found_by_symbol_or_name(session, text, first):
    assert search_parameters(session, text)[0].code == first


@pytest.mark.parametrize(
    ("text", "first"),
    [("steel_slag", "bof_slag"), ("电炉除尘灰", "eaf_dust"), ("red mud", "red_mud_bayer")],
)
def test_a_material_is_found_by_alias_or_name(session, text, first):
    assert search_materials(session, text)[0].code == first


@pytest.mark.parametrize("text", ["GB/T 1596", "gbt1596", "1596"])
def test_a_specification_is_found_by_its_standard(session, text):
    found = search_specifications(session, text)
    assert {row.standard for row in found} == {"GB/T 1596-2017"}
    assert len(found) == 8


def test_a_specification_is_found_by_two_chinese_characters(session):
    codes = {row.code for row in search_specifications(session, "矿渣", limit=60)}
    assert "GBT18046-S95" in codes
