"""Areas as a column."""

from __future__ import annotations

import pytest
from shapely.geometry import MultiPolygon, Point, Polygon
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from models.places.tables import Park

SQUARE = Polygon([(117.0, 36.0), (117.1, 36.0), (117.1, 36.1), (117.0, 36.1)])
BOW_TIE = Polygon([(117.0, 36.0), (117.1, 36.1), (117.1, 36.0), (117.0, 36.1)])


def park(polygon: object) -> Park:
    return Park(name_en="Park", name_zh="园区", polygon=polygon, lat=36.05, lon=117.05)


@pytest.mark.parametrize("area", [SQUARE, MultiPolygon([SQUARE]), None])
def test_an_area_comes_back_as_it_was_stored(session: Session, area: object) -> None:
    session.add(row := park(area))
    session.flush()
    session.expire(row)
    session.refresh(row)
    assert row.polygon == area


@pytest.mark.parametrize(
    "area", [BOW_TIE, Polygon(), Point(117, 36)], ids=["bow", "empty", "point"]
)
def test_what_could_contain_no_point_is_refused(session: Session, area: object) -> None:
    with pytest.raises(StatementError, match="not a valid area"), session.begin_nested():
        session.add(park(area))
