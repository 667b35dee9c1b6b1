"""Whether an assay makes sense as a whole: its dates, its basis, its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.errors import Invalid
from models.quantities import MILLIONTHS_PER_UNIT, Millionths

VALUES_MAX: Final = 120
VALIDITY_YEARS_MAX: Final = 5
ONE_HUNDRED_PERCENT: Final = 100 * MILLIONTHS_PER_UNIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One value of an assay, in millionths of the parameter's unit."""

    parameter_id: int
    typical: Millionths
    minimum: Millionths | None = None
    maximum: Millionths | None = None
    method: str = ""


def check_dates(*, sampled_on: date, valid_until: date, today: date) -> None:
    """Refuse a sample from the future or a validity that cannot be."""
    if sampled_on > today:
        raise Invalid("sample-future", "The sample lies in the future.", field="sampled_on")
    if valid_until < sampled_on or valid_until > _years_after(sampled_on, VALIDITY_YEARS_MAX):
        raise Invalid(
            "assay-validity",
            "An assay is valid from its sample on, for five years at most.",
            field="valid_until",
        )


def _years_after(day: date, years: int) -> date:
    """The same day in a later year; after 29 February, 1 March where there is none."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)


def check_basis(*, basis: str, moisture: Millionths | None) -> None:
    """Refuse values as received whose dry equivalent nobody could know."""
    if moisture is not None and not 0 <= moisture < ONE_HUNDRED_PERCENT:
        raise Invalid("moisture-range", "Moisture lies between 0 and 100 %.", field="moisture")
    if basis == "as_received" and moisture is None:
        raise Invalid(
            "moisture-missing",
            "Values as received need the moisture of the sample beside them.",
            field="moisture",
        )


def check_size(parameter_ids: Sequence[int]) -> None:
    """Refuse an assay without values, with too many, or with a parameter twice."""
    if not 1 <= len(parameter_ids) <= VALUES_MAX:
        raise Invalid(
            "assay-size", "An assay has between 1 and 120 values.", field="values-0-typical"
        )
    for number, parameter_id in enumerate(parameter_ids):
        if parameter_id in parameter_ids[:number]:
            raise Invalid(
                "parameter-twice",
                "A parameter is given twice.",
                field=f"values-{number}-parameter",
            )
