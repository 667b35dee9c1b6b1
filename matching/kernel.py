"""The inner loop of the fast engine: one compiled pass over the demands near each stream.

It repeats `matching.gates` pair by pair, with the same operations in the same order, so that both
engines give the same bits. What it cannot decide it reports: distances too near to a radius, values
too near to zero or of roads it does not know, and numbers that are equal as float32.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import sqrt
from typing import TypeVar, cast

import numpy as np
from numba import njit

from matching.checks import Floats, Integers
from matching.distance import (
    ARCSINE,
    HALF_ECCENTRICITY_SQUARED,
    MERIDIAN,
    PRIME_VERTICAL,
    UNCERTAIN,
    UNCERTAIN_KM,
)
from matching.entries import BANDS, LANES, Entries, Fare, Found, Lots, Verdicts
from matching.gates import FEASIBLE, UNTESTED, VALUE_DOUBT, VALUE_DOUBT_PER_T

A1, A2, A3 = ARCSINE
Place = tuple[float, float, float]
Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a function for good, or for this process alone where no cache can be written."""
    try:
        made: object = njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError as reason:
        logging.getLogger(__name__).warning("The compiled engine is not cached: %s", reason)
        made = njit(nogil=True, error_model="numpy")(function)
    return cast("Function", made)


@compiled
def local_km(chord2: float, one: Place, other: Place) -> float:
    """Repeat `matching.distance.local_distance_km` for places (z, cosine, latitude)."""
    angle = sqrt(chord2) * (1.0 + chord2 * (A1 + chord2 * (A2 + chord2 * A3)))
    cosine_of_sum = one[1] * other[1] - one[0] * other[0]
    flat = 1.0 - HALF_ECCENTRICITY_SQUARED * (1.0 - cosine_of_sum)
    climb = other[2] - one[2]
    angle2 = angle * angle
    bend = angle2 * PRIME_VERTICAL + climb * climb * (flat * MERIDIAN - PRIME_VERTICAL)
    scale = sqrt(flat) * bend
    return angle * angle2 / (scale if scale > 0.0 else 1.0)


@compiled
def first_from(rising: Floats, start: int, stop: int, value: float) -> int:
    """Return the first position from start to stop whose number is not below a value."""
    while start < stop:
        middle = (start + stop) // 2
        if rising[middle] < value:
            start = middle + 1
        else:
            stop = middle
    return start


@compiled
def near(entries: Entries, lots: Lots, i: int, at: Integers, chord2: Floats) -> int:
    """Write the entries that may be in reach of stream i, and their squared chords; count them."""
    start, lon, row = entries.start, entries.lon, entries.row
    x, y, z = lots.place[i, 0], lots.place[i, 1], lots.place[i, 2]
    first, count = lots.group[i] * BANDS, 0
    for side in range(2):
        west, east = lots.span[i, 2 * side], lots.span[i, 2 * side + 1]
        if west > east:
            continue
        for band in range(first + lots.band[i, 0], first + lots.band[i, 1] + 1):
            for e in range(first_from(lon, start[band], start[band + 1], west), start[band + 1]):
                if lon[e] > east:
                    break
                dx, dy, dz = x - row[e, 0], y - row[e, 1], z - row[e, 2]
                at[count], chord2[count] = e, dx * dx + dy * dy + dz * dz
                count += chord2[count] <= row[e, 6]
    return count


@compiled
def judge(
    entries: Entries, lots: Lots, fare: Fare, i: int, at: Integers, chord2: Floats, out: Verdicts
) -> None:
    """Write the verdict on each entry of `at`, and its value and distance as far as needed.

    The verdict is the number of gates passed before one stops it, FEASIBLE or UNTESTED; a negative
    number says that the gate after so many is for others to decide. An untested pair that is worth
    nothing passes 4, as the composition is not known to be right.
    """
    row, masks, limits, limited = entries.row, entries.masks, entries.limits, entries.limited
    values, unknown, knots, road, slope = lots.values, lots.unknown, fare.km, fare.road, fare.slope
    here = lots.place[i, 2], lots.place[i, 3], lots.place[i, 4]
    vehicles, months, ask = lots.masks[i, 0], lots.masks[i, 1], lots.ask[i]
    for n in range(len(at)):
        e, km = at[n], -1.0
        if chord2[n] > row[e, 5]:
            km = local_km(chord2[n], here, (row[e, 2], row[e, 3], row[e, 4]))
            radius = entries.radius[e]
            if km >= radius * (1 - UNCERTAIN) - UNCERTAIN_KM:
                out.verdict[n] = -1 if km <= radius * (1 + UNCERTAIN) + UNCERTAIN_KM else 1
                continue
        if vehicles & masks[e, 0] == 0:
            out.verdict[n] = 2
            continue
        if months & masks[e, 1] == 0:
            out.verdict[n] = 3
            continue
        below, equal = 0, 0
        for start in range(0, values.shape[1], LANES):
            for lane in range(LANES):
                below += values[i, start + lane] < limits[e, start + lane]
                equal += values[i, start + lane] == limits[e, start + lane]
            if below:
                break
        if below or equal:
            out.verdict[n] = 4 if below else -4
            continue
        missing = 0
        for word in range(unknown.shape[1]):
            missing += (unknown[i, word] & limited[e, word]) != 0
        out.verdict[n] = -4 if missing else -5
        if len(knots) == 0:
            continue
        if km < 0.0:
            km = local_km(chord2[n], here, (row[e, 2], row[e, 3], row[e, 4]))
        knot = 0
        for later in range(1, len(knots)):
            knot += knots[later] <= km
        haul = fare.loading + fare.rate * (road[knot] + slope[knot] * (km - knots[knot]))
        value = row[e, 7] - haul - fare.handling - ask
        out.value[n], out.distance[n] = value, km
        if abs(value) > VALUE_DOUBT * haul + VALUE_DOUBT_PER_T:
            if value < 0.0:
                out.verdict[n] = 4 if missing else 5
            else:
                out.verdict[n] = UNTESTED if missing else FEASIBLE


@compiled
def keep(best: Found, i: int, held: int, demand: int, value: float, km: float) -> int:
    """Put a partner among the best of stream i, if it belongs there; return how many are held."""
    demands, values, distances = best.demand, best.value, best.distance
    size: int = demands.shape[1]
    place = min(held, size)
    while place > 0 and (
        values[i, place - 1] < value
        or (values[i, place - 1] == value and demands[i, place - 1] > demand)
    ):
        place -= 1
    if place == size:
        return held
    for later in range(min(held, size - 1), place, -1):
        demands[i, later], values[i, later] = demands[i, later - 1], values[i, later - 1]
        distances[i, later] = distances[i, later - 1]
    demands[i, place], values[i, place], distances[i, place] = demand, value, km
    return min(held + 1, size)


@compiled
def search(entries: Entries, lots: Lots, fare: Fare, k: int, wanted: int) -> Found:
    """Send B streams past the demands near them; report the undecided and those `wanted`."""
    streams, reported = len(lots.group), 0
    found = Found(
        np.zeros((streams, 8), np.int64),
        np.full((streams, k), -1),
        np.full((streams, k), np.nan),
        np.full((streams, k), np.nan),
        np.empty((256, 3), np.int64),
        np.empty((256, 2)),
    )
    tally, pair, measure = found.tally, found.pair, found.measure
    room = len(entries.demand)
    at, chord2 = np.empty(room, np.int64), np.empty(room)
    out = Verdicts(np.empty(room, np.int64), np.empty(room), np.empty(room))
    for i in range(streams):
        if lots.group[i] < 0:
            continue
        count, held = near(entries, lots, i, at, chord2), 0
        judge(entries, lots, fare, i, at[:count], chord2, out)
        for n in range(count):
            verdict, demand = out.verdict[n], entries.demand[at[n]]
            tally[i, abs(verdict)] += 1
            if verdict == FEASIBLE and k > 0:
                held = keep(found, i, held, demand, out.value[n], out.distance[n])
            if verdict < 0 or verdict == wanted:
                if reported == len(pair):
                    pair = np.concatenate((pair, np.empty_like(pair)))
                    measure = np.concatenate((measure, np.empty_like(measure)))
                pair[reported, 0], pair[reported, 1], pair[reported, 2] = i, demand, verdict
                measure[reported, 0], measure[reported, 1] = out.value[n], out.distance[n]
                reported += 1
    return Found(
        tally, found.demand, found.value, found.distance, pair[:reported], measure[:reported]
    )
