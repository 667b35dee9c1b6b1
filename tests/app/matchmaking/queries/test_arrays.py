"""What haulage costs, by the roads that the settings name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.matchmaking.queries.arrays import costs_of
from app.matchmaking.queries.partners import partners_page
from app.matchmaking.services import refresh_market
from app.settings import RoadPolicy
from matching import RoadCurve
from models.permissions import SYSTEM
from tests.market import MATCHING, NOON, TODAY, Market
from tests.roads import write_roads

ENDS = ((36_200, 117_600), (36_200, 117_900))  # where the two works of the small market stand


def test_costs_are_in_units_of_money_and_the_road_is_the_curve_by_default() -> None:
    costs = costs_of(MATCHING)
    assert (costs.loading_per_t, costs.haul_per_t_km, costs.handling_per_t) == (8.0, 0.45, 6.0)
    assert isinstance(costs.road, RoadCurve)


@pytest.mark.parametrize("metres", [50_000, 60_000])
def test_a_road_graph_decides_what_haulage_costs(
    writing: Session, small: Market, tmp_path: Path, metres: int
) -> None:
    path = write_roads(tmp_path / "roads.npz", metres=metres, places=ENDS)
    policy = replace(MATCHING, road=RoadPolicy(source="graph", graph=path))
    refresh_market(writing, actor=SYSTEM, now=NOON, policy=policy)
    page = partners_page(writing, "stream", small.stream_id, today=TODAY, policy=policy)
    (partner,) = page.partners
    assert partner.road_m == 1.05 * metres
    haul = 8_00 + 0.45 * 1.05 * metres / 10
    assert [bar.amount_minor_per_tonne for bar in partner.waterfall.rows if bar.part == "haul"] == [
        -round(haul)
    ]
