"""A year's mass falls on its months without losing a gram."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demonstration.chance import Chance
from app.demonstration.scenario.calendar import (
    EVEN_YEAR,
    KILN_STOP,
    SPRING_FESTIVAL,
    WINTER_CAMPAIGN,
    monthly,
    open_days,
    plant_year,
    split_by_weight,
    weighed_by_days,
)

WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=24).filter(any)


@given(st.integers(0, 10**18), WEIGHTS)
def test_the_parts_add_up_and_lie_within_one_of_their_share(total, weights):
    parts = split_by_weight(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


def test_what_is_left_goes_to_the_largest_remainder_then_to_the_earlier_part():
    assert split_by_weight(10, (1, 1, 1)) == (4, 3, 3)
    assert split_by_weight(7, (2, 1, 1)) == (3, 2, 2)
    assert split_by_weight(5, (6, 3, 1)) == (3, 2, 0)  # 3.0, 1.5, 0.5


def test_a_kiln_stop_shuts_three_whole_months_and_two_halves():
    assert open_days((KILN_STOP,)) == (0, 0, 16, 30, 31, 30, 31, 31, 30, 31, 14, 0)


def test_a_closure_within_the_year_shuts_its_days_only():
    assert open_days((SPRING_FESTIVAL,)) == (24, 14, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def test_shut_months_get_nothing():
    masses = monthly(1_000_000, weighed_by_days(EVEN_YEAR, (KILN_STOP,)))
    assert sum(masses) == 1_000_000
    assert [month for month, mass in enumerate(masses, start=1) if not mass] == [1, 2, 12]


def test_a_winter_campaign_sells_in_january_and_february():
    assert monthly(101, WINTER_CAMPAIGN) == (51, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(("province", "peak"), [("Shandong", 1), ("Guangdong", 8)])
def test_heat_peaks_in_the_northern_winter_and_cooling_in_the_southern_summer(province, peak):
    weights = plant_year(province, heats=True, chance=Chance(7, "a"))
    assert weights.index(max(weights)) + 1 == peak


def test_one_month_of_the_year_is_an_overhaul():
    weights = plant_year("Shandong", heats=False, chance=Chance(7, "a"))
    low = [i + 1 for i, weight in enumerate(weights) if weight == EVEN_YEAR[i] * 40]
    assert len(low) == 1
    assert low[0] in {4, 5, 9, 10}
