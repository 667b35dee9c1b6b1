"""Road distances along a graph: nearest nodes, shortest paths, and what lies off the road."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from matching.checks import (
    Floats,
    Integers,
    check_not_negative,
    check_positions,
    floats,
    integers,
    refuse_where,
)
from matching.distance import geodesic_km as exact_km
from matching.distance import local_km
from matching.market.arrays import Ends
from matching.roads.curve import (
    BY_CURVE,
    BY_LOCAL_ROADS,
    BY_ROUTE,
    RoadCurve,
    Trips,
    checked_trips,
    trips_of,
)
from matching.roads.shortest_paths import KnownPaths, find_paths, undirected

ACCESS_FACTOR: Final = 1.3  # between a place and its node, and between places nearer than the road
CHORD_FACTOR: Final = 1.05  # the edges of a simplified graph are chords of the real road
UNITS_PER_KM: Final = 1e6  # whole millimetres: their sums are exact in any order
LENGTH_MAX_M: Final = 1e7  # a quarter of the way around the earth
# Nearest nodes asked for, so that the lowest index among equally near ones is found.
NEAREST_ASKED: Final = 4
NAMES: Final = frozenset({"lat", "lon", "lat_e3", "lon_e3", "u", "v", "w_m", "licence"})


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph:
    """An undirected graph of V nodes and E roads, and a `Router` over it.

    | field    | shape, dtype | meaning                                                         |
    |----------|--------------|-----------------------------------------------------------------|
    | lat, lon | (V,) float64 | WGS-84 degrees, ±90 and ±180                                    |
    | u, v     | (E,) int64   | the nodes a road joins, in either direction                     |
    | w_m      | (E,) float64 | its length in metres, not negative, at most 1e7                 |
    | curve    | RoadCurve    | answers where no path joins two places                          |
    | licence  | str          | what the source asks to be told, such as OpenStreetMap's ODbL   |

    The road distance of a trip is 1.3 × the geodesic from each end to its nearest node, plus 1.05 ×
    the shortest path between the two nodes; never less than the geodesic. Where the ends are no
    further apart than they are together from their nodes, as when both have the same node, it is
    1.3 × the geodesic if that is shorter. Where no path joins the nodes (islands, separate
    networks) the curve answers. The factors are the project's own estimates.

    Lengths are rounded to millimetres and summed as whole numbers, so that a path has the same
    length from either end and whatever else is asked with it: answers are the same bit for bit in
    any order and any grouping. Lengths of found paths are kept, boundedly; threads may share it.

    Raises ValueError, naming the array and the index, for values that break these rules.
    """

    lat: Floats
    lon: Floats
    u: Integers
    v: Integers
    w_m: Floats
    curve: RoadCurve = field(default_factory=RoadCurve)
    licence: str = ""
    _tree: KDTree = field(init=False, repr=False)
    _first: Integers = field(init=False, repr=False)
    _component: Integers = field(init=False, repr=False)
    _roads: csr_array = field(init=False, repr=False)
    _known: KnownPaths = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._check()
        points = _unit_vectors(self.lat, self.lon)
        # Of several nodes at one spot the tree holds the first.
        first = np.unique(points, axis=0, return_index=True)[1]
        first.sort()
        roads = undirected(self.u, self.v, np.rint(self.w_m * UNITS_PER_KM / 1000), len(self.lat))
        made = {
            "_tree": KDTree(points[first]),
            "_first": first,
            "_component": connected_components(roads, directed=False)[1].astype(np.int64),
            "_roads": roads,
            "_known": KnownPaths(),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def _check(self) -> None:
        count = len(np.atleast_1d(np.asarray(self.lat)))
        if not count:
            raise ValueError("lat: expected at least 1 node")
        object.__setattr__(self, "lat", floats("lat", self.lat, (count,)))
        object.__setattr__(self, "lon", floats("lon", self.lon, (count,)))
        object.__setattr__(self, "u", integers("u", self.u, None))
        object.__setattr__(self, "v", integers("v", self.v, len(self.u)))
        object.__setattr__(self, "w_m", floats("w_m", self.w_m, (len(self.u),)))
        check_positions(self.lat, self.lon)
        for name in ("u", "v"):
            outside = getattr(self, name) >= count
            refuse_where(outside, name, f"is no node; there are {count}")
        check_not_negative("w_m", self.w_m)
        refuse_where(self.w_m > LENGTH_MAX_M, "w_m", f"is above {LENGTH_MAX_M:.0f} m")

    def __reduce__(self) -> tuple[type[RoadGraph], tuple[object, ...]]:
        # Another process gets the facts and makes the rest itself, without what is remembered.
        return RoadGraph, (self.lat, self.lon, self.u, self.v, self.w_m, self.curve, self.licence)

    def __len__(self) -> int:
        return len(self.lat)

    @classmethod
    def load(cls, path: str | Path, curve: RoadCurve | None = None) -> RoadGraph:
        """Read a graph from a `.npz` file.

        Its arrays are `u`, `v`, `w_m`, and either `lat`, `lon` in degrees or `lat_e3`, `lon_e3` in
        thousandths of a degree; `licence`, if there is one, is a text. Others are passed over.

        Raises OSError where it cannot be opened, ValueError where it is no `.npz` or an array is
        missing or wrong.
        """
        found = _read(path)
        for name in ("lat", "lon"):
            if name not in found and f"{name}_e3" in found:
                found[name] = floats(f"{name}_e3", found[f"{name}_e3"], (None,)) / 1000
        for name in ("lat", "lon", "u", "v", "w_m"):
            if name not in found:
                raise ValueError(f"{name}: is not in the file")
        return cls(
            lat=found["lat"],
            lon=found["lon"],
            u=found["u"],
            v=found["v"],
            w_m=floats("w_m", found["w_m"], (None,)),
            curve=curve or RoadCurve(),
            licence=str(found.get("licence", "")),
        )

    def trips_km(self, ends: Ends, geodesic_km: Floats) -> Floats:
        """Return road km of each trip, (P,); see `trips` for what is taken and raised."""
        return self.trips(ends, geodesic_km).km

    def trips(self, ends: Ends, geodesic_km: Floats) -> Trips:
        """Return road km of each trip and what each rests on.

        `ends` are four arrays (P,) of WGS-84 degrees: lat, lon of the start, lat, lon of the end;
        `geodesic_km` (P,) is their distance.

        Raises ValueError, naming the array and the index, for shapes, positions or distances that
        make no trips.
        """
        ends, geodesic = checked_trips(ends, geodesic_km)
        start, start_leg = self._nearest(ends[0], ends[1])
        end, end_leg = self._nearest(ends[2], ends[3])
        joined = self._component[start] == self._component[end]
        km = self.curve(geodesic)
        basis = np.full(len(km), BY_CURVE, dtype=np.uint8)
        path = self._paths_km(start[joined], end[joined])
        km[joined] = ACCESS_FACTOR * (start_leg + end_leg)[joined] + CHORD_FACTOR * path
        basis[joined] = BY_ROUTE
        direct = ACCESS_FACTOR * geodesic
        local = (geodesic <= start_leg + end_leg) & (direct < km)
        km[local] = direct[local]
        basis[local] = BY_LOCAL_ROADS
        return trips_of(km, basis, geodesic)

    def _nearest(self, lat: Floats, lon: Floats) -> tuple[Integers, Floats]:
        """Return the nearest node of each place, and the geodesic to it in km."""
        # Many trips share few places: each is looked up once.
        place, back = np.unique(lat + 1j * lon, return_inverse=True)
        asked = min(NEAREST_ASKED, len(self._first))
        points = _unit_vectors(place.real, place.imag)
        far, found = map(np.asarray, self._tree.query(points, k=np.arange(1, asked + 1)))
        tied = np.where(far == far[:, :1], found, len(self._first))
        node = self._first[tied.min(axis=1)]
        leg = exact_km(place.real, place.imag, self.lat[node], self.lon[node])
        return node[back], leg[back]

    def _paths_km(self, start: Integers, end: Integers) -> Floats:
        """Return the shortest path in km between the nodes of each trip; all of them are joined."""
        low, high = np.minimum(start, end), np.maximum(start, end)
        key, first, back = np.unique(low * len(self) + high, return_index=True, return_inverse=True)
        length = self._known.lengths(key)
        new = np.flatnonzero(np.isnan(length))
        if len(new):
            here, there = start[first[new]], end[first[new]]
            straight = UNITS_PER_KM * local_km(
                self.lat[here], self.lon[here], self.lat[there], self.lon[there]
            )
            length[new] = find_paths(self._roads, here, there, straight)
            self._known.add(key[new], length[new])
        path: Floats = (length / UNITS_PER_KM)[back]
        return path


def _unit_vectors(lat: Floats, lon: Floats) -> Floats:
    """Return the directions (P, 3) of places on a sphere: no edge at poles or antimeridian."""
    north, east = np.radians(lat), np.radians(lon)
    return np.stack(
        (np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)), axis=1
    )


def _read(path: str | Path) -> dict[str, NDArray[Any]]:
    with Path(path).open("rb") as file:
        try:
            with NpzFile(file, allow_pickle=False) as found:
                return {name: found[name] for name in found.files if name in NAMES}
        except (BadZipFile, EOFError, ValueError, zlib.error) as error:
            raise ValueError(f"the file is no .npz of plain arrays ({error})") from error
