"""Months of the demonstration: how a year's mass falls on them, and who stands still when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.demonstration.chance import Chance
from app.demonstration.scenario.drafts import ClosureDraft
from models.quantities import Grams

DAYS_IN_MONTH: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# Provinces with district heating in winter; the same stop their kilns then (staggered production,
# ministries of industry and of environment, 2016 No. 351, recalled; own judgement here).
NORTH: Final = frozenset(
    {
        "Beijing",
        "Gansu",
        "Hebei",
        "Heilongjiang",
        "Henan",
        "Inner Mongolia",
        "Jilin",
        "Liaoning",
        "Ningxia",
        "Qinghai",
        "Shaanxi",
        "Shandong",
        "Shanxi",
        "Tianjin",
        "Xinjiang",
    }
)

# Weights by month, own judgement: heat and power in the north, summer peaks in the south.
HEATING_YEAR: Final = (118, 106, 92, 68, 66, 70, 80, 80, 66, 66, 92, 96)
COOLING_YEAR: Final = (86, 70, 78, 74, 78, 88, 104, 106, 84, 72, 74, 86)
EVEN_YEAR: Final = DAYS_IN_MONTH
BUILDING_NORTH: Final = (20, 20, 70, 110, 115, 110, 95, 100, 115, 115, 90, 40)
BUILDING_SOUTH: Final = (70, 30, 95, 95, 95, 85, 80, 80, 95, 100, 90, 85)
WINTER_CAMPAIGN: Final = (1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

OVERHAUL_MONTHS: Final = (4, 5, 9, 10)
OVERHAUL_PERCENT: Final = 40  # of an ordinary month

KILN_STOP: Final = ClosureDraft(
    first=(11, 15), last=(3, 15), reason="kiln stop in winter · 冬季停窑"
)
FROST: Final = ClosureDraft(first=(12, 1), last=(2, 28), reason="frost · 冰冻")
ROAD_FROST: Final = ClosureDraft(first=(11, 20), last=(3, 10), reason="frost · 冰冻")
SPRING_FESTIVAL: Final = ClosureDraft(first=(1, 25), last=(2, 14), reason="spring festival · 春节")


def split_by_weight(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split a whole number by weights, exactly: largest remainder, ties to the earlier part."""
    whole = sum(weights)
    assert whole > 0
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def monthly(total_g: Grams, weights: Sequence[int]) -> tuple[Grams, ...]:
    return tuple(Grams(part) for part in split_by_weight(total_g, weights))


def plant_year(province: str, *, heats: bool, chance: Chance) -> tuple[int, ...]:
    """Weigh the months of a producing site: its season, less one overhaul month."""
    base = EVEN_YEAR
    if heats:
        base = HEATING_YEAR if province in NORTH else COOLING_YEAR
    overhaul = OVERHAUL_MONTHS[chance.between("overhaul", 0, len(OVERHAUL_MONTHS) - 1)]
    return tuple(
        weight * (OVERHAUL_PERCENT if month == overhaul else 100)
        for month, weight in enumerate(base, start=1)
    )


def open_days(closures: Sequence[ClosureDraft]) -> tuple[int, ...]:
    """Count the days of each month of a common year on which no closure holds."""
    return tuple(
        sum(not any(_closed(month, day, one) for one in closures) for day in range(1, days + 1))
        for month, days in enumerate(DAYS_IN_MONTH, start=1)
    )


def weighed_by_days(weights: Sequence[int], closures: Sequence[ClosureDraft]) -> tuple[int, ...]:
    """Scale month weights by the share of open days."""
    days = open_days(closures)
    return tuple(weight * 1_000 * days[i] // DAYS_IN_MONTH[i] for i, weight in enumerate(weights))


def _closed(month: int, day: int, closure: ClosureDraft) -> bool:
    if closure.first <= closure.last:
        return closure.first <= (month, day) <= closure.last
    return (month, day) >= closure.first or (month, day) <= closure.last
