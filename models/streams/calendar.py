"""Twelve monthly masses and closures: what is open when, and how much of it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from models.errors import Invalid
from models.quantities import MASS_MAX_G, Grams

MONTHS: Final = 12
CLOSURES_MAX: Final = 24
YEAR_MAX_G: Final = 10**14  # a hundred million tonnes: more than the largest works there is
_CLOSURE_DAYS_MAX: Final = 731


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Days on which nothing is loaded or taken, both ends included."""

    first_day: date
    last_day: date
    reason: str = ""


def check_calendar(months_g: Sequence[Grams], closures: Sequence[Closure]) -> None:
    """Refuse a calendar that cannot be: not twelve months, no mass at all, closures in disorder."""
    if len(months_g) != MONTHS or any(not 0 <= mass <= MASS_MAX_G for mass in months_g):
        raise Invalid(
            "months-invalid", "Give a mass for each of the twelve months.", field="months_t-0"
        )
    if sum(months_g) > YEAR_MAX_G:
        raise Invalid(
            "year-too-large", "No single site handles this much in a year.", field="months_t-0"
        )
    if not any(months_g):
        raise Invalid(
            "months-empty", "At least one month needs a mass above zero.", field="months_t-0"
        )
    for number, closure in enumerate(closures):
        days = (closure.last_day - closure.first_day).days + 1
        if not 1 <= days <= _CLOSURE_DAYS_MAX:
            raise Invalid(
                "closure-disorder",
                "A closure must end on or after its first day, within two years.",
                field=f"closures-{number}-last_day",
            )


def coming_months_g(
    months_g: Sequence[Grams], closures: Sequence[Closure], *, today: date
) -> tuple[Grams, ...]:
    """Mass of January to December as it falls in the twelve months from `today`'s month on.

    A month that is closed on every day still to come has none. In any other month the owner's
    figure stands: who states the mass of a month knows of the stops in it, so nothing is taken off
    twice.
    """
    return tuple(
        mass if _any_day_open(max(first, today), closures) else Grams(0)
        for mass, first in zip(months_g, _first_days(today), strict=True)
    )


def months_mask(masses_g: Sequence[Grams]) -> int:
    """Bit 0 for January to bit 11 for December, set where there is mass."""
    return sum(1 << month for month, mass in enumerate(masses_g) if mass > 0)


def days_until_full(
    *, stock_g: Grams | None, limit_g: Grams | None, months_g: Sequence[Grams]
) -> int | None:
    """Days until the store is full at the average rate of the year, if nothing is taken away."""
    year_g = sum(months_g)
    if stock_g is None or limit_g is None or year_g <= 0:
        return None
    return max(0, (limit_g - stock_g) * 365 // year_g)


def _first_days(today: date) -> list[date]:
    """The first day of each calendar month, January first, at its next turn from this month on."""
    return [
        date(today.year if month >= today.month else today.year + 1, month, 1)
        for month in range(1, MONTHS + 1)
    ]


def _any_day_open(first: date, closures: Sequence[Closure]) -> bool:
    """Whether any day from `first` to the end of its month is open."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    touching = [c for c in closures if c.first_day <= last and c.last_day >= first]
    if not touching:
        return True
    if any(c.first_day <= first and last <= c.last_day for c in touching):
        return False
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return any(not any(c.first_day <= day <= c.last_day for c in touching) for day in days)
