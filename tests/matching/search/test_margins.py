"""Margins of one stream against several demands at once."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from matching import UNSCALED
from matching.search.margins import margins
from tests.matching.markets import BEELINE, INF, make_demands, make_streams


def measure(streams, demands):
    return margins(streams, 0, demands, np.arange(len(demands)), BEELINE)


def test_failed_gates_are_counted_and_their_overruns_added():
    streams = make_streams(typical=[[6.0, 6.0]])
    demands = make_demands(
        4,
        vehicles=[1, 2, 2, 1],
        months=[0xFFF, 0xFFF, 0, 0xFFF],
        upper=[[INF, INF], [4.0, INF], [4.0, 3.0], [INF, INF]],
        price_per_t=[50.0, 50.0, 50.0, 13.0],
    )
    measured = measure(streams, demands)
    assert measured.fails.tolist() == [0, 2, 4, 1]
    assert measured.score.tolist() == [0.0, UNSCALED + 0.5, 2 * UNSCALED + 0.5 + 1.0, 2 / 28]


def test_an_area_is_measured_from_its_border_and_a_radius_from_its_centre():
    square = shapely.box(1.0, -1.0, 3.0, 1.0)
    demands = make_demands(3, lon=[2.0, 2.0, 0.0], area=[square, None, None])
    measured = measure(make_streams(), demands)
    assert measured.by_area.tolist() == [True, False, False]
    assert measured.reach_km.tolist() == pytest.approx([111.3195, 222.6390, 0.0], abs=1e-4)
    assert measured.reach_limit_km.tolist() == [0.0, 100.0, 100.0]
    assert measured.distance_km.tolist() == pytest.approx([222.6390, 222.6390, 0.0], abs=1e-4)
    assert measured.fails.tolist() == [1, 1, 0]


def test_demands_that_do_not_take_the_code_are_marked():
    demands = make_demands(3, code_ptr=[0, 2, 3, 3], code_idx=[1, 7, 8])
    measured = measure(make_streams(), demands)
    assert measured.accepted.tolist() == [True, False, False]
    assert measured.fails.tolist() == [0, 1, 1]


def test_an_unlimited_radius_has_no_overrun():
    measured = measure(make_streams(), make_demands(lon=[180.0], radius_km=[INF]))
    assert measured.over_reach.tolist() == [0.0]
    assert measured.fails.tolist() == [1]  # 20 004 km of haul leave no value
    assert measured.over_value[0] > 0
