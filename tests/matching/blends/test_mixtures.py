"""What mixtures consist of, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from matching.blends.mixtures import mixtures
from matching.blends.recipes import Compositions, Limits
from matching.blends.rows import Candidates
from tests.matching.blend_cases import INF, NAN


def test_mixtures_are_means_by_mass_by_dry_mass_or_ranges_over_the_parts():
    parts = Compositions(
        [[2.0, 2.0, 6.0], [8.0, 8.0, 9.0], [NAN, 1.0, 1.0]],
        minimum=[[1.0, NAN, 5.0], [NAN, NAN, NAN], [NAN, NAN, NAN]],
        maximum=[[NAN, NAN, 7.0], [9.0, NAN, NAN], [NAN, NAN, NAN]],
        moisture=[0.5, 0.0, 0.0],
        mixing=[True, True, False],
        dry=[False, True, False],
    )
    limits = Limits([[-INF] * 3] * 3, [[INF] * 3] * 3)
    candidates = Candidates(np.array([0, 2, 4, 4]), np.array([0, 1, 0, 2]))
    mixed = mixtures(np.array([2.0, 2.0, 0.0, 3.0]), candidates, parts, parts.held(limits))
    assert mixed.typical[0, :2] == pytest.approx([5.0, 6.0])  # one dry tonne of 2, two of 8
    assert mixed.lowest[0] == pytest.approx([4.5, 6.0, 5.0])
    assert mixed.highest[0] == pytest.approx([5.5, 6.0, 9.0])
    assert mixed.low[0] == pytest.approx([5.0, 6.0, 6.0])
    assert mixed.high[0] == pytest.approx([5.0, 6.0, 9.0])
    assert mixed.typical[1].tolist() == pytest.approx([NAN, 1.0, NAN], nan_ok=True)
    assert np.isnan(mixed.high[2]).all()  # nothing is mixed there
