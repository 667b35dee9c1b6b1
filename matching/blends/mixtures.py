"""What a mixture consists of: expected, at its worst, and as held against its limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matching.blends.recipes import Compositions
from matching.blends.rows import Candidates
from matching.checks import Flags, Floats, Integers
from matching.market.composition import known


@dataclass(frozen=True, slots=True, eq=False)
class Mixtures:
    """The mixtures of M demands; arrays are (M, C), NaN where unknown or nothing is mixed.

    | field            | meaning                                                                 |
    |------------------|-------------------------------------------------------------------------|
    | typical          | the expected value; NaN where the parameter does not mix                |
    | lowest, highest  | guaranteed: what the mixture has when every source has its least, its   |
    |                  | most; where a parameter does not mix, the range over the parts          |
    | low, high        | what is held against lower and upper limits                             |
    """

    typical: Floats
    lowest: Floats
    highest: Floats
    low: Floats
    high: Floats


def mixtures(
    tonnes: Floats, candidates: Candidates, compositions: Compositions, held: tuple[Floats, Floats]
) -> Mixtures:
    """Return what `tonnes` (E,) of the candidate pairs give; `held` are `Compositions.held`."""
    used = np.flatnonzero(tonnes > 0)
    demands = len(candidates.ptr) - 1
    owner = np.repeat(np.arange(demands), np.diff(candidates.ptr))[used]
    stream = candidates.stream[used]
    mixed = _Mixing(owner, stream, tonnes[used], compositions, demands)
    typical = compositions.typical
    lowest, highest = (
        known(extreme, typical) for extreme in (compositions.minimum, compositions.maximum)
    )
    return Mixtures(
        typical=np.where(compositions.mixing, mixed.mean(typical), np.nan),
        lowest=mixed.worst(lowest, upper=False),
        highest=mixed.worst(highest, upper=True),
        low=mixed.worst(held[0], upper=False),
        high=mixed.worst(held[1], upper=True),
    )


class _Mixing:
    """Mean and extreme values over the parts of each demand's mixture."""

    def __init__(
        self,
        owner: Integers,
        stream: Integers,
        tonnes: Floats,
        compositions: Compositions,
        demands: int,
    ) -> None:
        shape = demands, len(compositions)
        self.stream, self.mixing, self.dry = stream, compositions.mixing, compositions.dry
        self.mass = csr_array((tonnes, (owner, stream)), shape=shape)
        dry_tonnes = tonnes * compositions.dry_share()[stream]
        self.dry_mass = csr_array((dry_tonnes, (owner, stream)), shape=shape)
        total = np.bincount(owner, tonnes, minlength=demands)
        dry_total = np.bincount(owner, dry_tonnes, minlength=demands)
        self.weight = np.where(self.dry, dry_total[:, np.newaxis], total[:, np.newaxis])
        self.some: Flags = total > 0
        self.starts = np.flatnonzero(np.diff(owner, prepend=-1))

    def mean(self, values: Floats) -> Floats:
        """Return the mean of values (n, C) by tonnes, or dry tonnes where dry, (M, C)."""
        sums = np.where(
            self.dry, np.asarray(self.dry_mass @ values), np.asarray(self.mass @ values)
        )
        mean = np.full(sums.shape, np.nan)
        np.divide(sums, self.weight, out=mean, where=self.some[:, np.newaxis])
        return mean

    def worst(self, values: Floats, *, upper: bool) -> Floats:
        """Return the mean where parameters mix, else the extreme over the parts, (M, C)."""
        result = self.mean(values)
        parts = ~self.mixing
        if parts.any() and len(self.starts):
            extreme = np.maximum if upper else np.minimum
            over_parts = extreme.reduceat(values[self.stream], self.starts)
            result[np.ix_(self.some, parts)] = over_parts[:, parts]
        return result
