"""What a sum over a few organizations may say without telling what one of them has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

CONTRIBUTORS_MIN: Final = 3
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributors:
    """Who is behind a sum: the organizations, and those of them whose part the reader knows.

    Known is what is public, what its owner let the reader look into, and what is the reader's own.
    """

    all: frozenset[int]
    known: frozenset[int]

    def __or__(self, other: Contributors) -> Contributors:
        """Together: whoever is hidden in one of the two stays hidden."""
        hidden = (self.all - self.known) | (other.all - other.known)
        everybody = self.all | other.all
        return Contributors(all=everybody, known=everybody - hidden)


NOBODY: Final = Contributors(all=frozenset(), known=frozenset())


def is_shown(behind: Contributors) -> bool:
    """At least three organizations, and no one or two hidden ones that a difference would bare.

    The rule of a threshold of three is that of statistical offices (Eurostat, Handbook on
    Statistical Disclosure Control, section 4.2); whoever knows some of the parts subtracts them,
    so the rest has to be as many again.
    """
    hidden = behind.all - behind.known
    return len(behind.all) >= CONTRIBUTORS_MIN and (not hidden or len(hidden) >= CONTRIBUTORS_MIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure(Generic[Key]):
    """The categories that are shown, the ones put together as the rest, and what may be said."""

    shown: frozenset[Key]
    rest: frozenset[Key]
    rest_is_shown: bool
    total_is_shown: bool


def disclose(contributors: Mapping[Key, Contributors]) -> Disclosure[Key]:
    """Decide once for all categories of one measure.

    What is too small alone is put together with what else is too small. If even that rest bares
    somebody, neither it nor the total is shown: the total less the categories would be the rest.
    """
    shown = frozenset(key for key, behind in contributors.items() if is_shown(behind))
    rest = frozenset(contributors) - shown
    behind_rest = _together([contributors[key] for key in rest])
    behind_all = _together(contributors.values())
    rest_is_shown = bool(rest) and is_shown(behind_rest)
    return Disclosure(
        shown=shown,
        rest=rest,
        rest_is_shown=rest_is_shown,
        total_is_shown=is_shown(behind_all) and (not rest or rest_is_shown),
    )


def _together(parts: Collection[Contributors]) -> Contributors:
    behind = NOBODY
    for part in parts:
        behind |= part
    return behind
