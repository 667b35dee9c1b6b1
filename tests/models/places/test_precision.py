"""Levels of regions and their codes."""

from __future__ import annotations

from models.places.precision import ancestors, level_rank


def test_the_codes_above_are_those_of_prefecture_and_province() -> None:
    assert ancestors("370116") == ("370100", "370000")
    assert ancestors("370100") == ("370000",)
    assert ancestors("370000") == ()


def test_wider_levels_come_first() -> None:
    levels = ["place", "county", "province", "prefecture"]
    assert sorted(levels, key=level_rank) == ["province", "prefecture", "county", "place"]
