"""The yearly scale of a permit: how a mass is shared among papers, never above 100 per cent.

Operating Permit Measures 2016 art. 12 asks for a new permit above 120 % of the approved scale; the
market stops at the scale itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.errors import Conflict
from models.quantities import Grams


class Posting(StrEnum):
    """What a posting does: holds some of the scale, consumes it, or lets it go."""

    RESERVE = "reserve"
    USE = "use"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaShare:
    """Which part of whose right is spoken of: a code, handled one way at a site in a year."""

    site_id: int
    waste_code_id: int
    way: str
    year: int
    mass_g: Grams
    # Of a use: the reason of the reservation that is used up first.
    draws_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperQuota:
    """A paper that covers the share. `left_g` None: it sets no scale."""

    paper_id: int
    valid_until: date | None
    left_g: Grams | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A mass that falls to one paper."""

    paper_id: int
    mass_g: Grams


def left_of(scale_g: Grams | None, *, reserved_g: Grams, used_g: Grams) -> Grams | None:
    """What is left of a yearly scale; None where the paper sets none."""
    return None if scale_g is None else Grams(scale_g - reserved_g - used_g)


def share_among(papers: Sequence[PaperQuota], mass_g: Grams) -> tuple[Part, ...]:
    """Lay a mass on the papers that cover it: on the one that ends first, then the next.

    What is left on a paper that ends is lost, so it is used up first; of papers that end together
    the one with the lower number. Where any paper sets no scale there is no limit, and nothing is
    counted. Refuses what does not fit whole.
    """
    if any(paper.left_g is None for paper in papers):
        return ()
    parts = []
    rest = mass_g
    for paper in sorted(papers, key=lambda one: (one.valid_until or date.max, one.paper_id)):
        taken = Grams(min(rest, max(0, paper.left_g or 0)))
        if taken > 0:
            parts.append(Part(paper_id=paper.paper_id, mass_g=taken))
            rest = Grams(rest - taken)
    if rest > 0:
        raise Conflict(
            "quota-exhausted",
            "The receiver's permit has not this much left for the year.",
            left_mass_g=Grams(mass_g - rest),
        )
    return tuple(parts)


def take_from(parts: Sequence[Part], mass_g: Grams) -> tuple[tuple[Part, ...], Grams]:
    """Take a mass off what is held, in the order given; also what was not held."""
    taken = []
    rest = mass_g
    for part in parts:
        mass = Grams(min(rest, part.mass_g))
        if mass > 0:
            taken.append(Part(paper_id=part.paper_id, mass_g=mass))
            rest = Grams(rest - mass)
    return tuple(taken), rest
