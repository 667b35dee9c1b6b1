"""Borders of provinces and of the country."""

from __future__ import annotations

from datetime import date

import pytest

from models.compliance.rules.crossing import approval_holds_until, check_crossing, check_import
from models.compliance.rules.verdicts import Outcome

CHINA = {
    ("general", "utilize"): ("filing", "art. 22"),
    ("general", "store"): ("approval", "art. 22"),
    ("general", "dispose"): ("approval", "art. 22"),
    ("hazardous", "utilize"): ("approval", "art. 82"),
    ("general", "import"): ("forbidden", "art. 23-24"),
}


@pytest.mark.parametrize(
    ("kind", "way", "same", "outcome", "reason", "paper"),
    [
        ("general", "utilize", False, Outcome.FILING, "crossing_filing", "crossing_filing"),
        ("general", "store", False, Outcome.APPROVAL, "crossing_approval", "crossing_approval"),
        ("general", "dispose", False, Outcome.APPROVAL, "crossing_approval", "crossing_approval"),
        ("general", "collect", False, Outcome.ALLOWED, "crossing_none", None),
        ("hazardous", "utilize", False, Outcome.APPROVAL, "crossing_approval", "crossing_approval"),
        ("general", "utilize", True, Outcome.ALLOWED, "same_province", None),
        ("general", "utilize", None, Outcome.NEEDS_EVIDENCE, "province_unknown", None),
        ("general", "collect", None, Outcome.ALLOWED, "crossing_none", None),
    ],
)
def test_what_a_crossing_takes(kind, way, same, outcome, reason, paper):
    verdict = check_crossing(CHINA, waste_kind=kind, way=way, same_province=same)
    assert (verdict.outcome, verdict.reason, verdict.paper_to_file) == (outcome, reason, paper)


@pytest.mark.parametrize(
    ("kind", "origin", "outcome", "reason"),
    [
        ("general", "CN", Outcome.ALLOWED, "same_country"),
        ("general", "DE", Outcome.FORBIDDEN, "import_forbidden"),
        ("hazardous", "DE", Outcome.APPROVAL, "import_approval"),  # nothing known: ask
    ],
)
def test_foreign_waste_stays_abroad(kind, origin, outcome, reason):
    verdict = check_import(CHINA, waste_kind=kind, origin_country=origin, country="CN")
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("decided", "permit", "last"),
    [
        (date(2026, 6, 1), None, date(2027, 5, 31)),
        (date(2026, 6, 1), date(2027, 5, 31), date(2027, 5, 31)),
        (date(2026, 6, 1), date(2026, 9, 30), date(2026, 9, 30)),
        (date(2026, 6, 1), date(2030, 1, 1), date(2027, 5, 31)),
        (date(2028, 2, 29), None, date(2029, 2, 28)),
    ],
)
def test_an_approval_holds_twelve_months_and_no_longer_than_the_permit(decided, permit, last):
    assert approval_holds_until(decided, permit_until=permit) == last
