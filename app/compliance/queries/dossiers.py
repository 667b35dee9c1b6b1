"""The trustee dossier: all that is on file about a receiver, checked against the law."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.compliance.queries.papers import PaperRow, papers_by_site, papers_of
from app.compliance.queries.profiles import code_facts, profile_of, schemes_of
from app.settings import CompliancePolicy
from models.accounts.tables import Organization
from models.catalogue.tables import WasteCode
from models.compliance.dossiers import content_digest
from models.compliance.papers import PaperState
from models.compliance.rights import Purpose
from models.compliance.rules.receiving import Ruling
from models.compliance.rules.trustees import check_trustee
from models.compliance.rules.verdicts import Outcome, Verdict, gravest
from models.errors import NotFound
from models.permissions import Actor, Capability, Limit, may_look_into
from models.places.tables import Region, Site
from models.quantities import Grams

_ON_FILE = frozenset({PaperState.UNVERIFIED, PaperState.VERIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedCapacity:
    """What a receiver says in public that a site takes. Told by the feature that knows demands."""

    site_id: int
    name: str
    year_g: Grams
    code_ids: tuple[int, ...]


TellCapacities = Callable[[Session, int], Sequence[StatedCapacity]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPaper:
    """A paper as others may see it: no reason of a refusal, no file."""

    kind: str
    number: str
    valid_from: date
    valid_until: date | None
    badge: str
    ways: tuple[str, ...]
    codes: tuple[str, ...]
    yearly_quota_g: Grams | None
    left_g: Grams | None
    state: PaperState
    decided_on: date | None
    decided_for_en: str | None
    decided_for_zh: str | None
    demonstration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCheck:
    """What the law says of one code at one site."""

    code: str
    name_en: str
    name_zh: str | None
    hazardous: bool
    outcome: Outcome
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierSite:
    """A site by its name, or by a number where its owner blurs it; never its position."""

    number: int
    name_en: str | None
    name_zh: str | None
    kind: str
    region_en: str | None
    region_zh: str | None
    capacities: tuple[tuple[str, Grams], ...]
    papers: tuple[DossierPaper, ...]
    checks: tuple[CodeCheck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    organization_id: int
    name_en: str
    name_zh: str | None
    register: str
    country: str
    register_number: str | None
    standing: str
    verified_on: date | None
    demonstration: bool
    invented: bool
    jurisdiction: str
    on: date
    sites: tuple[DossierSite, ...]


def dossier_digest(dossier: Dossier) -> str:
    return content_digest(dossier)


def dossier_of(
    session: Session,
    organization_id: int,
    *,
    actor: Actor,
    on: date,
    policy: CompliancePolicy,
    tell_capacities: TellCapacities,
) -> Dossier:
    """The dossier of a receiver, for whoever considers it; a stranger's does not exist."""
    organization = session.get(Organization, organization_id)
    capacities = () if organization is None else tell_capacities(session, organization_id)
    if organization is None or not _may_read(actor, organization_id, receives=bool(capacities)):
        raise NotFound("organization-unknown", "There is no such organization.")
    return Dossier(
        organization_id=organization.id,
        name_en=organization.name,
        name_zh=organization.name_zh,
        register=organization.register,
        country=organization.country,
        register_number=organization.register_number,
        standing=organization.standing,
        verified_on=_day(organization.verified_at, policy),
        demonstration=organization.demonstration,
        invented=organization.invented,
        jurisdiction=policy.jurisdiction,
        on=on,
        sites=_sites(session, organization_id, capacities, on=on, policy=policy),
    )


def _may_read(actor: Actor, organization_id: int, *, receives: bool) -> bool:
    if not actor.may(Capability.READ_PARTNERS):
        return False
    if actor.organization_id == organization_id or may_look_into(actor, organization_id):
        return True
    return receives and Limit.UNVERIFIED not in actor.limits


def _day(instant: datetime | None, policy: CompliancePolicy) -> date | None:
    return None if instant is None else instant.astimezone(policy.time_zone).date()


def _sites(
    session: Session,
    organization_id: int,
    capacities: Sequence[StatedCapacity],
    *,
    on: date,
    policy: CompliancePolicy,
) -> tuple[DossierSite, ...]:
    rows = session.execute(
        select(
            Site.id,
            Site.name,
            Site.name_zh,
            Site.kind,
            Site.blurred,
            Region.name_en.label("region_en"),
            Region.full_name_zh.label("region_zh"),
        )
        .outerjoin(Region, Region.id == Site.region_id)
        .where(Site.organization_id == organization_id)
        .order_by(Site.id)
    ).all()
    papers = papers_of(session, organization_id, on=on)
    # A site that neither receives nor holds a paper has nothing to do with the check.
    used = {one.site_id for one in capacities} | {one.site_id for one in papers}
    checks = _checks(session, capacities, on=on, policy=policy)
    return tuple(
        DossierSite(
            number=number,
            name_en=None if row.blurred else row.name,
            name_zh=None if row.blurred else row.name_zh,
            kind=row.kind,
            region_en=row.region_en,
            region_zh=row.region_zh,
            capacities=tuple((one.name, one.year_g) for one in capacities if one.site_id == row.id),
            papers=tuple(_shown(one, policy) for one in papers if _counts(one, row.id)),
            checks=tuple(checks.get(row.id, ())),
        )
        for number, row in enumerate((row for row in rows if row.id in used), start=1)
    )


def _counts(paper: PaperRow, site_id: int) -> bool:
    return paper.site_id == site_id and paper.state in _ON_FILE


def _shown(paper: PaperRow, policy: CompliancePolicy) -> DossierPaper:
    return DossierPaper(
        kind=paper.kind,
        number=paper.number,
        valid_from=paper.valid_from,
        valid_until=paper.valid_until,
        badge=paper.badge,
        ways=paper.ways,
        codes=paper.codes,
        yearly_quota_g=paper.yearly_quota_g,
        left_g=paper.left_g,
        state=paper.state,
        decided_on=_day(paper.decided_at, policy),
        decided_for_en=paper.decided_for_en,
        decided_for_zh=paper.decided_for_zh,
        demonstration=paper.demonstration,
    )


def _checks(
    session: Session, capacities: Sequence[StatedCapacity], *, on: date, policy: CompliancePolicy
) -> Mapping[int, list[CodeCheck]]:
    """By site, each code that it says it takes, as strictly as a deal would be asked."""
    if not capacities:
        return {}
    profile = profile_of(session, policy.jurisdiction)
    codes = code_facts(session)
    papers = papers_by_site(session, {one.site_id for one in capacities}, on=on)
    known = _of_schemes(session, capacities, policy.jurisdiction)
    wanted = sorted({(one.site_id, code) for one in capacities for code in one.code_ids})
    wanted = [(site_id, code) for site_id, code in wanted if code in known]
    names = {
        row.id: row
        for row in session.execute(
            select(WasteCode.id, WasteCode.code, WasteCode.name_en, WasteCode.name_zh).where(
                WasteCode.id.in_({code_id for _, code_id in wanted})
            )
        )
    }
    found: dict[int, list[CodeCheck]] = {}
    for site_id, code_id in wanted:
        held = papers.get(site_id, [])
        ruling = profile.may_receive(codes[code_id], held, on=on, purpose=Purpose.DEALING)
        verdicts = _verdicts(ruling)
        found.setdefault(site_id, []).append(
            CodeCheck(
                code=names[code_id].code,
                name_en=names[code_id].name_en,
                name_zh=names[code_id].name_zh,
                hazardous=codes[code_id].hazardous,
                outcome=gravest(ruling.verdicts),
                verdicts=verdicts,
            )
        )
    return found


def _of_schemes(
    session: Session, capacities: Sequence[StatedCapacity], jurisdiction: str
) -> set[int]:
    """The codes that the jurisdiction knows; their equals of other schemes say nothing new.

    Where it knows none of them, all are checked rather than none.
    """
    stated = {code for one in capacities for code in one.code_ids}
    own = select(WasteCode.id).where(
        WasteCode.id.in_(stated), WasteCode.scheme.in_(schemes_of(session, jurisdiction))
    )
    return set(session.scalars(own)) or stated


def _verdicts(ruling: Ruling) -> tuple[Verdict, ...]:
    """The check of art. 37 comes last: it rests on the others, and on a contract to be signed."""
    trustee = check_trustee(ruling, capacity_stated=True, written_contract=False)
    return (*ruling.verdicts, trustee)
