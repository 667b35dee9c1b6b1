"""How well a position is known, and the words for levels of regions and the status of facts."""

from __future__ import annotations

from typing import Final

# Finest first. `county` and coarser: the position is only the centre of that region.
SITE_PRECISIONS: Final = ("exact", "approximate", "place", "county", "prefecture", "province")
REGION_LEVELS: Final = ("province", "prefecture", "county")
REGION_PRECISIONS: Final = REGION_LEVELS
FACT_STATUSES: Final = ("verified", "secondary", "derived", "own judgement", "unverified")


def level_rank(level: str) -> int:
    """Provinces come first when a name means several things, towns last."""
    return REGION_LEVELS.index(level) if level in REGION_LEVELS else len(REGION_LEVELS)


def ancestors(adcode: str) -> tuple[str, ...]:
    """The codes of a region's prefecture and province, as GB/T 2260 builds them (2 + 2 + 2)."""
    above = (f"{adcode[:4]}00", f"{adcode[:2]}0000")
    return tuple(code for code in above if code != adcode)


def province_of(adcode: str | None) -> str | None:
    """The code of the province that a region lies in, itself if it is one."""
    return None if adcode is None else f"{adcode[:2]}0000"
