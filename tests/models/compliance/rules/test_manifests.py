"""Numbers, working days and weights."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from models.compliance.rules.manifests import (
    check_confirmation,
    check_number,
    check_weight,
    confirmation_due,
)
from models.compliance.rules.verdicts import Outcome
from models.quantities import GRAMS_PER_TONNE, Grams

FACTS = Path(__file__).parents[4] / "app/compliance/facts"
with (FACTS / "number_formats.csv").open(encoding="utf-8") as file:
    FORMATS = {(row["jurisdiction"], row["subject"]): row for row in csv.DictReader(file)}
MANIFEST = FORMATS["CN", "manifest"]["pattern"]
MONDAY = date(2026, 6, 1)
LIMITS = {
    (2, False): Grams(18 * GRAMS_PER_TONNE),
    (4, False): Grams(31 * GRAMS_PER_TONNE),
    (6, True): Grams(49 * GRAMS_PER_TONNE),
}


@pytest.mark.parametrize("key", FORMATS, ids=str)
def test_every_shipped_format_matches_its_example_and_not_more(key):
    row = FORMATS[key]
    assert check_number(row["example"], row["pattern"], "").outcome is Outcome.ALLOWED
    for spoilt in (row["example"] + "\n", " " + row["example"], row["example"] + "<", ""):
        assert check_number(spoilt, row["pattern"], "").outcome is Outcome.FORBIDDEN


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("20263701000123", True),
        ("2026370100012", False),
        ("202637010001234", False),
        ("19993701000123", False),
        ("20269901000123", False),  # there is no such province
        ("2026370100012A", False),
        ("２０２６３７０１０００１２３", False),  # full-width digits are no digits of a number
        ("20263701-00123", False),
    ],
)
def test_a_manifest_number_has_fourteen_digits_and_a_province(number, fits):
    verdict = check_number(number, MANIFEST, "art. 15")
    assert (verdict.outcome is Outcome.ALLOWED, verdict.clause) == (fits, "art. 15")


@pytest.mark.parametrize(
    ("received", "holidays", "due"),
    [
        (MONDAY, (), date(2026, 6, 8)),
        (date(2026, 6, 5), (), date(2026, 6, 12)),  # Friday
        (date(2026, 6, 6), (), date(2026, 6, 12)),  # Saturday counts as the Friday before it
        (date(2026, 6, 7), (), date(2026, 6, 12)),
        (MONDAY, (date(2026, 6, 3),), date(2026, 6, 9)),
        (MONDAY, (date(2026, 6, 6),), date(2026, 6, 8)),  # a holiday on a Saturday costs nothing
    ],
)
def test_a_receipt_is_confirmed_within_five_working_days(received, holidays, due):
    assert confirmation_due(received, holidays=holidays) == due


@pytest.mark.parametrize(
    ("confirmed", "today", "outcome", "reason"),
    [
        (date(2026, 6, 8), date(2026, 7, 1), Outcome.ALLOWED, "receipt_confirmed"),
        (date(2026, 6, 9), date(2026, 7, 1), Outcome.FORBIDDEN, "receipt_late"),
        (None, date(2026, 6, 8), Outcome.FILING, "receipt_open"),
        (None, date(2026, 6, 9), Outcome.FORBIDDEN, "receipt_late"),
    ],
)
def test_a_late_confirmation_is_one_after_the_fifth_day(confirmed, today, outcome, reason):
    verdict = check_confirmation(MONDAY, confirmed, today=today)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("tonnes", "axles", "combination", "outcome"),
    [
        (18, 2, False, Outcome.ALLOWED),
        (19, 2, False, Outcome.FORBIDDEN),
        (18, 3, False, Outcome.ALLOWED),  # not listed: what two axles carry
        (31, 5, False, Outcome.ALLOWED),
        (49, 7, True, Outcome.ALLOWED),
        (50, 7, True, Outcome.FORBIDDEN),
        (5, 1, False, Outcome.NEEDS_EVIDENCE),
        (40, 5, True, Outcome.NEEDS_EVIDENCE),
    ],
)
def test_a_vehicle_weighs_what_its_axles_allow(tonnes, axles, combination, outcome):
    gross = Grams(tonnes * GRAMS_PER_TONNE)
    verdict = check_weight(gross, axles=axles, combination=combination, limits=LIMITS)
    assert verdict.outcome is outcome
