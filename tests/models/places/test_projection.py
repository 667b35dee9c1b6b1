"""The projection of the drawing, compared with PROJ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from models.places.projection import albers

PROJ = Transformer.from_crs(
    "+proj=longlat +R=1", "+proj=aea +lat_1=25 +lat_2=47 +lat_0=36 +lon_0=105 +R=1", always_xy=True
)


@given(st.floats(0, 60), st.floats(60, 150))
def test_the_projection_is_that_of_proj(lat: float, lon: float) -> None:
    assert albers(lat, lon) == pytest.approx(PROJ.transform(lon, lat), abs=1e-9)


def test_the_centre_of_the_drawing_is_the_origin() -> None:
    assert albers(36.0, 105.0) == (0.0, 0.0)
