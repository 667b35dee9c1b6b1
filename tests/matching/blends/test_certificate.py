"""Certificates: what binds, what an overrun means, and limits of nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matching.blends.blending import blend
from matching.blends.certificate import certify
from matching.blends.mixtures import mixtures
from matching.blends.recipes import Compositions, Forms, Limits
from matching.blends.rows import Candidates, limit_rows, row_values
from tests.matching.blend_cases import INF

PARTS = Compositions([[2.0, 0.0], [6.0, 1.0]])
LIMITS = Limits([3.0, -INF], [4.0, 0.5])


def certified(tonnes, limits=LIMITS, forms=None):
    candidates = Candidates(np.array([0, 2]), np.arange(2))
    table = replace(limits, lower=limits.lower[None], upper=limits.upper[None])
    rows = limit_rows(candidates, PARTS, table, forms)
    mixed = mixtures(np.array(tonnes), candidates, PARTS, PARTS.held(limits))
    value, _ = row_values(rows, np.array(tonnes))
    return certify(mixed, limits, rows, value, 0 if forms is None else len(forms))


def test_every_limit_has_its_value_its_slack_and_whether_it_binds():
    forms = Forms([[1.0, 2.0], [0.0, 1.0], [1.0, 0.0]], [5.0, INF, 9.0])
    found = certified([1.0, 1.0], forms=forms)
    assert found.expected.tolist() == [4.0, 0.5]
    assert found.slack_lower.tolist() == [1.0, INF]
    assert found.slack_upper.tolist() == [0.0, 0.0]
    assert found.binds_lower.tolist() == [False, False]
    assert found.binds_upper.tolist() == [True, True]
    assert found.forms.tolist() == pytest.approx([5.0, np.nan, 4.0], nan_ok=True)
    assert found.slack_forms.tolist() == [0.0, INF, 5.0]
    assert found.binds_forms.tolist() == [True, False, False]
    assert found.violation == 0.0


def test_a_limit_of_nothing_binds_where_nothing_is():
    found = blend(PARTS, [1.0, 0.0], [INF, INF], Limits([-INF, -INF], [INF, 0.0]), 1.0)
    assert found.tonnes.tolist() == [1.0, 0.0]
    assert found.certificate.binds_upper.tolist() == [False, True]


def test_no_answer_is_better_than_one_that_overruns_a_bound():
    with pytest.raises(ArithmeticError, match=r"overruns a bound by 2\.5e-0[78] of it"):
        certified([1.0, 1.0 + 5e-8])


def test_an_overrun_within_rounding_is_told():
    found = certified([1.0, 1.0 + 5e-10])
    assert 1e-10 < found.violation < 1e-9
    assert found.binds_upper.tolist() == [True, True]
