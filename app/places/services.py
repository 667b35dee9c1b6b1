"""Load the regions and towns; add sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.database import lock_name
from app.journal.services import record
from app.places.inputs import AddPark, AddSite, SiteFacts
from app.places.queries.facts import (
    PlaceFact,
    RegionFact,
    parent_code,
    read_places,
    read_regions,
)
from app.places.queries.regions import RegionFinder, region_finder
from app.settings import PlacesPolicy
from matching.roads.graph import RoadGraph
from models.errors import Conflict, Invalid
from models.permissions import Actor, Capability, require, require_organization
from models.places.blurring import displaced, site_key_of
from models.places.coordinates import Position, check_position, to_wgs84
from models.places.events import ParkAdded, PlacesLoaded, SiteAdded
from models.places.precision import REGION_LEVELS
from models.places.tables import Park, Place, Region, Site

_TOWN_SOURCE: Final = "geonames"
_TOWN_STATUS: Final = "secondary"
_POINTED_AT: Final = ("exact", "approximate")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPlaces:
    """How many rows a load added and changed; both zero the second time."""

    added: int
    changed: int

    def __add__(self, other: LoadedPlaces) -> LoadedPlaces:
        return LoadedPlaces(added=self.added + other.added, changed=self.changed + other.changed)


def load_places(session: Session, *, actor: Actor, now: datetime) -> LoadedPlaces:
    """Bring regions and towns up to the shipped facts. Rows no longer among them stay."""
    require(actor, Capability.LOAD_CATALOGUE)
    lock_name(session, "places:load")
    regions = read_regions()
    codes = frozenset(region.adcode for region in regions)
    done = LoadedPlaces(added=0, changed=0)
    for level in REGION_LEVELS:
        ids = _region_ids(session)
        rows = [_region_row(fact, codes, ids) for fact in regions if fact.level == level]
        done += _bring_up_to(session, Region, "adcode", rows)
    ids = _region_ids(session)
    done += _bring_up_to(
        session, Place, "geonames_id", [_place_row(fact, ids) for fact in read_places()]
    )
    if done.added or done.changed:
        event = PlacesLoaded(added=done.added, changed=done.changed)
        record(session, event, now=now, actor=actor)
    return done


def import_road_graph(source: Path, target: Path | None) -> RoadGraph:
    """Check a file of roads and put it in place of the one before; a broken one changes nothing."""
    try:
        if target is None:
            return RoadGraph.load(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent) as folder:
            draft = copyfile(source, Path(folder) / target.name)
            graph = RoadGraph.load(draft)
            draft.replace(target)
        return graph
    except ValueError as error:
        raise Invalid(
            "not-a-road-graph", "This file is no graph of roads.", reason=str(error)
        ) from error


def add_site(
    session: Session, command: AddSite, *, actor: Actor, now: datetime, policy: PlacesPolicy
) -> Site:
    """Add a site for the organization the actor acts for."""
    check_position(command.lat, command.lon)
    lat, lon = to_wgs84(command.lat, command.lon, command.coordinate_system)
    facts = SiteFacts(
        name=command.name,
        name_zh=command.name_zh,
        kind=command.kind,
        lat=lat,
        lon=lon,
        precision=command.precision,
        coordinate_source="owner" if command.precision in _POINTED_AT else "geocoder",
        blurred=command.blurred,
    )
    return store_site(session, facts, actor=actor, now=now, policy=policy)


def add_park(session: Session, command: AddPark, *, actor: Actor, now: datetime) -> Park:
    """Add an industrial park; organizations then say that they belong to it."""
    require(actor, Capability.MANAGE_PARKS)
    check_position(command.lat, command.lon)
    lat, lon = to_wgs84(command.lat, command.lon, command.coordinate_system)
    lock_name(session, "parks:add")
    same = select(Park.id).where(
        (Park.name_en == command.name_en) | (Park.name_zh == command.name_zh)
    )
    if session.scalar(same.limit(1)) is not None:
        raise Conflict("park-known", "There is a park of this name already.", field="name_en")
    region = region_finder(session).at(lat, lon)
    park = Park(
        name_en=command.name_en,
        name_zh=command.name_zh,
        lat=lat,
        lon=lon,
        region_id=None if region is None else region.id,
    )
    session.add(park)
    session.flush()
    record(session, ParkAdded(park_id=park.id), now=now, actor=actor)
    return park


def store_site(
    session: Session,
    facts: SiteFacts,
    *,
    actor: Actor,
    now: datetime,
    policy: PlacesPolicy,
    regions: RegionFinder | None = None,
) -> Site:
    """Store a site with its region and public position; a known external key stores it once.

    Callers with many sites hand in one `region_finder(session)` for all of them.
    """
    owner_id = require_organization(actor, Capability.MANAGE_SITES)
    check_position(facts.lat, facts.lon)
    if facts.external_key is not None and (known := _known_site(session, facts, owner_id)):
        return known
    public_lat, public_lon = _public_position(facts, owner_id, policy)
    # Of the public position too: a true region beside a displaced point would narrow the place.
    region = (regions or region_finder(session)).at(public_lat, public_lon)
    site = Site(
        organization_id=owner_id,
        external_key=facts.external_key,
        name=facts.name,
        name_zh=facts.name_zh,
        kind=facts.kind,
        lat=facts.lat,
        lon=facts.lon,
        precision=facts.precision,
        coordinate_source=facts.coordinate_source,
        region_id=None if region is None else region.id,
        blurred=facts.blurred,
        public_lat=public_lat,
        public_lon=public_lon,
        capacity_note=facts.capacity_note,
        source=facts.source,
        created_at=now,
    )
    session.add(site)
    session.flush()
    event = SiteAdded(site_id=site.id, organization_id=owner_id)
    record(session, event, now=now, actor=actor)
    return site


def _known_site(session: Session, facts: SiteFacts, owner_id: int) -> Site | None:
    lock_name(session, f"site:{facts.external_key}")
    known = session.scalar(select(Site).where(Site.external_key == facts.external_key))
    if known is not None and known.organization_id != owner_id:
        raise Conflict(
            "site-key-taken",
            "Another organization already has a site of this key.",
            external_key=facts.external_key,
        )
    return known


def _public_position(facts: SiteFacts, owner_id: int, policy: PlacesPolicy) -> Position:
    if not facts.blurred:
        return facts.lat, facts.lon
    site_key = site_key_of(owner_id, facts.lat, facts.lon)
    return displaced(facts.lat, facts.lon, key=policy.blur_key, site_key=site_key)


def _region_ids(session: Session) -> dict[str, int]:
    return dict(session.execute(select(Region.adcode, Region.id)).all())


def _region_row(fact: RegionFact, codes: frozenset[str], ids: Mapping[str, int]) -> dict[str, Any]:
    above = parent_code(fact.adcode, codes)
    return {
        "adcode": fact.adcode,
        "level": fact.level,
        "parent_id": None if above is None else ids[above],
        "name_en": fact.name_en,
        "name_zh": fact.name_zh,
        "full_name_zh": fact.full_name_zh,
        "lat": fact.lat,
        "lon": fact.lon,
        "precision": fact.precision,
        "population": fact.population,
        "source": fact.source,
        "status": fact.status,
    }


def _place_row(fact: PlaceFact, ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "geonames_id": fact.geonames_id,
        "region_id": ids[fact.province_code],
        "name_en": fact.name_en,
        "name_zh": fact.name_zh,
        "lat": fact.lat,
        "lon": fact.lon,
        "population": fact.population,
        "source": _TOWN_SOURCE,
        "status": _TOWN_STATUS,
    }


def _bring_up_to(
    session: Session, table: type[Region | Place], key: str, rows: Sequence[Mapping[str, Any]]
) -> LoadedPlaces:
    """Insert what is new and change what differs, in bulk; keyed by what the source calls it."""
    names = list(rows[0])
    wanted = select(table.id, *(getattr(table, name) for name in names))
    stored = {row[key]: dict(row) for row in session.execute(wanted).mappings()}
    new = [row for row in rows if row[key] not in stored]
    changed = [
        {"id": stored[row[key]]["id"], **row}
        for row in rows
        if row[key] in stored and any(stored[row[key]][name] != row[name] for name in names)
    ]
    if new:
        session.execute(insert(table), new)
    if changed:
        session.execute(update(table), changed)
    return LoadedPlaces(added=len(new), changed=len(changed))
