"""The regions and towns that ship with the product, read from its own tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.places.precision import ancestors

_FOLDER: Final = Path(__file__).parent.parent / "facts"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionFact:
    """One row of regions.csv; sources.csv tells what `source` stands for, with its licence."""

    adcode: str
    level: str
    name_zh: str
    full_name_zh: str
    name_en: str
    other_names: tuple[str, ...]
    lat: float
    lon: float
    population: int | None
    precision: str
    note: str
    source: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFact:
    """One row of places.csv. All of them come from GeoNames and are of status secondary."""

    geonames_id: int
    name_en: str
    name_zh: str
    other_names_zh: tuple[str, ...]
    lat: float
    lon: float
    population: int | None
    province_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where facts come from, and the attribution their licence asks for."""

    source: str
    title: str
    licence: str
    attribution: str
    used_for: str
    status: str


def read_regions() -> list[RegionFact]:
    """Every region, provinces before their prefectures before their counties."""
    return [
        RegionFact(
            adcode=row["adcode"],
            level=row["level"],
            name_zh=row["name_zh"],
            full_name_zh=row["full_name_zh"],
            name_en=row["name_en"],
            other_names=_several(row["other_names"]),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            population=_number(row["population"]),
            precision=row["precision"],
            note=row["note"],
            source=row["source"],
            status=row["status"],
        )
        for row in _rows("regions.csv")
    ]


def read_places() -> list[PlaceFact]:
    """Every town."""
    return [
        PlaceFact(
            geonames_id=int(row["geonames_id"]),
            name_en=row["name_en"],
            name_zh=row["name_zh"],
            other_names_zh=_several(row["other_names_zh"]),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            population=_number(row["population"]),
            province_code=row["province_code"],
        )
        for row in _rows("places.csv")
    ]


def read_sources() -> list[Source]:
    """The sources, for the page that gives credit."""
    return [Source(**row) for row in _rows("sources.csv")]


def parent_code(adcode: str, known: frozenset[str]) -> str | None:
    """The nearest region above that exists; some counties stand directly under a province."""
    return next((code for code in ancestors(adcode) if code in known), None)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _several(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _number(text: str) -> int | None:
    return int(text) if text else None
