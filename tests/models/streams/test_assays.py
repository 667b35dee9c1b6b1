"""Whether an assay makes sense: its dates, its basis, its size."""

from __future__ import annotations

from datetime import date

import pytest

from models.errors import Invalid
from models.streams.assays import VALUES_MAX, check_basis, check_dates, check_size

TODAY = date(2026, 6, 1)
PER_CENT = 1_000_000


def refusal_of(check, *arguments, **named):
    with pytest.raises(Invalid) as refusal:
        check(*arguments, **named)
    return refusal.value.code, refusal.value.facts["field"]


@pytest.mark.parametrize(
    ("sampled_on", "valid_until"),
    [
        ("2026-06-01", "2026-06-01"),
        ("2026-06-01", "2031-06-01"),
        ("2020-01-01", "2020-12-31"),
        ("2024-02-29", "2029-03-01"),
    ],
)
def test_dates_in_order_stand(sampled_on, valid_until):
    sampled, until = date.fromisoformat(sampled_on), date.fromisoformat(valid_until)
    assert check_dates(sampled_on=sampled, valid_until=until, today=TODAY) is None


@pytest.mark.parametrize(
    ("sampled_on", "valid_until", "refusal"),
    [
        ("2026-06-02", "2026-07-01", ("sample-future", "sampled_on")),
        ("2026-06-01", "2026-05-31", ("assay-validity", "valid_until")),
        ("2026-06-01", "2031-06-02", ("assay-validity", "valid_until")),
        ("2026-01-01", "2031-12-31", ("assay-validity", "valid_until")),
        ("2024-02-29", "2029-03-02", ("assay-validity", "valid_until")),
    ],
)
def test_dates_that_cannot_be_are_refused_at_their_field(sampled_on, valid_until, refusal):
    sampled, until = date.fromisoformat(sampled_on), date.fromisoformat(valid_until)
    assert refusal_of(check_dates, sampled_on=sampled, valid_until=until, today=TODAY) == refusal


@pytest.mark.parametrize("moisture", [0, 1, 100 * PER_CENT - 1])
@pytest.mark.parametrize("basis", ["dry", "as_received"])
def test_moisture_from_zero_to_below_a_hundred_per_cent_stands(basis, moisture):
    assert check_basis(basis=basis, moisture=moisture) is None


@pytest.mark.parametrize("moisture", [-1, 100 * PER_CENT, 101 * PER_CENT])
@pytest.mark.parametrize("basis", ["dry", "as_received"])
def test_any_other_moisture_is_refused(basis, moisture):
    refusal = refusal_of(check_basis, basis=basis, moisture=moisture)
    assert refusal == ("moisture-range", "moisture")


def test_only_values_as_received_need_the_moisture():
    assert check_basis(basis="dry", moisture=None) is None
    refusal = refusal_of(check_basis, basis="as_received", moisture=None)
    assert refusal == ("moisture-missing", "moisture")


def test_an_assay_has_between_one_and_a_hundred_and_twenty_values():
    assert check_size([5]) is None
    assert check_size(range(VALUES_MAX)) is None
    for number in (0, VALUES_MAX + 1):
        assert refusal_of(check_size, range(number)) == ("assay-size", "values-0-typical")


def test_a_parameter_given_twice_is_refused_at_its_second_place():
    assert refusal_of(check_size, [4, 9, 7, 9]) == ("parameter-twice", "values-3-parameter")
