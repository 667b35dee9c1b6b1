"""Papers on file, the profiles of jurisdictions, and what they say of real codes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.catalogue.queries import code_ids_of
from app.compliance.inputs import FilePaper
from app.compliance.queries import (
    code_facts,
    indicator_sets,
    number_forms,
    papers_by_site,
    papers_of,
    profile_of,
    schemes_of,
    weight_limits,
)
from app.compliance.services import file_papers, load_profiles
from models.compliance.rights import Fault, PaperFacts
from models.compliance.tables import (
    ControlledCode,
    CrossingRule,
    Indicator,
    JurisdictionScheme,
    NumberFormat,
    PaperCode,
    PaperRequirement,
    StageExemption,
    WeightLimit,
)
from models.errors import Invalid, NotAllowed
from models.permissions import SYSTEM, VISITOR, Actor, Role
from tests.app.streams.books import refused, told
from tests.market import FLY_ASH, NOON, TODAY

GENERAL, INCINERATION_ASH, EXEMPT_ASH, CHROME_ASH = (
    FLY_ASH, "772-002-18", "772-003-18", "321-024-48",
)  # fmt: skip
EXEMPT_CATEGORY, LEAF_OF_EXEMPT = "HW34", "900-300-34"


def paper(market, **changed):
    return FilePaper.model_validate(
        {
            "site_id": str(market.recycler_site_id),
            "kind": "hazardous_permit",
            "number": "P-1",
            "valid_from": "2026-01-01",
            "valid_until": "2026-12-31",
            "ways": "utilize",
        }
        | changed
    )


def held(kind, *codes, **changed):
    facts = {"number": "P-1", "valid_from": TODAY, "valid_until": None}
    return PaperFacts(kind=kind, codes=frozenset(codes), **facts | changed)


def code(session, text):
    (code_id,) = code_ids_of(session, [text])
    return code_facts(session)[code_id]


def gaps(session, jurisdiction, text, papers):
    found = profile_of(session, jurisdiction).gaps(code(session, text), papers, on=TODAY)
    return {gap.requirement: gap.fault for gap in found}


def test_papers_are_filed_and_each_is_one_event_and_one_job(session, market):
    commands = [paper(market), paper(market, kind="eia_approval", yearly_quota_t="1,200")]
    papers, events, jobs = told(session, file_papers, commands, actor=market.recycler, now=NOON)
    assert [each.kind for each in papers] == ["hazardous_permit", "eia_approval"]
    assert [each.yearly_quota_g for each in papers] == [None, 1_200_000_000]
    assert [each.organization_id for each in papers] == [market.recycler.organization_id] * 2
    site_id = market.recycler_site_id
    assert events == [("paper.filed", {"paper_id": each.id, "site_id": site_id}) for each in papers]
    assert jobs == [("matchmaking.refresh_site", {"site_id": site_id})] * 2


def test_papers_of_the_demonstration_are_no_news(session, market):
    (filed,), events, jobs = told(
        session, file_papers, [paper(market)], actor=market.recycler, now=NOON, demonstration=True
    )
    assert filed.demonstration is True
    assert (events, jobs) == ([], [])


def test_the_codes_of_a_permit_are_stored_once_however_they_are_spelled(session, market):
    codes = [EXEMPT_ASH, "772 003 18", "HW18"]
    (filed,) = file_papers(session, [paper(market, codes=codes)], actor=market.recycler, now=NOON)
    stored = session.scalars(
        select(PaperCode.waste_code_id).where(PaperCode.paper_id == filed.id)
    ).all()
    assert sorted(stored) == sorted(code_ids_of(session, [EXEMPT_ASH, "HW18"]))
    (facts,) = [
        each
        for each in papers_by_site(session, on=TODAY)[market.recycler_site_id]
        if each.kind == "hazardous_permit"
    ]
    assert facts.codes == frozenset(stored)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"valid_until": "2025-12-31"}, "paper-validity", "valid_until"),
        ({"codes": ["HW18", "HW99"]}, "waste-code-unknown", "codes"),
        ({"codes": ["10"]}, "waste-code-ambiguous", "codes"),
    ],
)
def test_a_paper_that_cannot_be_is_refused_with_all_that_came_with_it(
    session, market, changed, code, field
):
    commands = [paper(market), paper(market, **changed)]
    refusal = refused(session, Invalid, file_papers, commands, actor=market.recycler, now=NOON)
    assert (refusal.code, refusal.facts["field"]) == (code, field)


def test_a_paper_may_end_on_the_day_it_begins(session, market):
    command = paper(market, valid_from="2026-06-01", valid_until="2026-06-01")
    (filed,) = file_papers(session, [command], actor=market.recycler, now=NOON)
    assert filed.valid_until == date(2026, 6, 1)


def test_papers_are_filed_for_ones_own_sites_alone(session, market):
    command = [paper(market)]
    refusal = refused(session, Invalid, file_papers, command, actor=market.stranger, now=NOON)
    assert refusal.code == "site-not-yours"
    viewer = Actor(user_id=2, organization_id=market.recycler.organization_id, role=Role.VIEWER)
    for actor in (VISITOR, viewer, market.operator):
        refusal = refused(session, NotAllowed, file_papers, command, actor=actor, now=NOON)
        assert refusal.facts == {"needed": "manage_papers"}


def test_papers_are_listed_with_those_that_end_first_on_top(session, market):
    commands = [
        paper(market, number="open", valid_until=""),
        paper(market, number="late", valid_until="2027-01-01"),
        paper(market, number="soon", valid_until="2026-06-02"),
    ]
    file_papers(session, commands, actor=market.recycler, now=NOON)
    numbers = [row.number for row in papers_of(session, market.recycler.organization_id, on=TODAY)]
    assert numbers == ["soon", "eia_approval-1", "discharge_permit-1", "late", "open"]
    assert papers_of(session, market.stranger.organization_id, on=TODAY) == []


def test_papers_are_read_of_the_sites_asked_for(session, market):
    found = papers_by_site(session, [market.recycler_site_id, market.factory_site_id], on=TODAY)
    assert {site_id: len(papers) for site_id, papers in found.items()} == {
        market.recycler_site_id: 2
    }
    assert papers_by_site(session, [], on=TODAY) == {}


def test_profiles_loaded_anew_are_the_same(session):
    def rows():
        tables = (
            PaperRequirement, CrossingRule, StageExemption, ControlledCode, JurisdictionScheme,
            WeightLimit, NumberFormat, Indicator,
        )  # fmt: skip
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]

    before = rows()
    assert load_profiles(session, actor=SYSTEM) == sum(before)
    assert rows() == before == [16, 19, 53, 7, 6, 19, 8, 13]
    with pytest.raises(NotAllowed):
        load_profiles(session, actor=VISITOR)


def test_general_waste_in_china_needs_an_assessment_and_a_permit_or_registration(session):
    assert gaps(session, "CN", GENERAL, []) == {
        "environmental_assessment": Fault.MISSING,
        "discharge": Fault.MISSING,
    }
    for kind in ("discharge_permit", "discharge_registration"):
        assert gaps(session, "CN", GENERAL, [held("eia_approval"), held(kind)]) == {}


def test_hazardous_waste_in_china_needs_a_permit_that_covers_it(session):
    basis = [held("eia_approval"), held("discharge_permit")]
    assert gaps(session, "CN", INCINERATION_ASH, []) == {
        "environmental_assessment": Fault.MISSING,
        "discharge": Fault.MISSING,
        "operating_permit": Fault.MISSING,
    }
    own, category, other = (
        code(session, text).id for text in (INCINERATION_ASH, "HW18", EXEMPT_ASH)
    )
    for covered in (own, category):
        permit = held("hazardous_permit", covered)
        assert gaps(session, "CN", INCINERATION_ASH, [*basis, permit]) == {}
    for permit in (held("hazardous_permit", other), held("hazardous_permit")):
        assert gaps(session, "CN", INCINERATION_ASH, [*basis, permit]) == {
            "operating_permit": Fault.CODE_NOT_COVERED
        }


def test_a_registration_is_not_enough_for_hazardous_waste(session):
    papers = [held("eia_approval"), held("discharge_registration")]
    assert gaps(session, "CN", INCINERATION_ASH, papers)["discharge"] is Fault.MISSING


@pytest.mark.parametrize(
    ("text", "exempt"),
    [
        (EXEMPT_ASH, True),
        (CHROME_ASH, True),
        (EXEMPT_CATEGORY, True),
        (LEAF_OF_EXEMPT, True),
        (INCINERATION_ASH, False),
        ("HW18", False),
    ],
)
def test_evidence_of_an_exemption_counts_for_what_the_national_list_exempts(session, text, exempt):
    evidence = held("exemption_evidence", code(session, text).id)
    papers = [held("eia_approval"), held("discharge_permit"), evidence]
    expected = {} if exempt else {"operating_permit": Fault.MISSING}
    assert gaps(session, "CN", text, papers) == expected


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("HW01", {"collect", "transport", "dispose"}),
        ("841-001-01", {"collect", "transport", "dispose"}),  # its category is exempt at collecting
        ("900-003-04", {"collect", "transport", "utilize", "dispose"}),
        ("900-210-08", {"transport"}),
        (INCINERATION_ASH, {"transport", "dispose"}),
        ("900-041-49", {"collect", "transport", "utilize", "dispose"}),
        (CHROME_ASH, {"utilize"}),
        ("HW18", set()),
    ],
)
def test_an_exemption_holds_at_its_own_stage_alone(session, text, stages):
    profile, own = profile_of(session, "CN"), code(session, text)
    exempt = {stage for stage, codes in profile.exempt_codes.items() if own.lineage & codes}
    assert exempt == stages
    basis = [held("eia_approval"), held("discharge_permit")]
    for way in ("collect", "utilize", "dispose"):
        evidence = held("exemption_evidence", own.id, ways=frozenset({way}))
        ruling = profile.may_receive(own, [*basis, evidence], on=TODAY, way=way)
        assert ruling.allowed is (way in stages)
        other = held("exemption_evidence", own.id, ways=frozenset({"store"}))
        assert not profile.may_receive(own, [*basis, other], on=TODAY, way=way).allowed


@pytest.mark.parametrize(("text", "kind"), [("900-008-S17", "weee_qualification"), (GENERAL, None)])
def test_electrical_waste_asks_for_a_paper_of_its_own(session, text, kind):
    basis = [held("eia_approval"), held("discharge_permit")]
    expected = {} if kind is None else {"weee_treatment": Fault.MISSING}
    assert gaps(session, "CN", text, basis) == expected
    if kind is not None:
        assert gaps(session, "CN", text, [*basis, held(kind)]) == {}


def test_elsewhere_a_site_needs_an_approval_and_hazardous_waste_a_permit_that_names_it(session):
    own = code(session, EXEMPT_ASH).id
    assert gaps(session, "generic", GENERAL, []) == {"site_approval": Fault.MISSING}
    for kind in ("eia_approval", "waste_permit"):
        assert gaps(session, "generic", GENERAL, [held(kind)]) == {}
    assert gaps(session, "generic", EXEMPT_ASH, []) == {"waste_treatment": Fault.MISSING}
    assert gaps(session, "generic", EXEMPT_ASH, [held("waste_permit", own)]) == {}


@pytest.mark.parametrize(
    ("jurisdiction", "schemes", "heaviest_t", "sets"),
    [
        ("CN", ("CN-SW", "CN-HW", "GBT39198"), 49,
         {"green_park", "eco_industrial_park", "zero_waste_city"}),
        ("EU", ("EWC",), 40, {"circular_economy"}),
        ("generic", ("BASEL", "EWC"), 40, {"basic"}),
    ],
)  # fmt: skip
def test_a_profile_ships_schemes_weights_numbers_and_indicators(
    session, jurisdiction, schemes, heaviest_t, sets
):
    assert schemes_of(session, jurisdiction) == schemes
    assert max(weight_limits(session, jurisdiction).values()) == heaviest_t * 1_000_000
    assert {"manifest", "register"} <= set(number_forms(session, jurisdiction))
    found = indicator_sets(session, jurisdiction)
    assert set(found) == sets
    assert {rows[0].formula for rows in found.values()} == {"utilization_rate"}


@pytest.mark.parametrize("text", [GENERAL, EXEMPT_ASH, "10 01 02"])
def test_in_the_union_a_permit_names_the_waste_and_no_exemption_helps(session, text):
    own = code(session, text).id
    assert gaps(session, "EU", text, []) == {"waste_treatment": Fault.MISSING}
    assert gaps(session, "EU", text, [held("exemption_evidence", own)]) == {
        "waste_treatment": Fault.MISSING
    }
    assert gaps(session, "EU", text, [held("waste_permit", own)]) == {}
    assert gaps(session, "EU", text, [held("waste_permit")]) == {
        "waste_treatment": Fault.CODE_NOT_COVERED
    }


def test_a_permit_of_the_union_for_a_chapter_covers_its_entries(session):
    chapter = code(session, "EWC 10").id
    assert gaps(session, "EU", "10 01 02", [held("waste_permit", chapter)]) == {}


def test_a_code_of_unknown_hazard_is_treated_as_hazardous(session):
    assert code(session, "EWC 10").kind == "hazardous"
    assert (code(session, "10 01 02").kind, code(session, EXEMPT_ASH).kind) == (
        "general", "hazardous",
    )  # fmt: skip


def test_a_lineage_holds_the_code_and_all_categories_above_it(session):
    ids = code_ids_of(session, ["10 01 02", "10 01", "EWC 10"])
    assert code(session, "10 01 02").lineage == frozenset(ids)


@pytest.mark.parametrize(
    ("jurisdiction", "text", "outcome"),
    [
        ("CN", GENERAL, "filing"),
        ("CN", EXEMPT_ASH, "approval"),
        ("EU", "10 01 02", "none"),
        ("EU", EXEMPT_ASH, "approval"),
    ],
)
def test_a_crossing_to_be_utilized_asks_for_what_the_law_says(session, jurisdiction, text, outcome):
    profile, facts = profile_of(session, jurisdiction), code(session, text)
    assert profile.crossing(facts, same_province=False)[0] == outcome
    assert profile.crossing(facts, same_province=True) == ("none", "")


def test_a_permit_that_ends_tomorrow_counts_today(session):
    own = code(session, INCINERATION_ASH).id
    days = {"valid_from": TODAY - timedelta(days=9), "valid_until": TODAY}
    permit = held("hazardous_permit", own, **days)
    papers = [held("eia_approval"), held("discharge_permit"), permit]
    assert gaps(session, "CN", INCINERATION_ASH, papers) == {}
    facts, profile = code(session, INCINERATION_ASH), profile_of(session, "CN")
    (gap,) = profile.gaps(facts, papers, on=TODAY + timedelta(days=1))
    assert (gap.requirement, gap.fault, gap.day) == ("operating_permit", Fault.EXPIRED, TODAY)
    assert gap.clause == "Solid Waste Law 2020 art. 80"
