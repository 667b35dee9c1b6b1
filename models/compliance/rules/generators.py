"""What whoever generates hazardous waste owes: its class, its reports, how long it may store.

HJ 1259-2022 4.2 and 7.2 (classes and reports), Solid Waste Law 2020 art. 81 (one year of storage).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from models.compliance.rules.verdicts import Outcome, Verdict
from models.quantities import GRAMS_PER_TONNE, Grams

ART_81: Final = "Solid Waste Law 2020 art. 81"
KEY_FROM_G: Final = Grams(100 * GRAMS_PER_TONNE)
SIMPLIFIED_FROM_G: Final = Grams(10 * GRAMS_PER_TONNE)
STORAGE_DAYS: Final = 365


class GeneratorClass(StrEnum):
    KEY = "key"
    SIMPLIFIED = "simplified"
    REGISTRATION = "registration"


# How often each class reports, beside once a year (HJ 1259-2022 7.2).
REPORTS: Final[Mapping[GeneratorClass, tuple[str, ...]]] = {
    GeneratorClass.KEY: ("monthly", "yearly"),
    GeneratorClass.SIMPLIFIED: ("quarterly", "yearly"),
    GeneratorClass.REGISTRATION: ("yearly",),
}


def generator_class(year_g: Grams, *, own_facility: bool, holds_permit: bool) -> GeneratorClass:
    """The class of a generator (HJ 1259-2022 4.2).

    Key from 100 t a year, or with a facility or a permit of its own; simplified from 10 t;
    registration below.
    """
    if own_facility or holds_permit or year_g >= KEY_FROM_G:
        return GeneratorClass.KEY
    return GeneratorClass.SIMPLIFIED if year_g >= SIMPLIFIED_FROM_G else GeneratorClass.REGISTRATION


def check_storage(oldest_on: date | None, *, on: date, extension_approved: bool) -> Verdict:
    """Whether hazardous waste has lain longer than a year without leave (art. 81)."""
    over = oldest_on is not None and on > oldest_on + timedelta(days=STORAGE_DAYS)
    if over and not extension_approved:
        return Verdict(
            rule="storage",
            outcome=Outcome.APPROVAL,
            reason="stored_over_a_year",
            clause=ART_81,
            paper_to_file="storage_extension",
        )
    return Verdict(rule="storage", outcome=Outcome.ALLOWED, reason="stored_in_time", clause=ART_81)
