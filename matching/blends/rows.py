"""The rows of a blending programme: who must be tested, who is out, what the rest must hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matching.blends.recipes import Compositions, Forms, Limits, check_forms
from matching.checks import Flags, Floats, Integers, check_shape

LOWER, UPPER, FORM = 0, 1, 2
# Below this share of its largest coefficient a bound is too small to measure a row by.
SMALLEST_SCALE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """E candidate pairs, sorted by demand: demand j has the pairs ptr[j]:ptr[j + 1].

    `ptr` is (M + 1,), `stream` (E,) an index into the compositions.
    """

    ptr: Integers
    stream: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """R rows Σ weight · (held - bound) · tonnes ≤ 0 over E pairs, as K entries in order of row.

    | field  | shape, dtype | meaning                                                              |
    |--------|--------------|----------------------------------------------------------------------|
    | owner  | (R,) int64   | the demand                                                           |
    | kind   | (R,) int64   | `LOWER`, `UPPER` or `FORM`                                           |
    | index  | (R,) int64   | the parameter, or the row of the forms                               |
    | bound  | (R,) float64 | finite; of a lower limit the negative, so that all rows are upper    |
    | dry    | (R,) bool    | whether weighed by dry mass                                          |
    | mixing | (R,) bool    | where false, every part has to hold it by itself                     |
    | row    | (K,) int64   | the row of an entry                                                  |
    | pair   | (K,) int64   | its pair                                                             |
    | held   | (K,) float64 | the value held against the bound, of a lower limit the negative; NaN |
    | weight | (K,) float64 | tonnes or dry tonnes in one tonne of the source; NaN                 |
    """

    owner: Integers
    kind: Integers
    index: Integers
    bound: Floats
    dry: Flags
    mixing: Flags
    row: Integers
    pair: Integers
    held: Floats
    weight: Floats

    @property
    def unknown(self) -> Flags:
        """Entries that cannot be judged before a test, (K,)."""
        return np.isnan(self.held) | np.isnan(self.weight)

    @property
    def broken(self) -> Flags:
        """Entries of a part that fails what every part has to hold, (K,)."""
        return np.asarray(~self.mixing[self.row] & (self.held > self.bound[self.row]))


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """The rows that can bind, scaled: matrix (S, E) · tonnes ≤ 0.

    `row` (S,) says which of the `Rows` they are; each was divided by its `scale` (S,), the size of
    its bound, so that chlorine in thousandths of a per cent weighs as much as silica.
    """

    matrix: csr_array[np.float64]
    row: Integers
    scale: Floats


def limit_rows(
    candidates: Candidates, compositions: Compositions, limits: Limits, forms: Forms | None
) -> Rows:
    """Return a row for every finite limit and form of every demand; `limits` are (M, C).

    Raises ValueError naming the array when parameters or demands differ in number.
    """
    demands, columns = len(candidates.ptr) - 1, compositions.typical.shape[1]
    check_shape("lower", limits.lower.shape, (demands, columns))
    check_forms(forms, compositions)
    low, high = compositions.held(limits)
    tables = [_of_limits(limits.lower, LOWER), _of_limits(limits.upper, UPPER)]
    if forms is not None:
        owner, index = forms.owners(demands)
        finite = np.isfinite(forms.bound[index])
        owner, index = owner[finite], index[finite]
        tables.append((owner, np.full(len(owner), FORM), index, forms.bound[index]))
    owner, kind, index, bound = (np.concatenate(column) for column in zip(*tables, strict=True))
    row, pair = _entries(candidates.ptr, owner)
    stream, at = candidates.stream[pair], index[row]
    held = np.empty(len(row))
    dry, mixing = np.empty(len(owner), dtype=np.bool_), np.empty(len(owner), dtype=np.bool_)
    for wanted, sign, values in ((LOWER, -1.0, low), (UPPER, 1.0, high)):
        mine, own = kind[row] == wanted, kind == wanted
        held[mine] = sign * values[stream[mine], at[mine]]
        dry[own], mixing[own] = compositions.dry[index[own]], compositions.mixing[index[own]]
    if forms is not None:
        mine, own = kind[row] == FORM, kind == FORM
        held[mine] = form_values(forms.coef[at[mine]], low[stream[mine]], high[stream[mine]])
        used = forms.coef[index[own]] != 0
        dry[own] = (used & compositions.dry).any(axis=1)
        mixing[own] = ~(used & ~compositions.mixing).any(axis=1)
    by_dry_mass = (dry & mixing)[row]
    weight = np.where(by_dry_mass, compositions.dry_share()[stream], 1.0)
    return Rows(owner, kind, index, bound, dry, mixing, row, pair, held, weight)


def form_values(coef: Floats, low: Floats, high: Floats) -> Floats:
    """Return the largest value of coef · composition between `low` and `high`, (K,); all (K, C).

    NaN where a parameter with a coefficient is unknown on the side that counts.
    """
    worst = np.where(coef > 0, high, low)
    return np.asarray((coef * np.where(coef == 0, 0.0, worst)).sum(axis=1), dtype=np.float64)


def screen(rows: Rows, pairs: int) -> tuple[Flags, Flags]:
    """Return which pairs need a test and which fail what every part has to hold, (E,) each.

    A failing pair is not counted among the untested: a test would not help it.
    """
    failing, untested = np.zeros(pairs, dtype=np.bool_), np.zeros(pairs, dtype=np.bool_)
    failing[rows.pair[rows.broken]] = True
    untested[rows.pair[rows.unknown]] = True
    return untested & ~failing, failing


def system(rows: Rows, usable: Flags, *, prune: bool = True) -> System:
    """Return the scaled rows over the usable pairs, (E,) flags.

    A row that no usable pair violates holds for every mixture of them; pruned, it is left out. So
    are the rows of what does not mix, which `screen` has settled.
    """
    kept = usable[rows.pair] & rows.mixing[rows.row]
    row, pair = rows.row[kept], rows.pair[kept]
    coefficient = rows.weight[kept] * (rows.held[kept] - rows.bound[row])
    count = len(rows.bound)
    written = np.zeros(count, dtype=np.bool_)
    written[row[coefficient > 0] if prune else row] = True
    largest = np.zeros(count)
    np.maximum.at(largest, row, np.abs(coefficient))
    size = np.abs(rows.bound)
    scale = np.where(size >= SMALLEST_SCALE * largest, size, largest)
    scale[scale == 0] = 1.0
    here = written[row]
    number = np.cumsum(written) - 1
    entries = (coefficient[here] / scale[row[here]], (number[row[here]], pair[here]))
    chosen = np.flatnonzero(written)
    matrix = csr_array(entries, shape=(len(chosen), len(usable)))
    return System(matrix, chosen, scale[chosen])


def marked(
    rows: Rows, entries: Flags, compositions: Compositions, limits: Limits, forms: Forms | None
) -> Flags:
    """Return the values (n, C) of one demand's sources that the chosen entries (K,) speak of.

    Of a form these are the parameters it is made of; where it cannot be judged, the unknown ones.
    """
    flags = np.zeros(compositions.typical.shape, dtype=np.bool_)
    row, source = rows.row[entries], rows.pair[entries]
    plain = rows.kind[row] != FORM
    flags[source[plain], rows.index[row[plain]]] = True
    if forms is not None:
        source, coef = source[~plain], forms.coef[rows.index[row[~plain]]]
        low, high = compositions.held(limits)
        unknown = np.isnan(np.where(coef > 0, high[source], low[source]))
        unknown |= compositions.dry & np.isnan(compositions.moisture[source])[:, np.newaxis]
        unknown |= ~rows.unknown[entries][~plain][:, np.newaxis]
        at, column = np.nonzero(unknown & (coef != 0))
        flags[source[at], column] = True
    return flags


def row_values(rows: Rows, tonnes: Floats) -> tuple[Floats, Floats]:
    """Return value and weight of each row in the mixture of `tonnes` (E,); both (R,).

    The value is the mean by weight, or the worst part where every part has to hold the row; of a
    lower limit it is negative, as its bound is. NaN where nothing is mixed.
    """
    count = len(rows.bound)
    used = tonnes[rows.pair] > 0
    row, held = rows.row[used], rows.held[used]
    mass = rows.weight[used] * tonnes[rows.pair[used]]
    weight: Floats = np.bincount(row, mass, minlength=count).astype(np.float64)
    value = np.full(count, np.nan)
    np.divide(np.bincount(row, mass * held, minlength=count), weight, out=value, where=weight > 0)
    worst = np.full(count, -np.inf)
    np.maximum.at(worst, row, held)
    return np.where(rows.mixing | (weight == 0), value, worst), weight


def overruns(rows: Rows, value: Floats) -> Floats:
    """Return by how much each value (R,) is above its bound, as a share of the bound, (R,).

    A bound of 0 is measured by the largest value held against it; 0 where nothing is mixed.
    """
    largest = np.zeros(len(rows.bound))
    known = ~np.isnan(rows.held)
    np.maximum.at(largest, rows.row[known], np.abs(rows.held[known]))
    size = np.where(rows.bound != 0, np.abs(rows.bound), largest)
    size[size == 0] = 1.0
    return np.nan_to_num(np.maximum(value - rows.bound, 0.0), nan=0.0) / size


def _of_limits(limit: Floats, kind: int) -> tuple[Integers, Integers, Integers, Floats]:
    owner, index = np.nonzero(np.isfinite(limit))
    bound = limit[owner, index]
    return owner, np.full(len(owner), kind), index, -bound if kind == LOWER else bound


def _entries(ptr: Integers, owner: Integers) -> tuple[Integers, Integers]:
    """Return row and pair of every entry: each row holds all pairs of its owner."""
    counts = ptr[owner + 1] - ptr[owner]
    row = np.repeat(np.arange(len(owner)), counts)
    first = np.cumsum(counts) - counts
    return row, np.arange(len(row)) - first[row] + ptr[owner[row]]
