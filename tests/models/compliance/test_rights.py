"""The right to receive: what is missing, what is wrong with the best paper, what exempts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.compliance.rights import (
    EXEMPTION,
    PAPER_KINDS,
    Fault,
    Gap,
    PaperFacts,
    Question,
    Requirement,
    missing_rights,
    requirements_of,
)

TODAY = date(2026, 6, 1)
DAY = timedelta(days=1)
LEAF, CATEGORY, STRANGER = 31, 3, 99
LINEAGE = frozenset({LEAF, CATEGORY})
DISCHARGE = Requirement(
    name="discharge",
    kinds=frozenset({"discharge_permit", "discharge_registration"}),
    covers_codes=False,
    clause="art. 39",
)
PERMIT = Requirement(
    name="operating_permit",
    kinds=frozenset({"hazardous_permit", EXEMPTION}),
    covers_codes=True,
    clause="art. 80",
)


def paper(kind="discharge_permit", **changed):
    facts = {
        "number": "P-1",
        "valid_from": TODAY - 10 * DAY,
        "valid_until": TODAY + 10 * DAY,
        "codes": frozenset({LEAF}),
    }
    return PaperFacts(kind=kind, **facts | changed)


def gaps(requirements, papers, *, exempt=False, on=TODAY):
    return missing_rights(requirements, papers, Question(lineage=LINEAGE, exempt=exempt, on=on))


def faults(requirements, papers, **named):
    return [(gap.requirement, gap.fault) for gap in gaps(requirements, papers, **named)]


def test_without_requirements_everything_may_be_received():
    assert gaps([], []) == ()


def test_a_missing_paper_is_named_with_its_alternatives_and_its_clause():
    assert gaps([DISCHARGE], [paper("eia_approval")]) == (
        Gap(
            requirement="discharge",
            fault=Fault.MISSING,
            kinds=("discharge_permit", "discharge_registration"),
            number=None,
            day=None,
            clause="art. 39",
        ),
    )


@pytest.mark.parametrize("kind", ["discharge_permit", "discharge_registration"])
def test_any_one_of_the_alternatives_is_enough(kind):
    assert gaps([DISCHARGE], [paper(kind)]) == ()


def test_an_expired_alternative_does_not_spoil_a_valid_one():
    expired = paper("discharge_permit", valid_until=TODAY - DAY)
    for papers in ([expired, paper("discharge_registration")], [paper(), expired]):
        assert gaps([DISCHARGE], papers) == ()


@pytest.mark.parametrize(
    ("on", "fault", "day"),
    [
        (TODAY - 11 * DAY, Fault.NOT_YET_VALID, TODAY - 10 * DAY),
        (TODAY - 10 * DAY, None, None),
        (TODAY + 10 * DAY, None, None),
        (TODAY + 11 * DAY, Fault.EXPIRED, TODAY + 10 * DAY),
    ],
)
def test_a_paper_counts_from_its_first_to_its_last_day(on, fault, day):
    found = gaps([DISCHARGE], [paper()], on=on)
    expected = [] if fault is None else [(fault, day, "P-1")]
    assert [(gap.fault, gap.day, gap.number) for gap in found] == expected


def test_a_paper_without_an_end_never_expires():
    assert gaps([DISCHARGE], [paper(valid_until=None)], on=date(2999, 1, 1)) == ()


@pytest.mark.parametrize("codes", [{LEAF}, {CATEGORY}, {CATEGORY, STRANGER}])
def test_a_permit_covers_a_code_that_it_names_or_whose_category_it_names(codes):
    assert gaps([PERMIT], [paper("hazardous_permit", codes=frozenset(codes))]) == ()


@pytest.mark.parametrize("codes", [set(), {STRANGER}])
def test_a_permit_for_other_codes_or_for_none_covers_nothing(codes):
    (gap,) = gaps([PERMIT], [paper("hazardous_permit", codes=frozenset(codes))])
    assert (gap.fault, gap.number, gap.day) == (Fault.CODE_NOT_COVERED, "P-1", None)


def test_a_permit_that_names_only_a_leaf_does_not_cover_its_category():
    permit = paper("hazardous_permit", codes=frozenset({LEAF}))
    found = missing_rights(
        [PERMIT], [permit], Question(lineage=frozenset({CATEGORY}), exempt=False, on=TODAY)
    )
    assert [gap.fault for gap in found] == [Fault.CODE_NOT_COVERED]


def test_evidence_of_an_exemption_counts_only_where_the_list_exempts_the_code():
    evidence = [paper(EXEMPTION)]
    assert gaps([PERMIT], evidence, exempt=True) == ()
    assert faults([PERMIT], evidence) == [("operating_permit", Fault.MISSING)]


def test_an_exemption_without_evidence_is_no_right():
    assert faults([PERMIT], [], exempt=True) == [("operating_permit", Fault.MISSING)]


def test_evidence_of_an_exemption_that_has_expired_is_no_right():
    evidence = paper(EXEMPTION, valid_until=TODAY - DAY)
    assert faults([PERMIT], [evidence], exempt=True) == [("operating_permit", Fault.EXPIRED)]


def test_of_several_failing_papers_the_one_that_is_easiest_to_mend_is_named():
    uncovered = paper("hazardous_permit", number="U", codes=frozenset({STRANGER}))
    expired = paper("hazardous_permit", number="E", valid_until=TODAY - DAY)
    coming = paper("hazardous_permit", number="C", valid_from=TODAY + DAY)
    for papers, fault, number in (
        ([uncovered], Fault.CODE_NOT_COVERED, "U"),
        ([uncovered, expired], Fault.EXPIRED, "E"),
        ([uncovered, expired, coming], Fault.NOT_YET_VALID, "C"),
    ):
        (gap,) = gaps([PERMIT], papers)
        assert (gap.fault, gap.number) == (fault, number)


def test_of_several_expired_papers_the_one_that_ended_last_is_named():
    papers = [
        paper(number=str(ago), valid_until=TODAY - ago * DAY, valid_from=TODAY - 900 * DAY)
        for ago in (400, 2, 30)
    ]
    (gap,) = gaps([DISCHARGE], papers)
    assert (gap.number, gap.day) == ("2", TODAY - 2 * DAY)


def test_of_several_papers_to_come_the_one_that_begins_first_is_named():
    papers = [
        paper(number=str(days), valid_from=TODAY + days * DAY, valid_until=None)
        for days in (40, 3, 9)
    ]
    (gap,) = gaps([DISCHARGE], papers)
    assert (gap.number, gap.day) == ("3", TODAY + 3 * DAY)


def test_every_requirement_is_asked_on_its_own():
    assert faults([DISCHARGE, PERMIT], [paper()]) == [("operating_permit", Fault.MISSING)]
    assert faults([DISCHARGE, PERMIT], []) == [
        ("discharge", Fault.MISSING),
        ("operating_permit", Fault.MISSING),
    ]


def test_rows_of_one_requirement_become_its_alternatives():
    rows = [
        ("operating_permit", "hazardous_permit", True, "art. 80"),
        ("discharge", "discharge_permit", False, "art. 39"),
        ("operating_permit", EXEMPTION, True, "art. 80"),
        ("discharge", "discharge_registration", False, "art. 39"),
    ]
    assert requirements_of(rows) == (DISCHARGE, PERMIT)


PAPERS = st.builds(
    PaperFacts,
    kind=st.sampled_from(PAPER_KINDS),
    number=st.just("N"),
    valid_from=st.dates(date(2026, 5, 1), date(2026, 7, 1)),
    valid_until=st.none() | st.dates(date(2026, 5, 1), date(2026, 7, 1)),
    codes=st.frozensets(st.sampled_from([LEAF, CATEGORY, STRANGER])),
)


@given(st.lists(PAPERS, max_size=6), PAPERS, st.booleans())
def test_one_paper_more_never_takes_a_right_away(papers, another, exempt):
    before = {gap.requirement for gap in gaps([DISCHARGE, PERMIT], papers, exempt=exempt)}
    after = {
        gap.requirement for gap in gaps([DISCHARGE, PERMIT], [*papers, another], exempt=exempt)
    }
    assert after <= before


@given(st.lists(PAPERS, max_size=6))
def test_an_exemption_never_takes_a_right_away(papers):
    usual = {gap.requirement for gap in gaps([PERMIT], papers)}
    exempt = {gap.requirement for gap in gaps([PERMIT], papers, exempt=True)}
    assert exempt <= usual
