"""The small park: what its file says it is, the engine finds."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from matching import all_pairs, near_misses, top_k
from matching.small_park import small_park


def test_the_ranking_is_the_one_worked_out_by_hand():
    park = small_park()
    ranking = top_k(park.streams, park.demands, park.costs, k=2)
    assert ranking.demand.tolist() == [[0, 1], [1, 0], [1, -1], [2, -1]]
    nan = float("nan")
    values = [[25.0, 5.0], [30.0, 8.0], [12.0, nan], [20.0, nan]]
    assert ranking.value_per_t == pytest.approx(np.array(values), abs=1e-9, nan_ok=True)
    pairs = all_pairs(park.streams, park.demands, park.costs)
    assert pairs.demand.tolist() == [0, 1, 1, 0, 1, 2]
    assert pairs.distance_km == pytest.approx([4.0, 44.0, 2.0, 46.0, 40.0, 16.0], abs=1e-9)


def test_the_heating_plants_ash_misses_the_cement_works_by_its_loss_on_ignition_alone():
    park = small_park()
    (miss,) = near_misses(park.streams, 2, park.demands, park.costs)
    assert park.demand_names[miss.demand] == "cement works"
    assert miss.score == 0.5
    assert miss.value_per_t == pytest.approx(28.0, abs=1e-9)
    (finding,) = miss.findings
    assert (finding.kind, park.parameter_names[finding.parameter]) == (
        "composition",
        "loss on ignition",
    )
    assert (finding.have, finding.limit, finding.remedy) == (9.0, 6.0, 9.0)


def test_two_parts_of_the_failing_ash_and_one_of_slag_meet_every_limit_of_the_cement_works():
    park = small_park()
    mixed = (2 * park.streams.typical[2] + park.streams.typical[0]) / 3
    assert mixed.tolist() == [6.0, 1.0, 4.0]
    assert (mixed <= park.demands.upper[0]).all()


def test_names_fit_the_arrays_and_the_park_can_be_sent_to_another_process():
    park = pickle.loads(pickle.dumps(small_park()))
    assert len(park.streams) == len(park.stream_names) == 4
    assert len(park.demands) == len(park.demand_names) == 3
    assert park.streams.typical.shape[1] == len(park.parameter_names)
