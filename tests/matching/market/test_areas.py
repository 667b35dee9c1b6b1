"""Service areas: what lies in them, how far outside, and what is no area."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from matching import geodesic_km
from matching.market.areas import checked_areas, inside, outside_km, size_km

SQUARE = shapely.box(0.0, 0.0, 2.0, 2.0)
OVER_THE_EDGE = shapely.box(170.0, -5.0, 190.0, 5.0)


def areas(*shapes):
    return checked_areas(list(shapes), len(shapes))


def test_the_border_belongs_to_the_area():
    lon = np.array([1.0, 2.0, 2.0 + 1e-9])
    assert inside(areas(*[SQUARE] * 3), np.ones(3), lon).tolist() == [True, True, False]


def test_an_area_may_run_over_the_antimeridian():
    lon = np.array([175.0, -175.0, 180.0, -180.0, 169.0, -169.0])
    expected = [True, True, True, True, False, False]
    assert inside(areas(*[OVER_THE_EDGE] * 6), np.zeros(6), lon).tolist() == expected


def test_a_hole_does_not_belong_to_the_area():
    ring = SQUARE.difference(shapely.box(0.5, 0.5, 1.5, 1.5))
    assert inside(areas(ring, ring), np.array([1.0, 0.2]), np.ones(2)).tolist() == [False, True]


def test_the_way_to_an_area_ends_at_its_nearest_point():
    # North of the square the nearest point is straight south; the same across the antimeridian.
    assert outside_km(areas(SQUARE), 3.0, 1.0).tolist() == pytest.approx(
        [float(geodesic_km(3.0, 1.0, 2.0, 1.0))], abs=1e-6
    )
    assert outside_km(areas(OVER_THE_EDGE), 0.0, -169.0).tolist() == pytest.approx(
        [float(geodesic_km(0.0, -169.0, 0.0, -170.0))], abs=1e-6
    )
    assert outside_km(areas(SQUARE, OVER_THE_EDGE), 1.0, 1.0)[0] == 0.0


def test_the_way_to_an_area_is_never_too_short_and_nearly_right():
    random = np.random.default_rng(3)
    slanted = shapely.Polygon([(100.0, 55.0), (104.0, 57.0), (104.0, 55.0)])
    border = shapely.get_coordinates(shapely.segmentize(slanted.exterior, 0.005))
    area = areas(slanted)
    for lat, lon in zip(random.uniform(56, 59, 20), random.uniform(99, 101, 20), strict=True):
        true = geodesic_km(lat, lon, border[:, 1], border[:, 0]).min()
        found = outside_km(area, lat, lon)[0]
        assert true - 1e-3 <= found <= true * 1.02


def test_the_size_is_the_radius_of_a_circle_with_the_same_surface():
    # The whole sphere has the surface of a flat circle of twice its radius.
    whole = shapely.box(-180.0, -90.0, 180.0, 90.0)
    assert size_km(areas(whole)).tolist() == pytest.approx([2 * 6378.137])


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (shapely.Point(0, 0), r"area\[1\]: is not a polygon or multipolygon"),
        ("POLYGON", r"area\[1\]: is not a polygon or multipolygon"),
        (shapely.Polygon(), r"area\[1\]: is empty or crosses itself"),
        (
            shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
            r"area\[1\]: is empty or crosses itself",
        ),
        (shapely.box(0, 0, 361, 1), r"area\[1\]: leaves 360 degrees"),
        (shapely.box(0, 0, 1, 91), r"area\[1\]: leaves 360 degrees"),
    ],
)
def test_what_is_no_area_is_refused(shape, message):
    with pytest.raises(ValueError, match=message):
        checked_areas([None, shape], 2)


def test_there_must_be_an_area_or_none_for_each_demand():
    with pytest.raises(ValueError, match=r"area: expected shape \(3\), got \(2,\)"):
        checked_areas([None, SQUARE], 3)
