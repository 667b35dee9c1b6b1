"""The utilization rate as a share."""

from __future__ import annotations

import pytest

from models.matchmaking.rates import utilization_rate


@pytest.mark.parametrize(
    ("utilized_g", "generated_g", "from_stock_g", "rate"),
    [
        (50, 100, 0, 0.5),
        (100, 100, 0, 1.0),
        (60, 100, 20, 0.5),
        (0, 100, 0, 0.0),
        (5, 0, 10, 0.5),
        (0, 0, 0, None),
        (5, 0, 0, None),
    ],
)
def test_the_rate_counts_what_was_drawn_from_stock_below_the_line(
    utilized_g, generated_g, from_stock_g, rate
):
    found = utilization_rate(
        utilized_g=utilized_g, generated_g=generated_g, from_stock_g=from_stock_g
    )
    assert found == rate
