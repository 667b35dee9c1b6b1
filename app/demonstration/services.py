"""Load the demonstration market through the same services that everybody else uses."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.inputs import RegisterOrganization, RegisterUser
from app.accounts.services import (
    add_authenticator,
    register_organization,
    register_organizations,
    register_user,
)
from app.catalogue.queries import specification_limits
from app.clock import day_in
from app.compliance.inputs import FilePaper
from app.compliance.services import file_papers
from app.demands.inputs import DemandTerms
from app.demands.services import adopt_demands, create_demands
from app.demonstration.compositions import CompositionDraft
from app.demonstration.facts.reading import FactSource
from app.demonstration.scenario import (
    ClosureDraft,
    DemandDraft,
    PlantSite,
    Scenario,
    StreamDraft,
)
from app.fields import INTERNAL_UNITS
from app.places.inputs import Precision, SiteFacts
from app.places.queries.regions import region_finder
from app.places.services import store_site
from app.settings import PlacesPolicy
from app.streams.inputs import AddAssay, StreamTerms
from app.streams.services import adopt_streams, check_assay, create_streams, write_assays
from models.accounts.tables import Organization, User
from models.catalogue.composition import MOISTURE
from models.catalogue.tables import Material, Parameter, Route, Specification
from models.catalogue.vocabulary import AS_RECEIVED, DRY
from models.demands.tables import Demand
from models.permissions import Actor, Capability, acting_for, require
from models.places.tables import Site
from models.streams.tables import Stream

Draft = TypeVar("Draft", StreamDraft, DemandDraft)
GUIDANCE_DAYS = 1_280  # a guidance value does not expire, but five years are the most
PAPER_AGE_DAYS = 900
CHINA = ZoneInfo("Asia/Shanghai")
_OPERATOR_EMAIL = "operator@demo.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    sites: int
    streams: int
    demands: int


@dataclass(frozen=True, slots=True)
class _Names:
    """Ids of the catalogue by the codes that the scenario uses."""

    materials: Mapping[str, int]
    routes: Mapping[str, int]
    specifications: Mapping[str, int]
    parameters: Mapping[str, int]


def load_demonstration(
    session: Session, scenario: Scenario, *, actor: Actor, now: datetime, places: PlacesPolicy
) -> Loaded:
    """Store the sites of a scenario that are not there yet, with what they have and take.

    The matches are the caller's to refresh, once for all.
    """
    require(actor, Capability.LOAD_DEMONSTRATION)
    new = _new_sites(session, scenario)
    owners = _register(session, new, actor=actor, now=now)
    regions = region_finder(session)
    credit_of = {source.key: _credit(source) for source in scenario.sources}
    site_ids: dict[str, int] = {}
    for site in new:
        facts = _site_facts(site, credit_of[site.source])
        owner = acting_for(owners[site.key])
        stored = store_site(session, facts, actor=owner, now=now, policy=places, regions=regions)
        site_ids[site.key] = stored.id
    names = _names(session)
    streams = _load_streams(session, scenario, owners, site_ids, names, now)
    demands = _load_demands(session, scenario, owners, site_ids, names, now)
    return Loaded(sites=len(new), streams=streams, demands=demands)


def _new_sites(session: Session, scenario: Scenario) -> list[PlantSite]:
    known = set(session.scalars(select(Site.external_key).where(Site.external_key.is_not(None))))
    return [site for site in scenario.sites if site.key not in known]


def _register(
    session: Session, sites: Sequence[PlantSite], *, actor: Actor, now: datetime
) -> dict[str, int]:
    """One organization a site. Names are unique in the scenario, keys everywhere."""
    commands = [
        RegisterOrganization(
            name=site.organization,
            name_zh=site.name_zh,
            external_key=site.key,
            demonstration=True,
            invented=site.invented,
        )
        for site in sites
    ]
    made = register_organizations(session, commands, actor=actor, now=now)
    return {site.key: organization.id for site, organization in zip(sites, made, strict=True)}


def _credit(source: FactSource) -> str:
    """Whom the licence asks us to name, on one line."""
    parts = (source.title, source.publisher, source.edition, source.licence)
    return ", ".join(part for part in parts if part)


def _site_facts(site: PlantSite, credit: str) -> SiteFacts:
    return SiteFacts(
        name=site.name_en,
        name_zh=site.name_zh,
        kind=site.kind,
        lat=site.latitude,
        lon=site.longitude,
        precision=cast("Precision", site.precision),
        coordinate_source=site.source,
        external_key=site.key,
        capacity_note=site.capacity_note,
        source=credit,
    )


def _names(session: Session) -> _Names:
    def ids(table: type[Material | Route | Specification | Parameter]) -> dict[str, int]:
        return dict(session.execute(select(table.code, table.id)).all())

    return _Names(
        materials=ids(Material),
        routes=ids(Route),
        specifications=ids(Specification),
        parameters=ids(Parameter),
    )


def _load_streams(
    session: Session,
    scenario: Scenario,
    owners: Mapping[str, int],
    site_ids: Mapping[str, int],
    names: _Names,
    now: datetime,
) -> int:
    drafts = _by_site(scenario.streams, site_ids)
    stored: dict[str, Stream] = {}
    for site_key, of_site in drafts.items():
        commands = [_stream_terms(draft, site_ids[site_key], names) for draft in of_site]
        owner = acting_for(owners[site_key])
        made = create_streams(session, commands, actor=owner, now=now)
        adopt_streams(session, made, [draft.key for draft in of_site], now=now)
        stored.update(zip([draft.key for draft in of_site], made, strict=True))
    assays = [
        (stored[draft.stream_key].id, _assay(draft, names, day_in(CHINA, now)))
        for draft in scenario.compositions
        if draft.stream_key in stored
    ]
    for _, command in assays:
        check_assay(session, command, now=now)
    write_assays(session, assays, now=now, estimated=True)
    return len(stored)


def _load_demands(
    session: Session,
    scenario: Scenario,
    owners: Mapping[str, int],
    site_ids: Mapping[str, int],
    names: _Names,
    now: datetime,
) -> int:
    count, today = 0, day_in(CHINA, now)
    limits = _LimitsOfSpecifications(session, names)
    for site_key, of_site in _by_site(scenario.demands, site_ids).items():
        owner = acting_for(owners[site_key])
        papers = _papers(of_site, site_ids[site_key], today)
        file_papers(session, papers, actor=owner, now=now, demonstration=True)
        commands = [
            _demand_terms(draft, site_ids[site_key], names, limits, day_in(CHINA, now))
            for draft in of_site
        ]
        made = create_demands(session, commands, actor=owner, now=now)
        adopt_demands(session, made, [draft.key for draft in of_site], now=now)
        count += len(made)
    return count


def _by_site(drafts: Sequence[Draft], site_ids: Mapping[str, int]) -> dict[str, list[Draft]]:
    grouped: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.site_key in site_ids:
            grouped[draft.site_key].append(draft)
    return grouped


def _stream_terms(draft: StreamDraft, site_id: int, names: _Names) -> StreamTerms:
    return StreamTerms.model_validate(
        {
            "site_id": site_id,
            "name": f"{draft.name_en} · {draft.name_zh}",
            "waste_code": f"{draft.code.scheme} {draft.code.code}",
            "material_id": names.materials[draft.material],
            "months_t": list(draft.monthly_mass_g),
            "vehicles": list(draft.vehicles),
            "physical_form": draft.physical_form,
            "rhythm": draft.rhythm,
            "ask_per_t": draft.ask_minor_per_tonne,
            "vat_included": draft.vat_included,
            "delivery_term": draft.delivery_term,
            "stock_t": draft.stock_g,
            "storage_limit_t": draft.storage_limit_g,
        },
        context=INTERNAL_UNITS,
    )


def _assay(draft: CompositionDraft, names: _Names, today: date) -> AddAssay:
    sampled_on = today - timedelta(days=draft.age_days)
    valid_days = GUIDANCE_DAYS if draft.valid_days is None else draft.valid_days
    return AddAssay.model_validate(
        {
            "sampled_on": sampled_on,
            "valid_until": max(sampled_on, today + timedelta(days=valid_days)),
            "laboratory": "demonstration (invented)",
            "provenance": draft.provenance,
            "basis": _basis(draft),
            "moisture": draft.moisture,
            "values": [
                {
                    "parameter": names.parameters[value.parameter],
                    "typical": value.typical,
                    "minimum": value.minimum,
                    "maximum": value.maximum,
                    "method": value.method or "",
                }
                for value in draft.values
            ],
        },
        context=INTERNAL_UNITS,
    )


def _basis(draft: CompositionDraft) -> str:
    """Scrap is weighed wet; everything else of the scenario is stated dry."""
    stated = {value.basis for value in draft.values if value.parameter != MOISTURE}
    return DRY if DRY in stated else AS_RECEIVED


class _LimitsOfSpecifications:
    """Limits of each specification as a demand states them, read once."""

    def __init__(self, session: Session, names: _Names) -> None:
        self.session = session
        self.names = names
        self.known: dict[str, list[dict[str, object]]] = {}

    def of(self, code: str | None) -> list[dict[str, object]]:
        if code is None:
            return []
        if code not in self.known:
            rows = specification_limits(self.session, self.names.specifications[code])
            self.known[code] = [
                {
                    "parameter": row.parameter_id,
                    "lower": row.lower,
                    "upper": row.upper,
                    "strict_lower": row.strict_lower,
                    "strict_upper": row.strict_upper,
                    "basis": row.basis,
                    "method": row.method or "",
                    "any_of": row.any_of or "",
                }
                for row in rows
                if row.is_gate
            ]
        return self.known[code]


def _demand_terms(
    draft: DemandDraft,
    site_id: int,
    names: _Names,
    limits: _LimitsOfSpecifications,
    today: date,
) -> DemandTerms:
    own = [
        {
            "parameter": names.parameters[limit.parameter],
            "lower": limit.lower,
            "upper": limit.upper,
            "basis": limit.basis,
            "method": limit.method or "",
        }
        for limit in draft.limits
    ]
    specified = draft.specification
    return DemandTerms.model_validate(
        {
            "site_id": site_id,
            "name": f"{draft.name_en} · {draft.name_zh}",
            "codes": [f"{code.scheme} {code.code}" for code in draft.codes],
            "material_id": names.materials[draft.materials[0]],
            "route": names.routes[draft.route],
            "specification": names.specifications[specified] if specified else None,
            "months_t": list(draft.monthly_capacity_g),
            "closures": [c for closure in draft.closures for c in _closures(closure, today)],
            "vehicles": list(draft.vehicles),
            "price_per_t": draft.gate_price_minor_per_tonne,
            "vat_included": True,
            "radius_km": draft.radius_m,
            "limits": [*limits.of(specified), *own],
        },
        context=INTERNAL_UNITS,
    )


def _closures(closure: ClosureDraft, today: date) -> Iterator[dict[str, object]]:
    """The closure of every year as dated ones, from the last that may still run to the next two."""
    over_the_year = closure.last < closure.first
    for year in (today.year - 1, today.year, today.year + 1):
        first = date(year, *closure.first)
        last = date(year + 1 if over_the_year else year, *closure.last)
        if last >= today:
            yield {"first_day": first, "last_day": last, "reason": closure.reason}


def _papers(drafts: Sequence[DemandDraft], site_id: int, today: date) -> list[FilePaper]:
    """The papers of a site: those of its demands, each number once."""
    papers: dict[tuple[str, str], FilePaper] = {}
    for draft in drafts:
        for paper in draft.papers:
            ends = paper.valid_days
            until = None if ends is None else today + timedelta(days=ends)
            papers[paper.kind, paper.number] = FilePaper(
                site_id=site_id,
                kind=paper.kind,
                number=paper.number,
                valid_from=today - timedelta(days=PAPER_AGE_DAYS),
                valid_until=until,
            )
    return list(papers.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One of the people who try the demonstration out."""

    role: str
    organization: str
    email: str
    password: str
    totp_secret: str


def open_demonstration_accounts(
    session: Session, *, actor: Actor, now: datetime, keys: Mapping[str, str]
) -> list[Credential]:
    """Accounts for a factory, a recycler and the operator; none if they are there already."""
    require(actor, Capability.LOAD_DEMONSTRATION)
    if session.scalar(select(User.id).where(User.email == _OPERATOR_EMAIL)) is not None:
        return []
    operator = RegisterOrganization(
        name="Offtake demonstration operator", demonstration=True, invented=True
    )
    operating = register_organization(session, operator, actor=actor, now=now)
    people = (
        ("factory", _largest_owner(session, Stream), "factory@demo.example", "owner"),
        ("recycler", _largest_owner(session, Demand), "recycler@demo.example", "owner"),
        ("operator", operating.id, _OPERATOR_EMAIL, "operator"),
    )
    credentials = []
    for kind, organization_id, email, role in people:
        password = secrets.token_urlsafe(15)
        user = RegisterUser.model_validate(
            {"email": email, "name": kind.title(), "password": password, "role": role}
        )
        person = register_user(session, organization_id, user, actor=actor, now=now)
        organization = session.get_one(Organization, organization_id)
        credentials.append(
            Credential(
                role=kind,
                organization=organization.name,
                email=email,
                password=password,
                totp_secret=add_authenticator(session, person.id, keys=keys, now=now),
            )
        )
    return credentials


def _largest_owner(session: Session, table: type[Stream | Demand]) -> int:
    """The organization with the largest listing of the demonstration."""
    query = select(table.organization_id).where(table.estimated).order_by(table.year_g.desc())
    return session.execute(query.order_by(table.id).limit(1)).scalar_one()
