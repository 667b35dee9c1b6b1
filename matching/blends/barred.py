"""Where what every part must hold bars each source: which rows do so, and whom to let in."""

from __future__ import annotations

import numpy as np

from matching.blends.rows import Rows, overruns
from matching.checks import Flags, Floats, Integers

Needed = list[tuple[int, float]]  # a row, and the bound it would need, in the sign of the rows


def judged(rows: Rows, sources: int) -> Flags:
    """Return which sources have every value that a row asks for, (n,)."""
    flags = np.ones(sources, dtype=np.bool_)
    flags[rows.pair[rows.unknown]] = False
    return flags


def barring(rows: Rows, sources: Integers) -> Needed:
    """Return rows that bar all these sources, none of which could be left out.

    Each comes with the bound at which it would let one in, the others staying as they are.
    """
    members, held, broken = _parts(rows, sources)
    kept = list(range(len(members)))
    for member in range(len(members)):
        rest = [other for other in kept if other != member]
        if broken[rest].any(axis=0).all():
            kept = rest
    found = []
    for member in kept:
        others = [other for other in kept if other != member]
        needed = held[member, ~broken[others].any(axis=0)].min()
        found.append((int(members[member]), float(needed)))
    return found


def let_in(
    rows: Rows, sources: Integers, available_t: Floats, least_t: float
) -> tuple[Needed, Integers]:
    """Return what to relax so that the nearest of the sources may be used, and who then may be.

    Nearest is the one that needs the least sum of relative changes to be all of the mixture by
    itself, of all rows and of the mass (`least_t` to what is at hand, (n,)); ties go to the lower
    index.
    """
    held = rows.held.reshape(len(rows.bound), -1)
    with np.errstate(over="ignore"):
        missing = np.maximum(least_t / available_t[sources] - 1.0, 0.0)
    alone = np.array([overruns(rows, held[:, source]).sum() for source in sources])
    nearest = sources[np.argmin(alone + missing)]
    members, values, broken = _parts(rows, sources)
    chosen = np.flatnonzero(sources == nearest)[0]
    needed = [
        (int(members[member]), float(values[member, chosen]))
        for member in np.flatnonzero(broken[:, chosen])
    ]
    bound = np.maximum(rows.bound[members], values[:, chosen])
    admitted = (values <= bound[:, np.newaxis]).all(axis=0)
    return needed, sources[admitted]


def _parts(rows: Rows, sources: Integers) -> tuple[Integers, Floats, Flags]:
    """Return the rows that every part must hold, and what the sources have there: value, breach."""
    # With one demand every row has an entry for every source, in their order.
    members = np.flatnonzero(~rows.mixing)
    held = rows.held.reshape(len(rows.bound), -1)[np.ix_(members, sources)]
    return members, held, held > rows.bound[members, np.newaxis]
