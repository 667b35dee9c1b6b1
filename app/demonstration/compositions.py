"""Invented analyses inside the typical ranges of a material: guidance values and assays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final

from app.demonstration.chance import Chance
from app.demonstration.facts.reading import CompositionRange, composition_ranges
from models.quantities import MILLIONTHS_PER_UNIT, Millionths, divide_half_away

GUIDANCE_VALUE: Final = "guidance_value"
OWN_LABORATORY: Final = "own_laboratory"

WHOLE: Final = 100 * MILLIONTHS_PER_UNIT  # 100 %
GUIDANCE_SPREAD: Final = Fraction("0.08")  # either side, of the width of the range
ASSAY_SPREAD: Final = Fraction("0.04")
ASSAY_SHIFT: Final = Fraction("0.10")  # how far an assay may lie from the guidance value, both ways
ASSAY_PERCENT: Final = 33  # of the streams
EXPIRED_ASSAY_PERCENT: Final = 8  # of the assays
ASSAY_VALID_DAYS: Final = 365
GUIDANCE_AGE_DAYS: Final = 540

# Part of the market has untested qualities, so that the answer "needs a test" occurs.
UNTESTED_PERCENT: Final = 7
OFTEN_UNTESTED: Final = frozenset({"activity_index_28d", "glass", "ph", "rust_thickness"})
OTHER_SIEVE_PERCENT: Final = 4
OTHER_SIEVE: Final = "wet sieve, EN 451-2"
SIEVE_RESIDUE: Final = "fineness_45um_residue"

IRON_IN_OXIDES: Final = Fraction("0.7384")  # mean of FeO and Fe2O3, atomic masses of IUPAC


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueDraft:
    """One parameter, in millionths of its unit. `method` only where a limit names one."""

    parameter: str
    typical: Millionths
    minimum: Millionths
    maximum: Millionths
    basis: str
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositionDraft:
    """An analysis of one stream; days count back from the day the market is loaded.

    `valid_days` is None where nothing expires and negative where it has expired already.
    """

    key: str
    stream_key: str
    material: str
    provenance: str
    age_days: int
    valid_days: int | None
    moisture: Millionths
    values: tuple[ValueDraft, ...]
    invented: bool = True

    def value(self, parameter: str) -> ValueDraft | None:
        return next((row for row in self.values if row.parameter == parameter), None)


@cache
def ranges_of(material: str) -> tuple[CompositionRange, ...]:
    rows = tuple(row for row in composition_ranges() if row.material == material)
    if not rows:
        raise KeyError(material)
    return rows


def guidance_composition(material: str, *, stream_key: str, chance: Chance) -> CompositionDraft:
    """Draw the guidance values of a stream, each inside the range of its material."""
    ranges = ranges_of(material)
    typicals = {row.parameter: _placed(row, _position(row, chance)) for row in ranges}
    return _composition(
        material,
        stream_key=stream_key,
        provenance=GUIDANCE_VALUE,
        values=_values(ranges, typicals, GUIDANCE_SPREAD, chance),
        days=(GUIDANCE_AGE_DAYS, None),
    )


def laboratory_assay(guidance: CompositionDraft, *, chance: Chance) -> CompositionDraft | None:
    """Draw the assay that about a third of the streams have; it lies near the guidance values."""
    if not chance.happens("has an assay", ASSAY_PERCENT):
        return None
    ranges = ranges_of(guidance.material)
    typicals = {}
    for row in ranges:
        middle = guidance.value(row.parameter)
        position = Fraction(1, 2)
        if middle is not None and row.maximum > row.minimum:
            position = Fraction(middle.typical - row.minimum, row.maximum - row.minimum)
        shift = (chance.share(f"assay {row.parameter}") - Fraction(1, 2)) * ASSAY_SHIFT
        typicals[row.parameter] = _placed(row, min(max(position + shift, Fraction(0)), Fraction(1)))
    age = chance.between("assay age", 10, 300)
    valid = ASSAY_VALID_DAYS - age
    if chance.happens("assay expired", EXPIRED_ASSAY_PERCENT):
        age, valid = ASSAY_VALID_DAYS + age, -age
    return _composition(
        guidance.material,
        stream_key=guidance.stream_key,
        provenance=OWN_LABORATORY,
        values=_values(ranges, typicals, ASSAY_SPREAD, chance),
        days=(age, valid),
    )


def _composition(
    material: str,
    *,
    stream_key: str,
    provenance: str,
    values: tuple[ValueDraft, ...],
    days: tuple[int, int | None],
) -> CompositionDraft:
    water = next((row.typical for row in values if row.parameter == "moisture"), Millionths(0))
    return CompositionDraft(
        key=f"{stream_key}/{provenance}",
        stream_key=stream_key,
        material=material,
        provenance=provenance,
        age_days=days[0],
        valid_days=days[1],
        moisture=water,
        values=values,
    )


def _position(row: CompositionRange, chance: Chance) -> Fraction:
    """Say where in its range a value lies, from 0 to 1."""
    own = chance.share(row.parameter)
    if row.driver is not None:
        common = chance.share(f"driver {row.driver.removeprefix('-')}")
        own = (3 * (1 - common if row.driver.startswith("-") else common) + own) / 4
    if row.shape == "lowest":
        return own * own * own
    if row.shape == "low":
        return own * own
    if row.shape == "high":
        return 1 - (1 - own) * (1 - own)
    return own


def _step(row: CompositionRange) -> int:
    """A laboratory gives two decimals, of traces more."""
    return 10_000 if row.maximum - row.minimum >= 200_000 else 100


def _placed(row: CompositionRange, position: Fraction) -> Millionths:
    steps = int(position * (row.maximum - row.minimum) / _step(row))
    return Millionths(row.minimum + steps * _step(row))


def _scaled(
    ranges: tuple[CompositionRange, ...], typicals: Mapping[str, Millionths]
) -> dict[str, Millionths]:
    """Draw an analysis above 100 % toward the low ends of its ranges, so that it stays inside."""
    parts = [row for row in ranges if row.in_sum]
    whole = sum(typicals[row.parameter] for row in parts)
    if whole <= WHOLE:
        return dict(typicals)
    lowest = sum(row.minimum for row in parts)
    factor = Fraction(WHOLE - lowest, whole - lowest)
    mended = {
        row.parameter: Millionths(
            row.minimum + int((typicals[row.parameter] - row.minimum) * factor)
        )
        for row in parts
    }
    return {**typicals, **mended}


def _values(
    ranges: tuple[CompositionRange, ...],
    typicals: Mapping[str, Millionths],
    spread: Fraction,
    chance: Chance,
) -> tuple[ValueDraft, ...]:
    scaled = _scaled(ranges, typicals)
    measured = []
    for row in ranges:
        if row.parameter in OFTEN_UNTESTED and chance.happens(
            f"untested {row.parameter}", UNTESTED_PERCENT
        ):
            continue
        half = int((row.maximum - row.minimum) * spread)
        other = row.parameter == SIEVE_RESIDUE and chance.happens("sieve", OTHER_SIEVE_PERCENT)
        measured.append(
            ValueDraft(
                parameter=row.parameter,
                typical=scaled[row.parameter],
                minimum=Millionths(max(row.minimum, scaled[row.parameter] - half)),
                maximum=Millionths(min(row.maximum, scaled[row.parameter] + half)),
                basis=row.basis,
                method=OTHER_SIEVE if other else row.method,
            )
        )
    return tuple(measured) + _computed({row.parameter: row for row in measured})


def _computed(rows: Mapping[str, ValueDraft]) -> tuple[ValueDraft, ...]:
    """Add sums and ratios that specifications limit, each from the values it rests on."""
    computed = []
    if {"sio2", "al2o3", "fe2o3"} <= rows.keys():
        parts = ("sio2", "al2o3", "fe2o3")
        computed.append(_sum(rows, "sio2_al2o3_fe2o3", dict.fromkeys(parts, Fraction(1))))
    if "caso4_2h2o" in rows:
        computed.append(_sum(rows, "calcium_sulfate_total", {"caso4_2h2o": Fraction(1)}))
    if "feox_total" in rows:
        iron = {"feox_total": IRON_IN_OXIDES}
        if "fe_metallic" in rows:
            iron["fe_metallic"] = Fraction(1)
        computed.append(_sum(rows, "fe_total", iron))
    if {"cao", "mgo", "al2o3", "sio2", "mno", "tio2"} <= rows.keys():
        computed.append(_quality_coefficient(rows))
    return tuple(computed)


def _sum(rows: Mapping[str, ValueDraft], name: str, factors: Mapping[str, Fraction]) -> ValueDraft:
    """Add parts; the sum cannot exceed the whole even where all its parts are at their highest."""

    def total(end: str) -> Millionths:
        parts = sum((getattr(rows[part], end) * by for part, by in factors.items()), Fraction(0))
        rounded = divide_half_away(parts.numerator, parts.denominator)
        return Millionths(min(rounded, WHOLE))

    return ValueDraft(
        parameter=name,
        typical=total("typical"),
        minimum=total("minimum"),
        maximum=total("maximum"),
        basis="dry",
    )


def _quality_coefficient(rows: Mapping[str, ValueDraft]) -> ValueDraft:
    """K = (CaO + MgO + Al2O3) / (SiO2 + MnO + TiO2), GB/T 203."""

    def ratio(above: str, below: str) -> Millionths:
        over = sum(getattr(rows[name], above) for name in ("cao", "mgo", "al2o3"))
        under = sum(getattr(rows[name], below) for name in ("sio2", "mno", "tio2"))
        return Millionths(divide_half_away(over * MILLIONTHS_PER_UNIT, under))

    return ValueDraft(
        parameter="quality_coefficient_k",
        typical=ratio("typical", "typical"),
        minimum=ratio("minimum", "maximum"),
        maximum=ratio("maximum", "minimum"),
        basis="none",
    )
