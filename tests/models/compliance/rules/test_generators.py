"""Classes of generators, and how long they may store."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.compliance.rules.generators import (
    REPORTS,
    GeneratorClass,
    check_storage,
    generator_class,
)
from models.compliance.rules.verdicts import Outcome
from models.quantities import GRAMS_PER_TONNE, Grams

KEY, SIMPLIFIED, REGISTRATION = GeneratorClass
TONNE = GRAMS_PER_TONNE
DAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("year_g", "own", "permit", "expected"),
    [
        (100 * TONNE, False, False, KEY),
        (100 * TONNE - 1, False, False, SIMPLIFIED),
        (10 * TONNE, False, False, SIMPLIFIED),
        (10 * TONNE - 1, False, False, REGISTRATION),
        (0, False, False, REGISTRATION),
        (1, True, False, KEY),
        (1, False, True, KEY),
    ],
)
def test_the_class_follows_from_the_year_and_what_the_works_has(year_g, own, permit, expected):
    assert generator_class(Grams(year_g), own_facility=own, holds_permit=permit) is expected


def test_each_class_reports_at_least_once_a_year():
    assert REPORTS == {
        KEY: ("monthly", "yearly"), SIMPLIFIED: ("quarterly", "yearly"), REGISTRATION: ("yearly",),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("days", "extended", "outcome"),
    [(365, False, Outcome.ALLOWED), (366, False, Outcome.APPROVAL), (366, True, Outcome.ALLOWED)],
)
def test_hazardous_waste_lies_no_longer_than_a_year_without_leave(days, extended, outcome):
    oldest = DAY - timedelta(days=days)
    assert check_storage(oldest, on=DAY, extension_approved=extended).outcome is outcome


def test_an_empty_store_is_in_order():
    assert check_storage(None, on=DAY, extension_approved=False).outcome is Outcome.ALLOWED
