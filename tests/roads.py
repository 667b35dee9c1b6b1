"""A graph of one road, written as the files of road graphs are."""

from __future__ import annotations

from pathlib import Path

import numpy as np

PLACES = ((36_000, 117_000), (36_000, 118_000))


def write_roads(
    path: Path, *, metres: int, places: tuple[tuple[int, int], tuple[int, int]] = PLACES
) -> Path:
    """One road of so many metres between two places in thousandths of a degree."""
    lat, lon = np.array(places, dtype=np.int32).T
    np.savez(
        path,
        lat_e3=lat,
        lon_e3=lon,
        u=np.array([0], dtype=np.uint32),
        v=np.array([1], dtype=np.uint32),
        w_m=np.array([metres], dtype=np.uint32),
        licence=np.array("© the mappers, ODbL 1.0"),
    )
    return path
