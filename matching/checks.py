"""Turn what a caller hands in into read-only arrays, or refuse it by name and index."""

from __future__ import annotations

import operator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]
Number = TypeVar("Number", np.float64, np.int64)

LARGEST_MONEY = 1e15
LARGEST_MASK = 2**53 - 1  # findings carry masks as floats, which are exact up to here


def refuse_where(wrong: Flags, name: str, reason: str) -> None:
    """Raise ValueError naming the array and the first index at which `wrong` is true."""
    if wrong.any():
        index = ", ".join(str(position) for position in np.argwhere(wrong)[0])
        raise ValueError(f"{name}[{index}]: {reason}" if index else f"{name}: {reason}")


def floats(name: str, values: ArrayLike, shape: tuple[int | None, ...]) -> Floats:
    """Return `values` as a read-only float64 array; `None` in `shape` stands for any length."""
    given = _array(name, values)
    if given.dtype.kind not in "iuf" and given.size:
        raise ValueError(f"{name}: expected numbers, got {given.dtype}")
    check_shape(name, given.shape, shape)
    return _read_only(given.astype(np.float64, copy=False))


def integers(name: str, values: ArrayLike, length: int | None) -> Integers:
    """Return `values` as a read-only (length,) int64 array of whole numbers, none negative."""
    array = _array(name, values)
    if array.dtype.kind not in "iu" and array.size:
        raise ValueError(f"{name}: expected whole numbers, got {array.dtype}")
    check_shape(name, array.shape, (length,))
    refuse_where(array < 0, name, "is negative")
    refuse_where(array > LARGEST_MASK, name, "is above 2^53 - 1")
    return _read_only(array.astype(np.int64, copy=False))


def _array(name: str, values: ArrayLike) -> NDArray[Any]:
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise ValueError(f"{name}: is masked; what is unknown is NaN")
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: expected numbers ({error})") from error


def check_shape(name: str, actual: tuple[int, ...], expected: tuple[int | None, ...]) -> None:
    """Raise ValueError unless the shapes agree wherever `expected` states a length."""
    if len(actual) != len(expected) or any(
        wanted is not None and wanted != length
        for wanted, length in zip(expected, actual, strict=True)
    ):
        shown = ", ".join("any" if wanted is None else str(wanted) for wanted in expected)
        raise ValueError(f"{name}: expected shape ({shown}), got {actual}")


def check_finite(name: str, array: Floats) -> None:
    """Refuse NaN and infinity."""
    refuse_where(~np.isfinite(array), name, "is not a finite number")


def check_money(name: str, array: Floats) -> None:
    """Refuse NaN, infinity, and amounts per tonne that no sum could hold beside others."""
    check_finite(name, array)
    refuse_where(np.abs(array) > LARGEST_MONEY, name, f"is beyond {LARGEST_MONEY:g}")


def check_not_negative(name: str, array: Floats) -> None:
    """Refuse NaN, infinity and values below zero."""
    check_finite(name, array)
    refuse_where(array < 0, name, "is negative")


def check_positions(lat: Floats, lon: Floats) -> None:
    """Refuse positions that are not WGS-84 degrees: ±90 of latitude, ±180 of longitude."""
    check_finite("lat", lat)
    check_finite("lon", lon)
    refuse_where(np.abs(lat) > 90, "lat", "is outside -90 to 90 degrees")
    refuse_where(np.abs(lon) > 180, "lon", "is outside -180 to 180 degrees")


def check_months(months: Integers) -> None:
    """Refuse bits beyond the twelfth."""
    refuse_where(months > 0xFFF, "months", "has more than twelve bits")


def check_limits(lower: Floats, upper: Floats) -> None:
    """Refuse limits that are NaN, cross each other, or that nothing can meet."""
    refuse_where(np.isnan(lower), "lower", "is NaN; no limit is -inf")
    refuse_where(np.isnan(upper), "upper", "is NaN; no limit is +inf")
    refuse_where(lower > upper, "lower", "is above upper")
    refuse_where(np.isposinf(lower), "lower", "is +inf, which nothing can meet")
    refuse_where(np.isneginf(upper), "upper", "is -inf, which nothing can meet")


def check_ranges(minimum: Floats, typical: Floats, maximum: Floats) -> None:
    """Refuse values out of the order minimum ≤ typical ≤ maximum; NaN is in any order."""
    refuse_where(minimum > maximum, "minimum", "is above maximum")
    refuse_where(minimum > typical, "minimum", "is above typical")
    refuse_where(typical > maximum, "typical", "is above maximum")


def check_pointer(name: str, ptr: Integers, end: int) -> None:
    """Refuse row pointers of a CSR array that do not run from 0 to `end` without stepping back."""
    if not ptr.size or ptr[0] != 0:
        raise ValueError(f"{name}[0]: is not 0")
    refuse_where(np.concatenate(([False], np.diff(ptr) < 0)), name, "is below the one before it")
    if ptr[-1] != end:
        raise ValueError(f"{name}[{ptr.size - 1}]: is {ptr[-1]}, expected {end}")


def row(name: str, position: int, length: int) -> int:
    """Return `position` as an int, or refuse one outside 0 to `length` - 1."""
    index = whole(name, position)
    if not 0 <= index < length:
        raise ValueError(f"{name}: {index} is outside 0 to {length - 1}")
    return index


def whole(name: str, number: int) -> int:
    """Return `number` as an int, or refuse what is none."""
    try:
        return operator.index(number)
    except TypeError as error:
        raise ValueError(f"{name}: expected a whole number, got {number!r}") from error


def positive_count(name: str, count: int) -> int:
    """Return `count` as an int, or refuse one below 1."""
    number = whole(name, count)
    if number < 1:
        raise ValueError(f"{name}: {number} is below 1")
    return number


def _read_only(array: NDArray[Number]) -> NDArray[Number]:
    # A copy, so that a caller who later writes into the original cannot slip past the checks; a
    # read-only view of what others may write to does not count as safe.
    if array.flags.writeable or not array.flags.owndata:
        array = array.copy()
        array.flags.writeable = False
    return array
