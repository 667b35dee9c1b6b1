"""Numbers of papers, the working days of a receipt, and what a vehicle may weigh.

Transfer Measures 2021: art. 15-16 (fourteen digits: year, province, city, serial; one a vehicle and
trip), art. 18 (the receiver confirms within five working days).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final

from models.compliance.rules.verdicts import Outcome, Verdict
from models.quantities import Grams

CONFIRMATION_CLAUSE: Final = "Measures for the Transfer of Hazardous Waste 2021 art. 18"
CONFIRMATION_WORKING_DAYS: Final = 5
_SATURDAY: Final = 5


def check_number(number: str, pattern: str, clause: str) -> Verdict:
    """Whether a number has the form that the jurisdiction gives it; `pattern` matches it whole."""
    fits = re.fullmatch(pattern, number, re.ASCII) is not None
    return Verdict(
        rule="number",
        outcome=Outcome.ALLOWED if fits else Outcome.FORBIDDEN,
        reason="number_fits" if fits else "number_malformed",
        clause=clause,
    )


def confirmation_due(received_on: date, *, holidays: Collection[date] = ()) -> date:
    """The last day on which a receipt is confirmed in time: the fifth working day after it."""
    day, left = received_on, CONFIRMATION_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and day not in holidays:
            left -= 1
    return day


def check_confirmation(
    received_on: date,
    confirmed_on: date | None,
    *,
    today: date,
    holidays: Collection[date] = (),
) -> Verdict:
    """Whether a receipt was confirmed in time, still can be, or is late."""
    due = confirmation_due(received_on, holidays=holidays)
    late = (confirmed_on or today) > due
    waiting = confirmed_on is None and not late
    reason = "receipt_late" if late else ("receipt_open" if waiting else "receipt_confirmed")
    return Verdict(
        rule="confirmation",
        outcome=Outcome.FORBIDDEN if late else (Outcome.FILING if waiting else Outcome.ALLOWED),
        reason=reason,
        clause=CONFIRMATION_CLAUSE,
        paper_to_file="receipt_confirmation" if waiting else None,
    )


def check_weight(
    gross_g: Grams, *, axles: int, combination: bool, limits: Mapping[tuple[int, bool], Grams]
) -> Verdict:
    """Whether a vehicle is as light as its axles ask; more axles than are listed carry no more."""
    of_kind = {
        number: limit for (number, combined), limit in limits.items() if combined is combination
    }
    listed = [number for number in of_kind if number <= axles]
    limit = of_kind[max(listed)] if listed else None
    if limit is None:
        return Verdict(
            rule="weight", outcome=Outcome.NEEDS_EVIDENCE, reason="axles_unknown", clause=""
        )
    heavy = gross_g > limit
    return Verdict(
        rule="weight",
        outcome=Outcome.FORBIDDEN if heavy else Outcome.ALLOWED,
        reason="weight_above" if heavy else "weight_within",
        clause="",
    )
