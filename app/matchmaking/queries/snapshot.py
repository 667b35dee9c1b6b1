"""The market as it stands, loaded for the engine: open streams, open demands, who may take what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.catalogue.queries import ParameterRow, parameters_by_id
from app.compliance.queries import CodeFacts, Profile, code_facts, papers_by_site, profile_of
from app.database import conditions
from app.demands.queries import limits_by_demand
from app.settings import MatchingPolicy
from app.streams.queries import CountingAssay, closures_of, counting_assays
from models.catalogue.composition import MOISTURE
from models.catalogue.tables import Material, TypicalComposition, WasteCode
from models.catalogue.vocabulary import AS_RECEIVED, NO_BASIS
from models.compliance.rights import FORBIDDEN, Gap, PaperFacts, Purpose
from models.demands.limits import Limit
from models.demands.tables import Demand, DemandClosure, DemandCode, DemandMonth
from models.matchmaking.readings import Reading
from models.places.precision import province_of
from models.places.tables import Region, Site
from models.quantities import Grams, Metres, Millionths, MinorPerTonne
from models.streams.calendar import Closure, coming_months_g
from models.streams.life import State
from models.streams.tables import Stream, StreamClosure, StreamMonth
from models.streams.terms import with_vat

BULK = "bulk"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStream:
    """A published stream as others see it: at its public position, at its comparable price."""

    id: int
    version: int
    code_id: int
    material_id: int | None
    in_bulk_rate: bool  # general waste of a bulk material, which the utilization target speaks of
    province: str | None
    lat: float
    lon: float
    vehicles: int
    ask_minor_per_tonne: MinorPerTonne
    months_g: tuple[Grams, ...]
    readings: Mapping[str, Reading]  # by the code of the parameter
    assay: CountingAssay | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDemand:
    """A published demand with the codes its site may lawfully take, and those it may not."""

    id: int
    version: int
    site_id: int
    organization_id: int
    province: str | None
    lat: float
    lon: float
    vehicles: int
    price_minor_per_tonne: MinorPerTonne
    radius_m: Metres | None
    area: BaseGeometry | None
    months_g: tuple[Grams, ...]
    limits: tuple[Limit, ...]
    codes: tuple[int, ...]
    refused: Mapping[int, tuple[Gap, ...]]  # codes it states but has no right to
    unverified: frozenset[int]  # codes to which its right rests on papers nobody has verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    streams: tuple[OpenStream, ...]
    demands: tuple[OpenDemand, ...]
    parameters: Mapping[int, ParameterRow]
    codes: Mapping[int, CodeFacts]
    profile: Profile

    def crossing(self, stream: OpenStream, demand: OpenDemand) -> tuple[str, str]:
        """What carrying the stream there takes, and the clause that says so."""
        same = stream.province == demand.province
        return self.profile.crossing(self.codes[stream.code_id], same_province=same)

    def is_barred(self, stream: OpenStream, demand: OpenDemand) -> bool:
        """Whether the law keeps the two apart: no right to receive, or a forbidden border."""
        refused = stream.code_id in demand.refused
        return refused or self.crossing(stream, demand)[0] == FORBIDDEN


def load_snapshot(
    session: Session,
    *,
    today: date,
    policy: MatchingPolicy,
    stream_ids: Collection[int] | None = None,
    demand_ids: Collection[int] | None = None,
) -> Snapshot:
    """Load the published listings asked for, or all. Rows come in the order of their ids."""
    parameters = parameters_by_id(session)
    codes = code_facts(session)
    profile = profile_of(session, policy.jurisdiction)
    vat_rate_permille = policy.vat_rate_permille
    return Snapshot(
        streams=tuple(_open_streams(session, stream_ids, today, vat_rate_permille, parameters)),
        demands=tuple(_open_demands(session, demand_ids, today, vat_rate_permille, codes, profile)),
        parameters=parameters,
        codes=codes,
        profile=profile,
    )


def _open_streams(
    session: Session,
    ids: Collection[int] | None,
    today: date,
    vat_rate_permille: int,
    parameters: Mapping[int, ParameterRow],
) -> Iterable[OpenStream]:
    query = (
        select(
            Stream.id,
            Stream.version,
            Stream.waste_code_id,
            Stream.material_id,
            Stream.vehicles,
            Stream.ask_minor_per_tonne,
            Stream.vat_included,
            Site.public_lat,
            Site.public_lon,
            Region.adcode,
            Material.material_group,
            WasteCode.hazardous,
        )
        .join(Site, Site.id == Stream.site_id)
        .join(WasteCode, WasteCode.id == Stream.waste_code_id)
        .outerjoin(Material, Material.id == Stream.material_id)
        .outerjoin(Region, Region.id == Site.region_id)
        .where(Stream.state == State.PUBLISHED.value)
        .order_by(Stream.id)
    )
    rows = [
        row for where in conditions(Stream.id, ids) for row in session.execute(query.where(where))
    ]
    kept = None if ids is None else [row.id for row in rows]
    months = _months(session, StreamMonth.stream_id, StreamMonth.month, StreamMonth.mass_g, kept)
    closures = closures_of(session, StreamClosure.stream_id, kept)
    assays = counting_assays(session, kept, today=today)
    typical = _typical_readings(session, parameters)
    for row in rows:
        assay = assays.get(row.id)
        yield OpenStream(
            id=row.id,
            version=row.version,
            code_id=row.waste_code_id,
            material_id=row.material_id,
            in_bulk_rate=row.material_group == BULK and row.hazardous is False,
            province=province_of(row.adcode),
            lat=row.public_lat,
            lon=row.public_lon,
            vehicles=row.vehicles,
            ask_minor_per_tonne=with_vat(
                row.ask_minor_per_tonne,
                vat_included=row.vat_included,
                vat_rate_permille=vat_rate_permille,
            ),
            months_g=_coming(months.get(row.id), closures.get(row.id, ()), today),
            readings=(_readings(assay, parameters) if assay else typical.get(row.material_id, {})),
            assay=assay,
        )


def _readings(assay: CountingAssay, parameters: Mapping[int, ParameterRow]) -> dict[str, Reading]:
    """What the assay says, each value on the basis it was measured on."""
    readings = {}
    moisture = assay.moisture
    for measured in assay.values:
        if moisture is None and parameters[measured.parameter_id].code == MOISTURE:
            moisture = measured.typical
    for measured in assay.values:
        parameter = parameters[measured.parameter_id]
        readings[parameter.code] = Reading(
            typical=measured.typical,
            minimum=measured.minimum,
            maximum=measured.maximum,
            basis=_measured_on(parameter, assay),
            moisture=moisture,
            method=measured.method,
        )
    if assay.moisture is not None:
        readings.setdefault(MOISTURE, _moisture(assay.moisture))
    return readings


def _measured_on(parameter: ParameterRow, assay: CountingAssay) -> str:
    """Moisture is always of the material as received, whatever the rest was dried to."""
    if parameter.basis == NO_BASIS or parameter.code == MOISTURE:
        return parameter.basis
    return assay.basis


def _typical_readings(
    session: Session, parameters: Mapping[int, ParameterRow]
) -> dict[int | None, dict[str, Reading]]:
    """What is typical of each material: the default until somebody takes a sample."""
    readings: dict[int | None, dict[str, Reading]] = defaultdict(dict)
    query = select(
        TypicalComposition.material_id,
        TypicalComposition.parameter_id,
        TypicalComposition.typical_millionths,
        TypicalComposition.minimum_millionths,
        TypicalComposition.maximum_millionths,
        TypicalComposition.basis,
    )
    for material_id, parameter_id, typical, minimum, maximum, basis in session.execute(query):
        readings[material_id][parameters[parameter_id].code] = Reading(
            typical=typical, minimum=minimum, maximum=maximum, basis=basis, moisture=None
        )
    for of_material in readings.values():
        if (wet := of_material.get(MOISTURE)) is not None:
            for code, reading in of_material.items():
                of_material[code] = replace(reading, moisture=wet.typical)
    return readings


def _moisture(value: Millionths) -> Reading:
    return Reading(typical=value, minimum=None, maximum=None, basis=AS_RECEIVED, moisture=None)


_DEMANDS = (
    select(
        Demand.id,
        Demand.version,
        Demand.site_id,
        Demand.organization_id,
        Demand.vehicles,
        Demand.price_minor_per_tonne,
        Demand.vat_included,
        Demand.radius_m,
        Demand.area,
        Site.public_lat,
        Site.public_lon,
        Region.adcode,
    )
    .join(Site, Site.id == Demand.site_id)
    .outerjoin(Region, Region.id == Site.region_id)
    .where(Demand.state == State.PUBLISHED.value)
    .order_by(Demand.id)
)


def _open_demands(
    session: Session,
    ids: Collection[int] | None,
    today: date,
    vat_rate_permille: int,
    codes: Mapping[int, CodeFacts],
    profile: Profile,
) -> Iterable[OpenDemand]:
    rows = [
        row
        for where in conditions(Demand.id, ids)
        for row in session.execute(_DEMANDS.where(where))
    ]
    kept = None if ids is None else [row.id for row in rows]
    months = _months(
        session, DemandMonth.demand_id, DemandMonth.month, DemandMonth.capacity_g, kept
    )
    closures = closures_of(session, DemandClosure.demand_id, kept)
    limits = limits_by_demand(session, kept)
    stated = _codes(session, kept)
    site_ids = None if kept is None else {row.site_id for row in rows}
    papers = papers_by_site(session, site_ids, on=today)
    rights: dict[tuple[int, int], _Right] = {}
    for row in rows:
        of_row = {}
        for code_id in stated.get(row.id, ()):
            key = (row.site_id, code_id)
            if key not in rights:
                held = papers.get(row.site_id, ())
                rights[key] = _right(profile, codes[code_id], held, today)
            of_row[code_id] = rights[key]
        yield OpenDemand(
            id=row.id,
            version=row.version,
            site_id=row.site_id,
            organization_id=row.organization_id,
            province=province_of(row.adcode),
            lat=row.public_lat,
            lon=row.public_lon,
            vehicles=row.vehicles,
            price_minor_per_tonne=with_vat(
                row.price_minor_per_tonne,
                vat_included=row.vat_included,
                vat_rate_permille=vat_rate_permille,
            ),
            radius_m=row.radius_m,
            area=row.area,
            months_g=_coming(months.get(row.id), closures.get(row.id, ()), today),
            limits=tuple(limits.get(row.id, ())),
            codes=tuple(code for code, right in of_row.items() if not right.gaps),
            refused={code: right.gaps for code, right in of_row.items() if right.gaps},
            unverified=frozenset(code for code, right in of_row.items() if right.unverified),
        )


class _Right(NamedTuple):
    """What is missing, and whether it would be more if only verified papers counted."""

    gaps: tuple[Gap, ...]
    unverified: bool


def _right(profile: Profile, code: CodeFacts, papers: Sequence[PaperFacts], today: date) -> _Right:
    gaps = profile.may_receive(code, papers, on=today).gaps
    if all(paper.verified for paper in papers):
        return _Right(gaps, unverified=False)
    strict = profile.may_receive(code, papers, on=today, purpose=Purpose.DEALING).gaps
    return _Right(gaps, unverified=bool(strict))


def _coming(
    masses: Mapping[int, Grams] | None, closures: Sequence[Closure], today: date
) -> tuple[Grams, ...]:
    stated = masses or {}
    months_g = tuple(stated.get(month, Grams(0)) for month in range(1, 13))
    return coming_months_g(months_g, closures, today=today) if closures else months_g


def _months(
    session: Session,
    owner: InstrumentedAttribute[int],
    month: InstrumentedAttribute[int],
    mass_g: InstrumentedAttribute[Grams],
    ids: Collection[int] | None,
) -> dict[int, dict[int, Grams]]:
    found: dict[int, dict[int, Grams]] = defaultdict(dict)
    for wanted in conditions(owner, ids):
        for owner_id, number, mass in session.execute(select(owner, month, mass_g).where(wanted)):
            found[owner_id][number] = mass
    return found


def _codes(session: Session, ids: Collection[int] | None) -> dict[int, list[int]]:
    query = select(DemandCode.demand_id, DemandCode.waste_code_id).order_by(
        DemandCode.demand_id, DemandCode.waste_code_id
    )
    found: dict[int, list[int]] = defaultdict(list)
    for wanted in conditions(DemandCode.demand_id, ids):
        for demand_id, code_id in session.execute(query.where(wanted)):
            found[demand_id].append(code_id)
    return found
