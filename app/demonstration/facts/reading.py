"""Reads the facts of the demonstration market into plain rows, once per process."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

from models.quantities import MILLIONTHS_PER_UNIT, Millionths

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A coal plant (capacity in MW) or an iron and steel works (capacities in t a year)."""

    key: str
    kind: str
    name: str
    name_zh: str | None
    latitude: float
    longitude: float
    precision: str
    province: str
    province_code: str
    city: str | None
    county: str | None
    capacity: Fraction
    unit: str
    technology: tuple[tuple[str, Fraction], ...]
    coal: tuple[tuple[str, Fraction], ...]
    captive_industry: str | None
    bof_t: int
    eaf_t: int
    bf_iron_t: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CementWorks:
    """A cement works; `capacity_t` (t cement a year) is None where the source has no figure."""

    key: str
    kind: str
    name: str
    latitude: float
    longitude: float
    precision: str
    province: str
    province_code: str
    city: str | None
    capacity_t: int | None
    capacity_basis: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedBuyer:
    """An invented buyer near a real town."""

    key: str
    kind: str
    town: str
    town_zh: str | None
    latitude: float
    longitude: float
    precision: str
    province: str
    province_code: str
    tonnes_a_year: int
    invented: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSource:
    key: str
    title: str
    publisher: str
    edition: str | None
    licence: str | None
    attribution: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositionRange:
    """The range of one parameter in one material, in millionths of the parameter's unit.

    `shape` is flat or leans (low, lowest, high). Parameters with the same `driver` move together,
    a "-" turns one round. Those `in_sum` are parts of one analysis that cannot exceed 100 %.
    """

    material: str
    parameter: str
    minimum: Millionths
    maximum: Millionths
    unit: str
    basis: str
    method: str | None
    shape: str
    driver: str | None
    in_sum: bool
    source: str
    status: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _shares(text: str) -> tuple[tuple[str, Fraction], ...]:
    """Read `a:600;b:200` as shares of the whole."""
    if not text:
        return ()
    parts = [(name, Fraction(amount)) for name, amount in (p.split(":") for p in text.split(";"))]
    whole = sum(amount for _, amount in parts)
    return tuple((name, amount / whole) for name, amount in parts)


def _millionths(text: str) -> Millionths:
    value = Fraction(text) * MILLIONTHS_PER_UNIT
    assert value.denominator == 1
    return Millionths(value.numerator)


@cache
def plants() -> tuple[Plant, ...]:
    return tuple(
        Plant(
            key=row["key"],
            kind=row["kind"],
            name=row["name"],
            name_zh=row["name_zh"] or None,
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            precision=row["precision"],
            province=row["province"],
            province_code=row["province_code"],
            city=row["city"] or None,
            county=row["county"] or None,
            capacity=Fraction(row["capacity"]),
            unit=row["unit"],
            technology=_shares(row["technology"]),
            coal=_shares(row["coal"]),
            captive_industry=row["captive_industry"] or None,
            bof_t=int(row["bof_t"] or 0),
            eaf_t=int(row["eaf_t"] or 0),
            bf_iron_t=int(row["bf_iron_t"] or 0),
            source=row["source"],
        )
        for row in _rows("plants.csv")
    )


@cache
def cement_works() -> tuple[CementWorks, ...]:
    return tuple(
        CementWorks(
            key=row["key"],
            kind=row["kind"],
            name=row["name"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            precision=row["precision"],
            province=row["province"],
            province_code=row["province_code"],
            city=row["city"] or None,
            capacity_t=int(row["capacity_t"]) if row["capacity_t"] else None,
            capacity_basis=row["capacity_basis"],
            source=row["source"],
        )
        for row in _rows("cement_works.csv")
    )


@cache
def invented_buyers() -> tuple[InventedBuyer, ...]:
    return tuple(
        InventedBuyer(
            key=row["key"],
            kind=row["kind"],
            town=row["town"],
            town_zh=row["town_zh"] or None,
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            precision=row["precision"],
            province=row["province"],
            province_code=row["province_code"],
            tonnes_a_year=int(row["tonnes_a_year"]),
            invented=row["invented"] == "1",
            source=row["source"],
        )
        for row in _rows("invented_buyers.csv")
    )


@cache
def fact_sources() -> tuple[FactSource, ...]:
    return tuple(
        FactSource(
            key=row["key"],
            title=row["title"],
            publisher=row["publisher"],
            edition=row["edition"] or None,
            licence=row["licence"] or None,
            attribution=row["attribution"],
            status=row["status"],
        )
        for row in _rows("sources.csv")
    )


@cache
def composition_ranges() -> tuple[CompositionRange, ...]:
    return tuple(
        CompositionRange(
            material=row["material"],
            parameter=row["parameter"],
            minimum=_millionths(row["minimum"]),
            maximum=_millionths(row["maximum"]),
            unit=row["unit"],
            basis=row["basis"],
            method=row["method"] or None,
            shape=row["shape"],
            driver=row["driver"] or None,
            in_sum=row["in_sum"] == "1",
            source=row["source"],
            status=row["status"],
        )
        for row in _rows("composition_ranges.csv")
    )
