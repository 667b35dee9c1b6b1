"""Service areas: polygons in the plane of longitude and latitude, and how far outside one lies."""

from __future__ import annotations

from threading import Lock

import numpy as np
import shapely
from numpy.typing import NDArray

from matching.checks import Flags, Floats, check_shape
from matching.distance import EQUATORIAL_RADIUS_KM, geodesic_km

Areas = NDArray[np.object_]

TURNS = (-360.0, 0.0, 360.0)  # an area may run over the antimeridian, as in 170 to 190 degrees
ONE_AT_A_TIME = Lock()
POLYGON_TYPES = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def checked_areas(values: object, count: int) -> Areas:
    """Return the areas as a read-only (count,) array of shapely geometries or None.

    Raises ValueError naming the index of one that is not a valid, non-empty polygon or
    multipolygon, or leaves ±360 degrees of longitude or ±90 of latitude.
    """
    areas = np.array(values, dtype=np.object_)
    check_shape("area", areas.shape, (count,))
    for position, area in enumerate(areas):
        if area is None:
            continue
        if not shapely.is_geometry(area) or shapely.get_type_id(area) not in POLYGON_TYPES:
            raise ValueError(f"area[{position}]: is not a polygon or multipolygon")
        if shapely.is_empty(area) or not shapely.is_valid(area):
            raise ValueError(f"area[{position}]: is empty or crosses itself")
        west, south, east, north = shapely.bounds(area)
        if west < -360 or east > 360 or south < -90 or north > 90:
            raise ValueError(f"area[{position}]: leaves 360 degrees of longitude or 90 of latitude")
    areas.flags.writeable = False
    return areas


def which_have(areas: Areas) -> Flags:
    """Tell which entries, (P,), are areas and not None."""
    return np.array([area is not None for area in areas], dtype=np.bool_)


def inside(areas: Areas, lat: Floats, lon: Floats) -> Flags:
    """Tell which point lies in its area; the border belongs to it. All of shape (P,), degrees."""
    found = np.zeros(len(areas), dtype=np.bool_)
    # A prepared area builds its search structure while it is asked, which is safe for one thread.
    with ONE_AT_A_TIME:
        for turn in TURNS:
            found |= shapely.intersects_xy(areas, lon + turn, lat)
    return found


def outside_km(areas: Areas, lat: float, lon: float) -> Floats:
    """Return how many km one point lies outside each area of shape (P,); 0 inside.

    The nearest point of the area is looked for in a plane around the point, where a degree of
    longitude is shortened by the cosine of the latitude, and its distance is then geodesic. So the
    answer is never below the true distance, and close to it where the area is not far away.
    """
    here = np.full(len(areas), lat), np.full(len(areas), lon)
    shortening = max(float(np.cos(np.radians(lat))), 0.01)  # at a pole all longitudes coincide
    scale = np.array([shortening, 1.0])
    plane = shapely.transform(areas, lambda points: points * scale)
    nearest = np.full(len(areas), np.inf)
    for turn in TURNS:
        link = shapely.shortest_line(shapely.Point((lon + turn) * shortening, lat), plane)
        end = shapely.get_point(link, 1)
        distance = geodesic_km(
            *here,
            shapely.get_y(end),
            shapely.get_x(end) / shortening,
        )
        nearest = np.minimum(nearest, distance)
    # Rounding must not bring a point that lies outside onto the border.
    return np.where(inside(areas, *here), 0.0, np.maximum(nearest, 1e-9))


def size_km(areas: Areas) -> Floats:
    """Return the radius in km of the circle with the same surface as each area of shape (P,).

    Lambert's cylindrical projection (longitude, sine of latitude) keeps surfaces on the sphere.
    """
    flat = shapely.transform(
        areas,
        lambda points: np.column_stack(
            (np.radians(points[:, 0]), np.sin(np.radians(points[:, 1])))
        ),
    )
    size: Floats = EQUATORIAL_RADIUS_KM * np.sqrt(shapely.area(flat) / np.pi)
    return size
