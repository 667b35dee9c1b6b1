"""What a code stands for: a category for its leaves, and through materials for other schemes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePlace:
    """Where a waste code stands in its scheme."""

    scheme: str
    parent_id: int | None
    hazardous: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalk:
    """The tree of every scheme, and the equals of a code in the other schemes."""

    children: Mapping[int, tuple[int, ...]]
    equals: Mapping[int, frozenset[int]]

    def accepted(self, code_ids: Iterable[int]) -> frozenset[int]:
        """Return the codes, all below them, and the equals of those in other schemes.

        One hop only: the equals of an equal are not accepted, nor is what lies below one. A
        material of which only the category is known says nothing of the category's other codes.
        """
        below: set[int] = set()
        waiting = list(code_ids)
        while waiting:
            code_id = waiting.pop()
            if code_id not in below:
                below.add(code_id)
                waiting.extend(self.children.get(code_id, ()))
        return frozenset(below.union(*(self.equals.get(code_id, ()) for code_id in below)))


def build_crosswalk(
    codes: Mapping[int, CodePlace], material_codes: Iterable[tuple[int, int]]
) -> Crosswalk:
    """Build it from the codes and the pairs (material id, code id).

    A code that is not hazardous never stands for a hazardous one, nor the other way round.
    """
    children: dict[int, list[int]] = defaultdict(list)
    for code_id, place in codes.items():
        if place.parent_id is not None:
            children[place.parent_id].append(code_id)
    by_material: dict[int, list[int]] = defaultdict(list)
    for material_id, code_id in material_codes:
        by_material[material_id].append(code_id)
    equals: dict[int, set[int]] = defaultdict(set)
    for linked in by_material.values():
        for code_id in linked:
            place = codes[code_id]
            equals[code_id].update(other for other in linked if _may_stand_for(place, codes[other]))
    return Crosswalk(
        children={parent: tuple(below) for parent, below in children.items()},
        equals={code_id: frozenset(others) for code_id, others in equals.items()},
    )


def _may_stand_for(one: CodePlace, other: CodePlace) -> bool:
    if one.scheme == other.scheme:
        return False
    return one.hazardous is None or other.hazardous is None or one.hazardous == other.hazardous
