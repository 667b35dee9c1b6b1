"""The landing page's map comes as near as its places, and no nearer."""

from __future__ import annotations

import pytest

from app.matchmaking.queries.landing import WIDTH, _shown_part
from app.places.queries.outlines import china_svg_height, project

HEIGHT = china_svg_height(WIDTH)
WHOLE = (0, 0, WIDTH, HEIGHT)


def test_without_places_and_with_places_everywhere_the_whole_country_is_shown():
    assert _shown_part([]) == WHOLE
    assert _shown_part([(10, 10), (WIDTH - 10, HEIGHT - 10)]) == WHOLE


@pytest.mark.parametrize("places", [[(36.2, 117.6)], [(36.2, 117.6), (37.5, 121.4)]])
def test_the_part_holds_its_places_in_the_shape_of_the_whole(places):
    points = [project(lat, lon, WIDTH) for lat, lon in places]
    x, y, wide, high = _shown_part(points)
    assert wide < WIDTH
    assert wide / high == pytest.approx(WIDTH / HEIGHT, rel=0.01)
    for across, down in points:
        assert x < across < x + wide
        assert y < down < y + high
