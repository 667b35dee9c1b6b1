"""Every failed gate is named with its numbers, and its remedy opens it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from matching import (
    UNSCALED,
    Costs,
    Finding,
    all_pairs,
    build_index,
    explain,
    near_misses,
    untested_pairs,
)
from tests.matching import reference
from tests.matching.markets import BEELINE, INF, NAN, make_demands, make_streams, markets
from tests.matching.reading import by_pair

CURVE = Costs(3.0, 0.1, 2.0)


def explain_one(streams, demands):
    return explain(streams, 0, demands, 0, BEELINE)


def test_a_feasible_pair_has_no_finding():
    assert explain_one(make_streams(), make_demands()) == []


def test_a_code_that_is_not_taken_is_named():
    found = explain_one(make_streams(), make_demands(code_idx=[8]))
    assert found == [Finding("code", -1, 7.0, math.nan, UNSCALED, 7.0)]


def test_a_distance_shows_the_radius_to_set():
    # One degree of the equator is 111.319 km, 11.3 % more than the radius.
    (found,) = explain_one(make_streams(), make_demands(lon=[1.0]))
    assert (found.kind, found.parameter, found.limit) == ("distance", -1, 100.0)
    assert found.have == pytest.approx(111.3195, abs=1e-4)
    assert found.relative == pytest.approx(0.113195, abs=1e-6)
    assert found.remedy == found.have


def test_a_radius_of_zero_has_no_scale():
    (found,) = explain_one(make_streams(), make_demands(lon=[0.1], radius_km=[0.0]))
    assert (found.kind, found.relative) == ("distance", UNSCALED)


def test_an_area_shows_how_far_outside_the_stream_lies():
    # The border is one degree of the equator away; a square of two degrees is a circle of 125.6 km.
    area = shapely.box(1.0, -1.0, 3.0, 1.0)
    (found,) = explain_one(make_streams(), make_demands(area=[area]))
    assert (found.kind, found.parameter, found.limit) == ("area", -1, 0.0)
    assert found.have == pytest.approx(111.3195, abs=1e-4)
    assert found.relative == pytest.approx(111.3195 / 125.61, abs=1e-4)
    assert found.remedy == found.have


@pytest.mark.parametrize("field", ["vehicles", "months"])
def test_a_mask_shows_the_bits_that_the_demand_lacks(field):
    streams, demands = make_streams(**{field: [0b0110]}), make_demands(**{field: [0b1001]})
    kind = field.removesuffix("s")
    assert explain_one(streams, demands) == [Finding(kind, -1, 6.0, 9.0, UNSCALED, 6.0)]


def test_an_empty_mask_of_the_stream_has_no_remedy_at_the_demand():
    found = explain_one(make_streams(vehicles=[0]), make_demands())
    assert found == [Finding("vehicle", -1, 0.0, 1.0, UNSCALED, 0.0)]


def test_each_broken_limit_is_named_the_lower_one_first():
    streams = make_streams(
        typical=[[5.0, 5.0, 5.0]], minimum=[[3.0, NAN, NAN]], maximum=[[9.0, NAN, NAN]]
    )
    demands = make_demands(lower=[[4.0, -INF, -INF]], upper=[[6.0, 5.0, 0.0]])
    assert explain_one(streams, demands) == [
        Finding("composition", 0, 3.0, 4.0, 0.25, 3.0),
        Finding("composition", 0, 9.0, 6.0, 0.5, 9.0),
        Finding("composition", 2, 5.0, 0.0, UNSCALED, 5.0),
    ]


def test_a_missing_value_asks_for_a_test_only_where_there_is_a_limit():
    streams = make_streams(typical=[[NAN, NAN, NAN, NAN]], minimum=[[NAN, NAN, NAN, 2.0]])
    demands = make_demands(
        lower=[[1.0, 1.0, -INF, 1.0]],
        upper=[[INF, 6.0, INF, 8.0]],
    )
    assert explain_one(streams, demands) == [
        Finding("untested", 0, math.nan, 1.0, 0.0, math.nan),
        Finding("untested", 1, math.nan, 6.0, 0.0, math.nan),
        Finding("untested", 3, math.nan, 8.0, 0.0, math.nan),
    ]


def test_a_value_of_nothing_or_less_shows_the_rise_of_the_price():
    # 13 - 3 - 2 - 10 = -2; the terms are 13 + 3 + 2 + 10 = 28 in size.
    (found,) = explain_one(make_streams(), make_demands(price_per_t=[13.0]))
    assert found == Finding("value", -1, -2.0, 0.0, 2 / 28, 2.0)
    (found,) = explain_one(make_streams(), make_demands(price_per_t=[15.0]))
    assert found == Finding("value", -1, 0.0, 0.0, 0.0, 0.0)


def test_all_gates_are_measured_behind_a_failed_one():
    streams = make_streams(typical=[[5.0, NAN]])
    demands = make_demands(
        lat=[2.0],
        code_idx=[8],
        vehicles=[2],
        months=[0],
        price_per_t=[0.0],
        upper=[[4.0, 1.0]],
    )
    assert [finding.kind for finding in explain_one(streams, demands)] == [
        "code",
        "distance",
        "vehicle",
        "month",
        "composition",
        "untested",
        "value",
    ]


@settings(max_examples=150, deadline=None)
@given(markets)
def test_findings_agree_with_the_reference_and_with_the_search(market):
    streams, demands = market
    index = build_index(demands)
    feasible = by_pair(all_pairs(streams, index, CURVE))
    testable = by_pair(untested_pairs(streams, index, CURVE))
    for i in range(len(streams)):
        for j in range(len(demands)):
            found = explain(streams, i, index, j, CURVE)
            failed = [(f.kind, f.parameter, f.relative) for f in found if f.kind != "untested"]
            expected = reference.overruns(streams, i, demands, j, CURVE)
            assert [entry[:2] for entry in failed] == [entry[:2] for entry in expected]
            assert [entry[2] for entry in failed] == pytest.approx(
                [entry[2] for entry in expected], rel=1e-9, abs=1e-9
            )
            asked = [f.parameter for f in found if f.kind == "untested"]
            assert asked == reference.limits(streams, i, demands, j)[1]
            assert (not found) == ((i, j) in feasible)
            assert (bool(asked) and not failed) == ((i, j) in testable)


def repaired(demands, finding):
    """Return the demand with exactly the change that a finding's remedy names."""

    def plus(name, entry):
        values = getattr(demands, name).copy()
        values[entry[0]] = entry[1]
        return dataclasses.replace(demands, **{name: values})

    if finding.kind == "code":
        return dataclasses.replace(
            demands,
            code_ptr=[0, demands.code_ptr[1] + 1],
            code_idx=[*demands.code_idx, int(finding.remedy)],
        )
    if finding.kind == "composition":
        side = "lower" if finding.have < finding.limit else "upper"
        return plus(side, ((0, finding.parameter), finding.remedy))
    if finding.kind == "value":
        return plus("price_per_t", (0, demands.price_per_t[0] + finding.remedy + 1e-9))
    if finding.kind == "distance":
        return plus("radius_km", (0, finding.remedy))
    name = finding.kind + "s"
    lowest_bit = int(finding.remedy) & -int(finding.remedy)
    return plus(name, (0, int(finding.limit) | lowest_bit))


@settings(max_examples=150, deadline=None)
@given(markets)
def test_every_remedy_opens_its_gate_and_all_together_make_the_pair_feasible(market):
    streams, demands = market
    for j in range(min(len(demands), 3)):
        span = slice(demands.code_ptr[j], demands.code_ptr[j + 1])
        alone = {
            field.name: getattr(demands, field.name)[[j]]
            for field in dataclasses.fields(demands)
            if not field.name.startswith(("code", "area"))
        }
        codes = demands.code_idx[span]
        demand = type(demands)(**alone, code_ptr=[0, len(codes)], code_idx=codes)
        for i in range(len(streams)):
            if streams.months[i] == 0 or streams.vehicles[i] == 0:
                continue  # no change of the demand alone helps
            changed = demand
            for finding in explain(streams, i, demand, 0, CURVE):
                if finding.kind != "untested":
                    changed = repaired(changed, finding)
            left = explain(streams, i, changed, 0, CURVE)
            assert [finding for finding in left if finding.kind != "untested"] == []
            search = untested_pairs if left else all_pairs
            assert (i, 0) in by_pair(search(streams, changed, CURVE))


def test_near_misses_come_by_score_then_by_fewer_failures_then_by_index():
    streams = make_streams(typical=[[5.0, 5.0]])
    demands = make_demands(
        6,
        upper=[[4.0, INF], [4.0, INF], [INF, INF], [4.8, 4.0], [8.0, 4.0], [2.5, INF]],
    )
    # Overruns: 0.25, 0.25, none (feasible), 0.0417 + 0.25, 0.25, 1.
    found = near_misses(streams, 0, demands, BEELINE, k=10)
    assert [miss.demand for miss in found] == [0, 1, 4, 3, 5]
    assert [miss.score for miss in found] == pytest.approx([0.25, 0.25, 0.25, 0.2916667, 1.0])
    assert found[3].findings == tuple(explain(streams, 0, demands, 3, BEELINE))
    assert (found[0].distance_km, found[0].value_per_t) == (0.0, 35.0)
    assert [miss.demand for miss in near_misses(streams, 0, demands, BEELINE, k=2)] == [0, 1]


def test_of_two_near_misses_with_one_score_the_one_with_fewer_failures_is_nearer():
    # The first breaks two limits by a quarter each, the second one limit by a half.
    streams = make_streams(typical=[[10.0, 10.0, 12.0]])
    demands = make_demands(2, upper=[[8.0, 8.0, INF], [INF, INF, 8.0]])
    scores = {miss.demand: miss.score for miss in near_misses(streams, 0, demands, BEELINE)}
    assert scores == {0: 0.5, 1: 0.5}
    assert [miss.demand for miss in near_misses(streams, 0, demands, BEELINE)] == [1, 0]


def test_a_pair_that_fails_only_for_its_value_is_a_near_miss():
    (miss,) = near_misses(make_streams(), 0, make_demands(price_per_t=[13.0]), BEELINE)
    assert [finding.kind for finding in miss.findings] == ["value"]
    assert miss.value_per_t == -2.0
    (miss,) = near_misses(make_streams(), 0, make_demands(price_per_t=[15.0]), BEELINE)
    assert (miss.value_per_t, miss.score) == (0.0, 0.0)


def test_neither_another_code_nor_a_missing_test_makes_a_near_miss():
    streams = make_streams(typical=[[NAN]])
    demands = make_demands(2, code_idx=[8, 7], upper=[[1.0], [1.0]])
    assert near_misses(streams, 0, demands, BEELINE) == []


@settings(max_examples=150, deadline=None)
@given(markets)
def test_near_misses_agree_with_the_reference(market):
    streams, demands = market
    index = build_index(demands)
    for i in range(len(streams)):
        expected = {}
        for j in range(len(demands)):
            failed = reference.overruns(streams, i, demands, j, CURVE)
            if failed and failed[0][0] != "code":
                expected[j] = sum(overrun for _, _, overrun in failed)
        found = near_misses(streams, i, demands, CURVE, k=len(demands) + 1)
        assert {miss.demand: miss.score for miss in found} == pytest.approx(expected)
        scores = [miss.score for miss in found]
        assert scores == sorted(scores)
        assert near_misses(streams, i, index, CURVE, k=2) == found[:2]
        for miss in found:
            assert list(miss.findings) == explain(streams, i, demands, miss.demand, CURVE)


@pytest.mark.parametrize(
    ("i", "j", "message"),
    [(1, 0, "i: 1 is outside 0 to 0"), (0, -1, "j: -1 is outside 0 to 0")],
)
def test_an_index_out_of_range_is_refused(i, j, message):
    with pytest.raises(ValueError, match=message):
        explain(make_streams(), i, make_demands(), j, BEELINE)


def test_near_misses_refuse_a_stream_that_is_none_and_a_count_below_one():
    with pytest.raises(ValueError, match="i: 5 is outside 0 to 0"):
        near_misses(make_streams(), 5, make_demands(), BEELINE)
    with pytest.raises(ValueError, match="k: 0 is below 1"):
        near_misses(make_streams(), 0, make_demands(), BEELINE, k=0)


def test_without_demands_there_is_no_near_miss():
    empty = make_demands(0)
    assert near_misses(make_streams(), 0, empty, BEELINE) == []
    assert near_misses(make_streams(), np.int64(0), build_index(empty), BEELINE) == []
