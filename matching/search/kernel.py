"""The inner loop of the fast engine: one compiled pass over the demands near each stream.

It repeats `matching.search.gates` pair by pair, with the same operations in the same order, so
that both engines give the same bits. What it cannot decide it reports: distances too near to a
radius, values too near to zero or of roads it does not know, and numbers equal as float32.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import isnan, sqrt
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
from matching.market.arrays import DOUBT_PER_T
from matching.market.pairs import Best
from matching.search.entries import BANDS, Bench, Entries, Fare, Found, Lots
from matching.search.gates import FEASIBLE, UNTESTED, VERDICTS

A1, A2, A3 = ARCSINE
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
def bench_for(entries: Entries) -> Bench:
    """Return room for one stream: at worst all entries are near it."""
    room = len(entries.demand)
    return Bench(
        np.empty(room, np.int64),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room),
        np.empty(room),
        np.ones(entries.limits.shape[1], np.float32),
        np.zeros(entries.limited.shape[1], np.uint64),
    )


@compiled
def near(entries: Entries, lots: Lots, i: int, bench: Bench) -> int:
    """Put the entries that may be in reach of stream i on the bench; return how many."""
    start, lon, outer = entries.start, entries.lon, entries.outer
    east_of, north_of, up_of = entries.x, entries.y, entries.z
    at, chord2 = bench.entry, bench.chord2
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
def measure(entries: Entries, lots: Lots, i: int, bench: Bench, count: int) -> None:
    """Repeat `matching.distance.local_distance_km` for the entries on the bench."""
    z_of, cosine_of, latitude_of = entries.z, entries.cosine, entries.latitude
    at, chord2, distance = bench.entry, bench.chord2, bench.distance
    z, cosine, latitude = bench.z, bench.cosine, bench.latitude
    own_z, own_cosine, own_latitude = lots.place[i, 2], lots.place[i, 3], lots.place[i, 4]
    for n in range(count):
        z[n], cosine[n], latitude[n] = z_of[at[n]], cosine_of[at[n]], latitude_of[at[n]]
    for n in range(count):
        gap = chord2[n]
        angle = sqrt(gap) * (1.0 + gap * (A1 + gap * (A2 + gap * A3)))
        cosine_of_sum = own_cosine * cosine[n] - own_z * z[n]
        flat = 1.0 - HALF_ECCENTRICITY_SQUARED * (1.0 - cosine_of_sum)
        climb = latitude[n] - own_latitude
        angle2 = angle * angle
        bend = angle2 * PRIME_VERTICAL + climb * climb * (flat * MERIDIAN - PRIME_VERTICAL)
        scale = sqrt(flat) * bend
        distance[n] = angle * angle2 / (scale if scale > 0.0 else 1.0)


@compiled
def set_out(lots: Lots, i: int, bench: Bench) -> None:
    """Put on the bench what one stream is held against limits with, and what of it is unknown."""
    typical, minimum, maximum = lots.typical, lots.minimum, lots.maximum
    values, unknown, row = bench.values, bench.unknown, lots.rows[i]
    columns, words = minimum.shape[1], len(unknown) // 2
    unknown[:] = np.uint64(0)
    for column in range(columns):
        low, high = minimum[row, column], maximum[row, column]
        low = typical[row, column] if isnan(low) else low
        high = typical[row, column] if isnan(high) else high
        values[column] = np.inf if isnan(low) else low
        values[columns + column] = np.inf if isnan(high) else -high
        bit = np.uint64(1) << np.uint64(column % 64)
        if isnan(low):
            unknown[column // 64] |= bit
        if isnan(high):
            unknown[words + column // 64] |= bit


@compiled
def reach(
    entries: Entries, lots: Lots, i: int, bench: Bench, count: int, tally: Integers
) -> tuple[int, int]:
    """Keep on the bench what passes distance, vehicle and month; note what is near its radius.

    Returns how many are kept and how many noted.
    """
    radius, masks, at, distance = entries.radius, entries.masks, bench.entry, bench.distance
    noted, verdict, value, distance_of = bench.noted, bench.verdict, bench.value, bench.noted_km
    vehicles, months = lots.vehicles[lots.rows[i]], lots.months[lots.rows[i]]
    kept, notes, no_vehicle, no_month = 0, 0, 0, 0
    for n in range(count):
        e, km = at[n], distance[n]
        is_near = km < radius[e] * (1 - UNCERTAIN) - UNCERTAIN_KM
        if not is_near and km <= radius[e] * (1 + UNCERTAIN) + UNCERTAIN_KM:
            noted[notes], verdict[notes], value[notes], distance_of[notes] = e, -1, 0.0, km
            notes += 1
        has_vehicle = vehicles & masks[e, 0] != 0
        has_month = months & masks[e, 1] != 0
        no_vehicle += is_near & (not has_vehicle)
        no_month += is_near & has_vehicle & (not has_month)
        at[kept], distance[kept] = e, km
        kept += is_near & has_vehicle & has_month
    tally[i, 1] = count - kept - no_vehicle - no_month
    tally[i, 2], tally[i, 3] = no_vehicle, no_month
    return kept, notes


@compiled
def fit(entries: Entries, bench: Bench, count: int) -> int:
    """Keep on the bench what breaks no limit, as far as float32 tells; return how many."""
    limits, values, at, distance = entries.limits, bench.values, bench.entry, bench.distance
    lanes, kept = limits.shape[1], 0
    for n in range(count):
        e, is_broken = at[n], False
        for lane in range(lanes):
            is_broken |= values[lane] < limits[e, lane]
        at[kept], distance[kept] = e, distance[n]
        kept += not is_broken
    return kept


@compiled
def weigh(
    entries: Entries, fare: Fare, ask: float, bench: Bench, held: tuple[int, int], tally: Integers
) -> int:
    """Note what is worth something or undecided, after the notes there are; return their number.

    An undecided pair's verdict is minus the gates it has passed. An untested pair that is worth
    nothing passes 4, as its composition is not known to be right.
    """
    price, limits, limited = entries.price, entries.limits, entries.limited
    values, unknown, at, distance = bench.values, bench.unknown, bench.entry, bench.distance
    noted, verdicts, worth, distance_of = bench.noted, bench.verdict, bench.value, bench.noted_km
    knots, road, slope = fare.km, fare.road, fare.slope
    loading, rate, handling, doubt = fare.loading, fare.rate, fare.handling, fare.doubt
    count, notes = held
    lanes, words = limits.shape[1], len(unknown)
    for n in range(count):
        e, km, value = at[n], distance[n], 0.0
        is_tied, is_missing = False, False
        for lane in range(lanes):
            is_tied |= values[lane] == limits[e, lane]
        for word in range(words):
            is_missing |= (unknown[word] & limited[e, word]) != 0
        verdict = -4 if is_tied or is_missing else -5
        if not is_tied and len(knots) > 0:
            knot = 0
            for later in range(1, len(knots)):
                knot += knots[later] <= km
            haul = loading + rate * (road[knot] + slope[knot] * (km - knots[knot]))
            value = price[e] - haul - handling - ask
            if value > doubt * km + DOUBT_PER_T:
                verdict = UNTESTED if is_missing else FEASIBLE
            elif value < -(doubt * km + DOUBT_PER_T):
                verdict = 4 if is_missing else 5
        tally[abs(verdict)] += 1
        if verdict < 0 or verdict >= FEASIBLE:
            noted[notes], verdicts[notes], worth[notes], distance_of[notes] = e, verdict, value, km
            notes += 1
    return notes


@compiled
def rank(entries: Entries, bench: Bench, notes: int, top: Integers) -> int:
    """Write which notes are the best partners of one stream, best first; return how many."""
    demand = entries.demand
    noted, verdict, value = bench.noted, bench.verdict, bench.value
    held, size, floor = 0, len(top), -np.inf
    for n in range(notes):
        mine = value[n]
        if verdict[n] != FEASIBLE or mine < floor:
            continue
        place = held
        while place > 0:
            other = top[place - 1]
            if value[other] > mine:
                break
            if value[other] == mine and demand[noted[other]] < demand[noted[n]]:
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
def search(entries: Entries, lots: Lots, fare: Fare, best: Best, wanted: int) -> Found:
    """Send B streams past the demands near them, and write the best of each into its row of `best`.

    Reports the pairs that are undecided and those `wanted`.
    """
    demand, group, rows, asks = entries.demand, lots.group, lots.rows, lots.ask
    best_demand, best_value, best_distance = best.demand, best.value_per_t, best.distance_km
    streams, k, reported = len(rows), best_demand.shape[1], 0
    tally, top = np.zeros((streams, VERDICTS), np.int64), np.empty(k, np.int64)
    pair, measured = np.empty((256, 3), np.int64), np.empty((256, 2))
    bench = bench_for(entries)
    noted, verdict, value, distance = bench.noted, bench.verdict, bench.value, bench.noted_km
    for i in range(streams):
        notes, held, row = 0, 0, rows[i]
        if group[i] >= 0:
            count = near(entries, lots, i, bench)
            measure(entries, lots, i, bench, count)
            count, notes = reach(entries, lots, i, bench, count, tally)
            set_out(lots, i, bench)
            left = fit(entries, bench, count)
            tally[i, 4] = count - left
            notes = weigh(entries, fare, asks[row], bench, (left, notes), tally[i])
        if reported + notes > len(pair):
            pair = np.concatenate((pair, np.empty((len(pair) + notes, 3), np.int64)))
            measured = np.concatenate((measured, np.empty((len(measured) + notes, 2))))
        for n in range(notes):
            if verdict[n] < 0 or verdict[n] == wanted:
                pair[reported, 0], pair[reported, 1] = i, demand[noted[n]]
                pair[reported, 2] = verdict[n]
                measured[reported, 0], measured[reported, 1] = value[n], distance[n]
                reported += 1
        if k > 0:
            held = rank(entries, bench, notes, top)
        for place in range(held):
            n = top[place]
            best_demand[row, place] = demand[noted[n]]
            best_value[row, place], best_distance[row, place] = value[n], distance[n]
        for place in range(held, k):
            best_demand[row, place] = -1
            best_value[row, place] = best_distance[row, place] = np.nan
    return Found(tally, pair[:reported], measured[:reported])
