"""Use cases of streams: what is stored, who is told, what is refused and then leaves no trace."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.settings import Settings
from app.streams.inputs import AddAssay, StreamTerms
from app.streams.queries import counting_assays, own_stream, own_streams, stream_details, terms_of
from app.streams.services import add_assay, change_stream, create_stream, move_stream
from app.wiring import job_kinds
from models.errors import Conflict, Invalid, NotAllowed, NotFound
from models.journal.tables import OutboxEvent
from models.matchmaking.tables import StoredMatch
from models.permissions import SYSTEM, VISITOR, Actor, Role
from models.streams.life import Action, State
from models.streams.tables import Assay, AssayValue, Stream, StreamClosure, StreamMonth
from tests.app.streams.books import refused, told
from tests.market import FLY_ASH, NOON, TODAY, assay_terms, parameter_id, stream_terms

LATER = NOON + timedelta(hours=1)
REFRESH = "matchmaking.refresh_stream"
CLOSURES = [{"first_day": "2026-07-01", "last_day": "2026-07-31", "reason": "Overhaul"}]


def terms(market, **changed):
    return StreamTerms.model_validate(stream_terms(market.factory_site_id) | changed)


def sample(session, measured, **changed):
    return AddAssay.model_validate(assay_terms(session, measured) | changed)


def create(session, market, **changed):
    return create_stream(session, terms(market, **changed), actor=market.factory, now=NOON)


def months_of(session, stream_id):
    query = select(StreamMonth.mass_g).where(StreamMonth.stream_id == stream_id)
    return session.scalars(query.order_by(StreamMonth.month)).all()


def test_a_new_stream_is_a_draft_that_nobody_is_told_of(session, market):
    command = terms(market, closures=CLOSURES, stock_t="5", storage_limit_t="20")
    stream, events, jobs = told(session, create_stream, command, actor=market.factory, now=NOON)
    assert (stream.state, stream.version, stream.published_at) == ("draft", 1, None)
    assert stream.organization_id == market.factory.organization_id
    assert stream.year_g == 12_000_000_000
    assert (stream.stock_g, stream.storage_limit_g) == (5_000_000, 20_000_000)
    assert (stream.ask_minor_per_tonne, stream.vat_included, stream.vehicles) == (2_000, True, 1)
    assert months_of(session, stream.id) == [1_000_000_000] * 12
    closure = session.scalars(
        select(StreamClosure).where(StreamClosure.stream_id == stream.id)
    ).one()
    assert (closure.first_day, closure.last_day) == (date(2026, 7, 1), date(2026, 7, 31))
    assert (events, jobs) == ([], [])


@pytest.mark.parametrize(
    ("action", "state"),
    [(Action.PUBLISH, State.PUBLISHED), (Action.CLOSE, State.CLOSED)],
)
def test_a_move_is_one_event_and_one_job(session, market, action, state):
    stream_id = create(session, market).id
    stream, events, jobs = told(
        session, move_stream, stream_id, action, actor=market.factory, now=LATER
    )
    assert (stream.known_state, stream.version, stream.changed_at) == (state, 2, LATER)
    payload = {"stream_id": stream_id, "action": action.value, "version": 2}
    assert events == [("stream.changed", payload)]
    assert jobs == [(REFRESH, {"stream_id": stream_id})]


def test_an_event_says_who_did_it_and_when(session, market):
    move_stream(session, market.stream_id, Action.PAUSE, actor=market.factory, now=LATER)
    event = session.scalars(select(OutboxEvent).order_by(OutboxEvent.id.desc()).limit(1)).one()
    assert (event.occurred_at, event.actor_user_id) == (LATER, market.factory.user_id)
    assert event.organization_id == market.factory.organization_id


def test_a_stream_keeps_the_instant_of_its_first_publication(session, market):
    for action in (Action.PAUSE, Action.PUBLISH):
        stream = move_stream(session, market.stream_id, action, actor=market.factory, now=LATER)
    assert (stream.published_at, stream.changed_at) == (NOON, LATER)


def test_a_change_replaces_the_calendar_and_tells_once(session, market):
    command = terms(market, months_t=["7", *[""] * 11], closures=CLOSURES * 2, ask_per_t="-35")
    stream, events, jobs = told(
        session, change_stream, market.stream_id, command, actor=market.factory, now=LATER
    )
    assert months_of(session, stream.id) == [7_000_000] + [0] * 11
    assert (stream.year_g, stream.ask_minor_per_tonne) == (7_000_000, -3_500)
    assert len(stream_details(session, stream.id).closures) == 2
    assert stream.state == "published"
    payload = {"stream_id": stream.id, "action": "change", "version": stream.version}
    assert events == [("stream.changed", payload)]
    assert jobs == [(REFRESH, {"stream_id": stream.id})]


def test_what_its_owner_has_changed_is_no_estimate_any_more(session, market):
    stream = create(session, market)
    stream.estimated = True
    session.flush()
    change_stream(session, stream.id, terms(market), actor=market.factory, now=LATER)
    session.refresh(stream)
    assert stream.estimated is False


def test_a_change_that_rests_on_an_older_version_is_refused(session, market):
    version = session.get(Stream, market.stream_id).version
    for other in (version - 1, version + 1):
        command = terms(market, version=str(other))
        refusal = refused(
            session, Conflict, change_stream, market.stream_id, command,
            actor=market.factory, now=LATER,
        )  # fmt: skip
        assert refusal.code == "listing-changed"
    command = terms(market, version=str(version))
    changed = change_stream(session, market.stream_id, command, actor=market.factory, now=LATER)
    assert changed.version == version + 1


def test_the_editor_starts_from_what_is_stored(session, market):
    spelled = {FLY_ASH: FLY_ASH, "EWC 10": "EWC 10", "EWC 10 01 02": "10 01 02"}
    for code, expected in spelled.items():
        stream = create(
            session, market, waste_code=code, closures=CLOSURES, stock_t="5", ask_per_t="-35.50",
            description="Two silos.\nOne lane.", legal_status="by_product", storage_limit_t="9",
        )  # fmt: skip
        stated = terms_of(own_stream(session, stream.id, actor=market.factory))
        again = change_stream(session, stream.id, stated, actor=market.factory, now=LATER)
        restated = terms_of(own_stream(session, stream.id, actor=market.factory))
        assert again.version == 2
        assert restated == stated.model_copy(update={"version": 2})
        assert restated.waste_code == expected


def use_cases(session, market):
    command = terms(market)
    assay = sample(session, {"loi": "4.2"})
    stream_id = market.stream_id
    return (
        lambda s, **by: change_stream(s, stream_id, command, now=LATER, **by),
        lambda s, **by: move_stream(s, stream_id, Action.PAUSE, now=LATER, **by),
        lambda s, **by: move_stream(s, stream_id, Action.PUBLISH, now=LATER, **by),
        lambda s, **by: add_assay(s, stream_id, assay, now=LATER, **by),
    )


def test_only_the_owner_changes_moves_and_assays(session, market):
    for act in use_cases(session, market):
        for actor in (market.recycler, market.stranger):
            assert refused(session, NotAllowed, act, actor=actor).code == "owned-by-others"


def test_without_the_capability_nobody_acts_not_even_for_the_owner(session, market):
    viewer = Actor(user_id=1, organization_id=market.factory.organization_id, role=Role.VIEWER)
    for act in use_cases(session, market):
        for actor in (VISITOR, viewer, market.operator):
            assert refused(session, NotAllowed, act, actor=actor).code == "capability-missing"
        assert refused(session, NotAllowed, act, actor=SYSTEM).code == "organization-missing"
    for actor in (VISITOR, viewer, market.operator):
        refusal = refused(session, NotAllowed, create_stream, terms(market), actor=actor, now=NOON)
        assert refusal.facts == {"needed": "manage_streams"}


def test_a_stranger_does_not_learn_the_state_of_a_draft(session, market):
    stream_id = create(session, market).id
    refusal = refused(
        session, NotAllowed, move_stream, stream_id, Action.PAUSE, actor=market.stranger, now=NOON
    )
    assert (refusal.code, refusal.facts) == ("owned-by-others", {})


def test_a_stream_that_is_not_there_is_not_found(session, market):
    by = {"actor": market.factory, "now": NOON}
    for act, about in (
        (change_stream, terms(market)),
        (move_stream, Action.PAUSE),
        (add_assay, sample(session, {"loi": "4.2"})),
    ):
        assert refused(session, NotFound, act, 999_999, about, **by).code == "stream-unknown"


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"months_t": ["0"] * 12}, "months-empty", "months_t-0"),
        ({"months_t": ["10,000,000"] * 12}, "year-too-large", "months_t-0"),
        (
            {"closures": [{"first_day": "2026-07-02", "last_day": "2026-07-01"}]},
            "closure-disorder",
            "closures-0-last_day",
        ),
        ({"stock_t": "21", "storage_limit_t": "20"}, "stock-above-limit", "stock_t"),
        ({"waste_code": "no such code"}, "waste-code-unknown", "waste_code"),
        ({"waste_code": "99 99 99"}, "waste-code-unknown", "waste_code"),
        ({"waste_code": "10"}, "waste-code-ambiguous", "waste_code"),
        ({"material_id": "999999"}, "material-unknown", "material_id"),
    ],
)
def test_terms_that_cannot_be_are_refused_at_their_field(session, market, changed, code, field):
    command, by = terms(market, **changed), {"actor": market.factory, "now": NOON}
    for act, subject in ((create_stream, ()), (change_stream, (market.stream_id,))):
        refusal = refused(session, Invalid, act, *subject, command, **by)
        assert (refusal.code, refusal.facts["field"]) == (code, field)


def test_a_site_of_others_is_refused(session, market):
    command = terms(market, site_id=str(market.recycler_site_id))
    by = {"actor": market.factory, "now": NOON}
    for act, subject in ((create_stream, ()), (change_stream, (market.stream_id,))):
        assert refused(session, Invalid, act, *subject, command, **by).code == "site-not-yours"


def test_a_full_store_is_no_contradiction(session, market):
    assert create(session, market, stock_t="20", storage_limit_t="20").stock_g == 20_000_000


def test_what_is_closed_is_neither_changed_nor_opened_nor_assayed(session, market):
    by = {"actor": market.factory, "now": LATER}
    move_stream(session, market.stream_id, Action.CLOSE, **by)
    for act, about, code in (
        (change_stream, terms(market), "listing-state"),
        (move_stream, Action.PUBLISH, "listing-state"),
        (move_stream, Action.CLOSE, "listing-state"),
        (add_assay, sample(session, {"loi": "4.2"}), "listing-closed"),
    ):
        assert refused(session, Conflict, act, market.stream_id, about, **by).code == code


def test_an_assay_is_stored_whole_and_told_once(session, market):
    loi = {"parameter": str(parameter_id(session, "loi")), "typical": "4", "minimum": "3",
           "maximum": "5", "deviation": "0.2", "method": "EN 196-2"}  # fmt: skip
    command = sample(session, {}, values=[loi], basis="as_received", moisture="12.5")
    assay, events, jobs = told(
        session, add_assay, market.stream_id, command, actor=market.factory, now=LATER
    )
    assert (assay.basis, assay.moisture_millionths, assay.estimated) == (
        "as_received", 12_500_000, False,
    )  # fmt: skip
    value = session.scalars(select(AssayValue).where(AssayValue.assay_id == assay.id)).one()
    assert (
        value.minimum_millionths,
        value.typical_millionths,
        value.maximum_millionths,
        value.deviation_millionths,
        value.method,
    ) == (3_000_000, 4_000_000, 5_000_000, 200_000, "EN 196-2")
    assert [topic for topic, _ in events] == ["stream.changed"]
    assert jobs == [(REFRESH, {"stream_id": market.stream_id})]


def values(session, *rows):
    """Rows of (parameter, typical, minimum, maximum), as a form sends them."""
    names = ("typical", "minimum", "maximum")
    return [
        {"parameter": str(parameter_id(session, code))} | dict(zip(names, given, strict=False))
        for code, *given in rows
    ]


@pytest.mark.parametrize(
    ("rows", "changed", "code", "field"),
    [
        ([("loi", "4", "5")], {}, "composition-disordered", "values-0-typical"),
        (
            [("so3", "1"), ("loi", "4", "3", "3.9")],
            {},
            "composition-disordered",
            "values-1-typical",
        ),
        ([("sio2", "60"), ("al2o3", "42.1")], {}, "composition-above-100", "values-0-typical"),
        (
            [("al2o3", "30"), ("sio2", "60")],
            {"basis": "as_received", "moisture": "13"},
            "composition-above-100",
            "values-1-typical",
        ),
        ([("ph", "15")], {}, "composition-implausible", "values-0-typical"),
        ([("so3", "1"), ("loi", "4", "-6")], {}, "composition-implausible", "values-1-typical"),
        ([("loi", "4"), ("so3", "1"), ("loi", "5")], {}, "parameter-twice", "values-2-parameter"),
        ([("loi", "4")], {"basis": "as_received", "moisture": ""}, "moisture-missing", "moisture"),
        ([("loi", "4")], {"moisture": "100"}, "moisture-range", "moisture"),
        (
            [("loi", "4"), ("moisture", "6")],
            {"moisture": "5"},
            "moisture-twice",
            "values-1-typical",
        ),
        ([("moisture", "0")], {"moisture": "5"}, "moisture-twice", "values-0-typical"),
        ([("loi", "4")], {"sampled_on": "2026-06-02"}, "sample-future", "sampled_on"),
        ([("loi", "4")], {"valid_until": "2026-04-30"}, "assay-validity", "valid_until"),
        ([("loi", "4")], {"valid_until": "2031-05-02"}, "assay-validity", "valid_until"),
    ],
)
def test_an_assay_that_cannot_be_is_refused_at_its_field(
    session, market, rows, changed, code, field
):
    command = sample(session, {}, values=values(session, *rows), **changed)
    by = {"actor": market.factory, "now": NOON}
    refusal = refused(session, Invalid, add_assay, market.stream_id, command, **by)
    assert (refusal.code, refusal.facts["field"]) == (code, field)


@pytest.mark.parametrize("beside", ["", "6", "6.0"])
def test_moisture_may_be_given_once_or_twice_alike(session, market, beside):
    rows = values(session, ("loi", "4"), ("moisture", "6"))
    command = sample(session, {}, values=rows, moisture=beside)
    assay = add_assay(session, market.stream_id, command, actor=market.factory, now=NOON)
    assert assay.moisture_millionths == (6_000_000 if beside else None)
    stored = select(AssayValue.typical_millionths).where(AssayValue.assay_id == assay.id)
    assert sorted(session.scalars(stored)) == [4_000_000, 6_000_000]


@pytest.mark.parametrize("beside", ["", "6"])
def test_values_as_received_take_the_moisture_measured_among_them(session, market, beside):
    rows = values(session, ("loi", "4"), ("moisture", "6"))
    command = sample(session, {}, values=rows, basis="as_received", moisture=beside)
    assay = add_assay(session, market.stream_id, command, actor=market.factory, now=NOON)
    assert (assay.basis, assay.moisture_millionths) == ("as_received", 6_000_000)
    stored = select(AssayValue.typical_millionths).where(AssayValue.assay_id == assay.id)
    assert sorted(session.scalars(stored)) == [4_000_000, 6_000_000]


def test_a_parameter_that_the_catalogue_does_not_have_is_refused(session, market):
    known, unknown = parameter_id(session, "loi"), 2**63 - 1
    rows = [{"parameter": str(each), "typical": "1"} for each in (known, unknown)]
    command, by = sample(session, {}, values=rows), {"actor": market.factory, "now": NOON}
    refusal = refused(session, Invalid, add_assay, market.stream_id, command, **by)
    assert refusal.code == "measured-parameter-unknown"
    assert refusal.facts == {"field": "values-1-parameter"}


def test_a_full_analysis_may_add_up_to_a_hundred_and_two(session, market):
    command = sample(session, {"sio2": "60", "al2o3": "42"})
    assay = add_assay(session, market.stream_id, command, actor=market.factory, now=NOON)
    assert session.scalar(
        select(func.count()).select_from(AssayValue).where(AssayValue.assay_id == assay.id)
    ) == 2  # fmt: skip


def test_the_newest_valid_assay_counts_and_of_one_day_the_later_filed(session, market):
    by = {"actor": market.factory, "now": NOON}

    def file(sampled_on, valid_until, loi):
        days = {"sampled_on": sampled_on, "valid_until": valid_until}
        command = sample(session, {"loi": loi}, **days)
        return add_assay(session, market.stream_id, command, **by).id

    def counting(day):
        found = counting_assays(session, [market.stream_id], today=day).get(market.stream_id)
        return None if found is None else found.id

    first = session.scalar(select(Assay.id).where(Assay.stream_id == market.stream_id))
    older = file("2026-04-01", "2027-12-31", "1")
    short = file("2026-05-20", "2026-06-01", "2")
    shorter = file("2026-05-20", "2026-06-01", "3")
    assert short < shorter
    assert counting(TODAY) == shorter
    assert counting(TODAY + timedelta(days=1)) == first
    assert counting(date(2027, 5, 2)) == older
    assert counting(date(2028, 1, 1)) is None
    assert counting(date(2026, 4, 30)) == older
    assert counting(date(2026, 3, 31)) is None


def test_the_counting_assay_brings_its_values(session, market):
    found = counting_assays(session, today=TODAY)[market.stream_id]
    assert (found.basis, found.moisture, found.provenance) == ("dry", 500_000, "own_laboratory")
    assert {value.parameter_id: value.typical for value in found.values} == {
        parameter_id(session, "loi"): 4_200_000,
        parameter_id(session, "so3"): 1_100_000,
    }


def test_the_board_shows_ones_own_streams_newest_first(session, market):
    draft = create(session, market, name="Second")
    rows = own_streams(session, actor=market.factory, today=TODAY)
    assert [(row.id, row.state, row.assay_until) for row in rows] == [
        (draft.id, "draft", None),
        (market.stream_id, "published", date(2027, 5, 1)),
    ]
    assert rows[1].actions == ("change", "pause", "close")
    assert own_streams(session, actor=market.recycler, today=TODAY) == []


def test_an_editor_of_others_is_refused(session, market):
    refusal = refused(session, NotAllowed, own_stream, market.stream_id, actor=market.stranger)
    assert refusal.code == "owned-by-others"


def test_a_refresh_done_twice_leaves_what_it_left_the_first_time(session, market, tmp_path):
    kinds = job_kinds(Settings(instance=tmp_path, secret_key="test"))
    command = kinds[REFRESH].command(stream_id=market.stream_id)
    query = select(StoredMatch.demand_id, StoredMatch.value_minor_per_tonne).where(
        StoredMatch.stream_id == market.stream_id
    )
    found = []
    for _ in range(2):
        kinds[REFRESH].run(session, command, NOON)
        found.append(session.execute(query).all())
    assert [[demand_id for demand_id, _ in rows] for rows in found] == [[market.demand_id]] * 2
    assert found[0] == found[1]
