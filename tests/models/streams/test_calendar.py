"""Calendars: what cannot be, what a closed month leaves, when a store is full."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import Invalid
from models.quantities import MASS_MAX_G
from models.streams.calendar import (
    Closure,
    check_calendar,
    coming_months_g,
    days_until_full,
    months_mask,
)

EVEN = (1_000,) * 12
DAY = timedelta(days=1)


def closed(first, last):
    return Closure(first_day=date.fromisoformat(first), last_day=date.fromisoformat(last))


def refusal_of(months_g, closures=()):
    with pytest.raises(Invalid) as refusal:
        check_calendar(months_g, closures)
    return refusal.value.code, refusal.value.facts


@pytest.mark.parametrize(
    "months_g",
    [(), EVEN[:11], (*EVEN, 1), (-1, *EVEN[1:]), (MASS_MAX_G + 1, *EVEN[1:])],
)
def test_a_calendar_is_twelve_possible_masses(months_g):
    assert refusal_of(months_g) == ("months-invalid", {"field": "months_t-0"})


def test_a_year_without_any_mass_is_refused():
    assert refusal_of((0,) * 12) == ("months-empty", {"field": "months_t-0"})


@pytest.mark.parametrize("rest_g", [0, 1])
def test_a_year_holds_what_the_largest_works_handle_and_no_gram_more(rest_g):
    months_g = (0,) * 10 + (10**14, rest_g)
    if rest_g:
        assert refusal_of(months_g) == ("year-too-large", {"field": "months_t-0"})
    else:
        assert check_calendar(months_g, []) is None


@pytest.mark.parametrize(
    ("last_day", "stands"),
    [("2026-01-01", True), ("2025-12-31", False), ("2028-01-01", True), ("2028-01-02", False)],
)
def test_a_closure_ends_on_or_after_its_first_day_and_within_two_years(last_day, stands):
    closures = [closed("2026-02-01", "2026-02-02"), closed("2026-01-01", last_day)]
    if stands:
        assert check_calendar(EVEN, closures) is None
    else:
        expected = ("closure-disorder", {"field": "closures-1-last_day"})
        assert refusal_of(EVEN, closures) == expected


def test_a_month_that_is_closed_on_every_day_has_no_mass():
    months = coming_months_g(EVEN, [closed("2026-07-01", "2026-07-31")], today=date(2026, 6, 15))
    assert months == (1_000,) * 6 + (0,) + (1_000,) * 5


def test_one_open_day_leaves_the_owners_figure_as_it_is():
    for first, last in (("2026-07-02", "2026-07-31"), ("2026-07-01", "2026-07-30")):
        assert coming_months_g(EVEN, [closed(first, last)], today=date(2026, 6, 15)) == EVEN


def test_two_closures_together_close_a_month_that_neither_closes_alone():
    closures = [closed("2026-06-20", "2026-07-10"), closed("2026-07-11", "2026-08-05")]
    months = coming_months_g(EVEN, closures, today=date(2026, 6, 15))
    assert [number for number, mass in enumerate(months, start=1) if mass == 0] == [7]


def test_a_month_that_has_passed_is_looked_at_in_the_next_year():
    today = date(2026, 6, 15)
    passed, coming = closed("2026-02-01", "2026-02-28"), closed("2027-02-01", "2027-02-28")
    assert coming_months_g(EVEN, [passed], today=today) == EVEN
    assert coming_months_g(EVEN, [coming], today=today) == (1_000, 0) + (1_000,) * 10


def test_the_month_of_today_is_still_that_of_this_year():
    closures = [closed("2026-06-01", "2026-06-30")]
    for day, mass in ((1, 0), (30, 0)):
        assert coming_months_g(EVEN, closures, today=date(2026, 6, day))[5] == mass
    assert coming_months_g(EVEN, closures, today=date(2026, 7, 1))[5] == 1_000


def test_of_the_current_month_only_the_days_from_today_on_count():
    until_the_end = [closed("2026-06-15", "2026-06-30")]
    assert coming_months_g(EVEN, until_the_end, today=date(2026, 6, 14))[5] == 1_000
    assert coming_months_g(EVEN, until_the_end, today=date(2026, 6, 15))[5] == 0
    but_for_the_last_day = [closed("2026-06-01", "2026-06-29")]
    assert coming_months_g(EVEN, but_for_the_last_day, today=date(2026, 6, 30))[5] == 1_000


def test_a_closure_of_two_years_leaves_nothing():
    closures = [closed("2026-01-01", "2028-01-01")]
    check_calendar(EVEN, closures)
    assert coming_months_g(EVEN, closures, today=date(2026, 12, 31)) == (0,) * 12


def test_a_closed_february_of_a_leap_year_has_twenty_nine_days():
    today = date(2028, 1, 15)
    short, whole = closed("2028-02-01", "2028-02-28"), closed("2028-02-01", "2028-02-29")
    assert coming_months_g(EVEN, [short], today=today)[1] == 1_000
    assert coming_months_g(EVEN, [whole], today=today)[1] == 0


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
CLOSURES = st.builds(
    lambda first, days: Closure(first_day=first, last_day=first + days * DAY),
    DAYS,
    st.integers(0, 90),
)


@given(st.lists(CLOSURES, max_size=6), DAYS)
def test_a_month_has_its_mass_exactly_if_some_day_of_it_to_come_is_open(closures, today):
    months = coming_months_g(EVEN, closures, today=today)
    for month, mass in enumerate(months, start=1):
        year = today.year + (month < today.month)
        days = [date(year, month, n + 1) for n in range(monthrange(year, month)[1])]
        coming = [day for day in days if day >= today]
        open_days = [d for d in coming if not any(c.first_day <= d <= c.last_day for c in closures)]
        assert mass == (1_000 if open_days else 0)


@pytest.mark.parametrize(
    ("months_g", "mask"),
    [
        ((0,) * 12, 0),
        (EVEN, 0b111111111111),
        ((1,) + (0,) * 11, 1),
        ((0,) * 11 + (5,), 1 << 11),
        ((0, 0, 7) + (0,) * 9, 0b100),
    ],
)
def test_january_is_the_lowest_bit(months_g, mask):
    assert months_mask(months_g) == mask


@pytest.mark.parametrize(
    ("stock_g", "limit_g", "days"),
    [
        (0, 12_000, 365),
        (11_000, 12_000, 30),  # 30.4 days: full on the thirty-first
        (12_000, 12_000, 0),
        (13_000, 12_000, 0),
        (None, 12_000, None),
        (5, None, None),
    ],
)
def test_a_store_fills_at_the_average_rate_of_the_year(stock_g, limit_g, days):
    assert days_until_full(stock_g=stock_g, limit_g=limit_g, months_g=EVEN) == days


def test_a_store_into_which_nothing_comes_is_never_full():
    assert days_until_full(stock_g=1, limit_g=2, months_g=(0,) * 12) is None
