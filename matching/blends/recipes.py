"""What a blend is made from and what it has to meet: compositions, limits, forms, amounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from matching.checks import (
    Flags,
    Floats,
    Integers,
    check_finite,
    check_limits,
    check_not_negative,
    check_ranges,
    check_shape,
    floats,
    integers,
    positive_count,
    refuse_where,
)
from matching.market.composition import known

Quality = Literal["expected", "guaranteed"]


def _unknown() -> Floats:
    return np.array(np.nan)


def _flag(*, value: bool) -> Flags:
    return np.array(value)


@dataclass(frozen=True, slots=True, eq=False)
class Compositions:
    """What n sources consist of, C parameters each.

    | field     | shape, dtype   | meaning                                                         |
    |-----------|----------------|-----------------------------------------------------------------|
    | typical   | (n, C) float64 | NaN is unknown                                                  |
    | minimum   | (n, C) float64 | NaN falls back on `typical`                                     |
    | maximum   | (n, C) float64 | likewise                                                        |
    | deviation | (n, C) float64 | standard deviation, not negative; NaN: none is allowed for      |
    | moisture  | (n,) float64   | water as a share of the mass as received, 0 to below 1          |
    | mixing    | (C,) bool      | whether it mixes linearly by mass; where it does not (pH,       |
    |           |                | fineness), every part of a blend must hold the limit            |
    | dry       | (C,) bool      | whether the values, and the limits, are shares of the dry mass  |

    All but `typical` may be left out or be one number for all: unknown, mixing, as received. A dry
    parameter that mixes is weighed by tonnes · (1 - moisture), so a source without moisture cannot
    be judged by it. Arrays are copied and made read-only. Raises ValueError naming the array and
    the index when a value breaks these rules, or minimum ≤ typical ≤ maximum does not hold.
    """

    typical: Floats
    minimum: Floats = field(default_factory=_unknown)
    maximum: Floats = field(default_factory=_unknown)
    deviation: Floats = field(default_factory=_unknown)
    moisture: Floats = field(default_factory=_unknown)
    mixing: Flags = field(default_factory=lambda: _flag(value=True))
    dry: Flags = field(default_factory=lambda: _flag(value=False))

    def __post_init__(self) -> None:
        object.__setattr__(self, "typical", floats("typical", self.typical, (None, None)))
        count, columns = self.typical.shape
        for name in ("minimum", "maximum", "deviation"):
            object.__setattr__(self, name, _spread(name, getattr(self, name), (count, columns)))
        object.__setattr__(self, "moisture", _spread("moisture", self.moisture, (count,)))
        for name in ("mixing", "dry"):
            object.__setattr__(self, name, _flags(name, getattr(self, name), columns))
        for name in ("typical", "minimum", "maximum", "deviation"):
            refuse_where(np.isinf(getattr(self, name)), name, "is infinite")
        check_ranges(self.minimum, self.typical, self.maximum)
        refuse_where(self.deviation < 0, "deviation", "is negative")
        refuse_where((self.moisture < 0) | (self.moisture >= 1), "moisture", "is outside 0 to 1")

    def __len__(self) -> int:
        return len(self.typical)

    def held(self, limits: Limits) -> tuple[Floats, Floats]:
        """Return what is held against lower and against upper limits, (n, C) each; NaN unknown.

        "expected" is typical ∓ z · deviation, so that in a mixture the deviations add up as if all
        moved together; "guaranteed" is the minimum and the maximum.
        """
        if limits.quality == "guaranteed":
            return known(self.minimum, self.typical), known(self.maximum, self.typical)
        allowance = limits.z * np.nan_to_num(self.deviation, nan=0.0)
        return self.typical - allowance, self.typical + allowance

    def dry_share(self) -> Floats:
        """Return dry tonnes in one tonne of each source, (n,); NaN where moisture is unknown."""
        return 1.0 - self.moisture


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Lower and upper limits of one demand, (C,), or of M demands, (M, C); ∓inf is no limit.

    `quality` says what must hold them: "expected" values, widened by `z` standard deviations, or
    "guaranteed" ones: the worst each source may deliver. Raises ValueError naming the array and
    the index for NaN, for crossed limits, and for a `z` that is negative or not of "expected".
    """

    lower: Floats
    upper: Floats
    quality: Quality = "expected"
    z: float = 0.0

    def __post_init__(self) -> None:
        shape: tuple[int | None, ...] = (None,) * max(1, min(2, np.ndim(self.lower)))
        object.__setattr__(self, "lower", floats("lower", self.lower, shape))
        object.__setattr__(self, "upper", floats("upper", self.upper, self.lower.shape))
        check_limits(self.lower, self.upper)
        if self.quality not in {"expected", "guaranteed"}:
            raise ValueError(f"quality: {self.quality!r} is neither expected nor guaranteed")
        object.__setattr__(self, "z", _single("z", self.z))
        if self.z and self.quality == "guaranteed":
            raise ValueError("z: only expected values are widened by it")


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """R further linear rows that a mixture must hold: coef · composition ≤ bound.

    | field  | shape, dtype   | meaning                                                            |
    |--------|----------------|--------------------------------------------------------------------|
    | coef   | (R, C) float64 | finite                                                             |
    | bound  | (R,) float64   | +inf is no limit                                                   |
    | demand | (R,) int64     | whose row it is; None: a row of every demand                       |

    So a silica modulus of at most 3, SiO2 / (Al2O3 + Fe2O3) ≤ 3, is SiO2 - 3 Al2O3 - 3 Fe2O3 ≤ 0. A
    row speaks of dry parameters or of others, not of both, for their shares are of different
    masses. A row with a parameter that does not mix must be held by every part. Raises ValueError
    naming the array and the index.
    """

    coef: Floats
    bound: Floats
    demand: Integers | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "coef", floats("coef", self.coef, (None, None)))
        object.__setattr__(self, "bound", floats("bound", self.bound, (len(self.coef),)))
        check_finite("coef", self.coef)
        refuse_where(np.isnan(self.bound), "bound", "is NaN; no limit is +inf")
        refuse_where(np.isneginf(self.bound), "bound", "is -inf, which nothing can meet")
        if self.demand is not None:
            owner = integers("demand", self.demand, len(self.coef))
            object.__setattr__(self, "demand", owner)

    def __len__(self) -> int:
        return len(self.bound)

    def owners(self, demands: int) -> tuple[Integers, Integers]:
        """Return demand and form of each row when spread over M demands, both (rows,)."""
        every = np.arange(len(self), dtype=np.int64)
        if self.demand is not None:
            refuse_where(self.demand >= demands, "demand", f"is not below {demands}")
            return self.demand, every
        return np.repeat(np.arange(demands), len(self)), np.tile(every, demands)


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """How much to blend, in tonnes: from `least_t` to `most_t`, whatever is cheapest.

    `least_t` 0 means "at most". A source that is used gives at least its `smallest_lot_t`, one
    number or (n,); no more than `most_sources` are used. Raises ValueError naming the field.
    """

    least_t: float
    most_t: float
    smallest_lot_t: ArrayLike = 0.0
    most_sources: int | None = None

    def __post_init__(self) -> None:
        for name in ("least_t", "most_t"):
            object.__setattr__(self, name, _single(name, getattr(self, name)))
        if self.most_t <= 0:
            raise ValueError(f"most_t: {self.most_t} is not above 0")
        if self.least_t > self.most_t:
            raise ValueError(f"least_t: {self.least_t} is above most_t, {self.most_t}")
        if self.most_sources is not None:
            positive_count("most_sources", self.most_sources)

    def lots(self, sources: int) -> Floats:
        """Return the smallest lot of each source, (n,)."""
        lots = _spread("smallest_lot_t", self.smallest_lot_t, (sources,))
        check_not_negative("smallest_lot_t", lots)
        return lots


@dataclass(frozen=True, slots=True, eq=False)
class Recipes:
    """What M demands take: up to `capacity_t` (M,) tonnes of a mixture within limits and forms.

    `limits` are (M, C). Raises ValueError naming the array and the index.
    """

    capacity_t: Floats
    limits: Limits
    forms: Forms | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "capacity_t", floats("capacity_t", self.capacity_t, (None,)))
        check_not_negative("capacity_t", self.capacity_t)
        check_shape("lower", self.limits.lower.shape, (len(self.capacity_t), None))

    def __len__(self) -> int:
        return len(self.capacity_t)


def as_compositions(values: Compositions | ArrayLike) -> Compositions:
    """Return compositions; a plain (n, C) array is typical values, as received, that mix."""
    return values if isinstance(values, Compositions) else Compositions(np.asarray(values))


def as_amount(amount_t: float | Amount) -> Amount:
    """Return the amount; a number is exactly that many tonnes. Raises ValueError if not above 0."""
    if isinstance(amount_t, Amount):
        return amount_t
    exact = float(floats("amount_t", amount_t, ()))
    if not 0 < exact < np.inf:
        raise ValueError(f"amount_t: {exact} is not a finite number above 0")
    return Amount(exact, exact)


def check_forms(forms: Forms | None, compositions: Compositions) -> None:
    """Raise ValueError unless the forms speak of these parameters, each row on one basis."""
    if forms is None:
        return
    columns = compositions.typical.shape[1]
    check_shape("coef", forms.coef.shape, (None, columns))
    used = forms.coef != 0
    both = (used & compositions.dry).any(axis=1) & (used & ~compositions.dry).any(axis=1)
    refuse_where(both, "coef", "speaks of dry parameters and of others")


def _single(name: str, value: float) -> float:
    """Return one number that is finite and not negative, as a plain float."""
    checked = floats(name, value, ())
    check_not_negative(name, checked)
    return float(checked)


def _spread(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Return `values` as an array of this shape; one number stands for all."""
    if np.ndim(values) == 0:
        values = np.full(shape, floats(name, values, ()))
    return floats(name, values, shape)


def _flags(name: str, values: ArrayLike, length: int) -> Flags:
    array = np.asarray(values)
    if array.dtype != np.bool_:
        raise ValueError(f"{name}: expected true or false, got {array.dtype}")
    if array.ndim:
        check_shape(name, array.shape, (length,))
    flags = np.array(np.broadcast_to(array, (length,)))
    flags.flags.writeable = False
    return flags
