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
from matching.entries import BANDS, Entries, Fare, Found, Lots, Verdicts
from matching.gates import FEASIBLE, UNTESTED, VALUE_DOUBT, VALUE_DOUBT_PER_T, VERDICTS
from matching.pairs import Best

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
    start, lon, outer = entries.start, entries.lon, entries.outer
    east_of, north_of, up_of = entries.x, entries.y, entries.z
    x, y, z = lots.place[i, 0], lots.place[i, 1], lots.place[i, 2]
    first, count = lots.group[i] * BANDS, 0
    for side in range(2):
        west, east = lots.span[i, 2 * side], lots.span[i, 2 * side + 1]
        if west > east:
            continue
        for band in range(first + lots.band[i, 0], first + lots.band[i, 1] + 1):
            begin = first_from(lon, start[band], start[band + 1], west)
            end = first_from(lon, begin, start[band + 1], east)
            for e in range(begin, end):
                dx, dy, dz = x - east_of[e], y - north_of[e], z - up_of[e]
                gap = dx * dx + dy * dy + dz * dz
                at[count], chord2[count] = e, gap
                count += gap <= outer[e]
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
    verdict, value_of, distance = out.verdict, out.value, out.distance
    loading, rate, handling = fare.loading, fare.rate, fare.handling
    here = lots.place[i, 2], lots.place[i, 3], lots.place[i, 4]
    vehicles, months, ask = lots.masks[i, 0], lots.masks[i, 1], lots.ask[i]
    words = 0
    for word in range(unknown.shape[1]):
        if unknown[i, word] != 0:
            words = unknown.shape[1]
    for n in range(len(at)):
        e, km = at[n], -1.0
        if chord2[n] > row[e, 0]:
            km = local_km(chord2[n], here, (row[e, 1], row[e, 2], row[e, 3]))
            radius = row[e, 5]
            if km >= radius * (1 - UNCERTAIN) - UNCERTAIN_KM:
                verdict[n] = -1 if km <= radius * (1 + UNCERTAIN) + UNCERTAIN_KM else 1
                continue
        if vehicles & masks[e, 0] == 0:
            verdict[n] = 2
            continue
        if months & masks[e, 1] == 0:
            verdict[n] = 3
            continue
        below, equal = 0, 0
        for lane in range(limits.shape[1]):
            below += values[i, lane] < limits[e, lane]
        if below:
            verdict[n] = 4
            continue
        for lane in range(limits.shape[1]):
            equal += values[i, lane] == limits[e, lane]
        if equal:
            verdict[n] = -4
            continue
        missing = 0
        for word in range(words):
            missing += (unknown[i, word] & limited[e, word]) != 0
        verdict[n] = -4 if missing else -5
        if len(knots) == 0:
            continue
        if km < 0.0:
            km = local_km(chord2[n], here, (row[e, 1], row[e, 2], row[e, 3]))
        knot = 0
        for later in range(1, len(knots)):
            knot += knots[later] <= km
        haul = loading + rate * (road[knot] + slope[knot] * (km - knots[knot]))
        value = row[e, 4] - haul - handling - ask
        value_of[n], distance[n] = value, km
        if abs(value) > VALUE_DOUBT * haul + VALUE_DOUBT_PER_T:
            if value < 0.0:
                verdict[n] = 4 if missing else 5
            else:
                verdict[n] = UNTESTED if missing else FEASIBLE


@compiled
def rank(out: Verdicts, demand: Integers, at: Integers, top: Integers) -> int:
    """Write the positions in `at` of the best partners of one stream, best first; count them."""
    verdict, value = out.verdict, out.value
    held, size, floor = 0, len(top), -np.inf
    for n in range(len(at)):
        mine = value[n]
        if verdict[n] != FEASIBLE or mine < floor:
            continue
        place = held
        while place > 0:
            other = top[place - 1]
            if value[other] > mine:
                break
            if value[other] == mine and demand[at[other]] < demand[at[n]]:
                break
            if place < size:
                top[place] = other
            place -= 1
        if place < size:
            top[place] = n
            held = min(held + 1, size)
            if held == size:
                floor = value[top[size - 1]]
    return held


@compiled
def search(
    entries: Entries, lots: Lots, fare: Fare, rows: Integers, best: Best, wanted: int
) -> Found:
    """Send B streams past the demands near them, and write the best of each into its row of `best`.

    Reports the pairs that are undecided and those `wanted`.
    """
    streams, room, reported = len(rows), len(entries.demand), 0
    demand_of, group = entries.demand, lots.group
    best_demand, best_value, best_distance = best.demand, best.value_per_t, best.distance_km
    k = best_demand.shape[1]
    tally = np.zeros((streams, VERDICTS), np.int64)
    pair, measure = np.empty((256, 3), np.int64), np.empty((256, 2))
    at, chord2, top = np.empty(room, np.int64), np.empty(room), np.empty(k, np.int64)
    verdict, value, distance = np.empty(room, np.int64), np.empty(room), np.empty(room)
    out = Verdicts(verdict, value, distance)
    for i in range(streams):
        count, held, row = 0, 0, rows[i]
        if group[i] >= 0:
            count = near(entries, lots, i, at, chord2)
            judge(entries, lots, fare, i, at[:count], chord2, out)
        if reported + count > len(pair):
            pair = np.concatenate((pair, np.empty((len(pair) + count, 3), np.int64)))
            measure = np.concatenate((measure, np.empty((len(measure) + count, 2))))
        for n in range(count):
            tally[i, abs(verdict[n])] += 1
            if verdict[n] < 0 or verdict[n] == wanted:
                pair[reported, 0], pair[reported, 1] = i, demand_of[at[n]]
                pair[reported, 2] = verdict[n]
                measure[reported, 0], measure[reported, 1] = value[n], distance[n]
                reported += 1
        if k > 0:
            held = rank(out, demand_of, at[:count], top)
        for place in range(held):
            n = top[place]
            best_demand[row, place], best_value[row, place] = demand_of[at[n]], value[n]
            best_distance[row, place] = distance[n]
        for place in range(held, k):
            best_demand[row, place] = -1
            best_value[row, place] = best_distance[row, place] = np.nan
    return Found(tally, pair[:reported], measure[:reported])
