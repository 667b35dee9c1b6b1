"""Loading the catalogue, again and over what an operator entered."""

import time

import pytest
from sqlalchemy import func, select, update

from app.catalogue.queries import accepted_codes, search_codes
from app.catalogue.services import load_catalogue
from app.database import write_transaction
from models.catalogue.tables import (
    Factor,
    Material,
    Parameter,
    Resource,
    Route,
    Source,
    Specification,
    SpecificationLimit,
    TypicalComposition,
    WasteCode,
)
from models.errors import NotAllowed
from models.journal.tables import OutboxEvent
from models.permissions import SYSTEM, VISITOR
from tests.app.catalogue.conftest import NOW

COUNTS = {
    WasteCode: 1695,
    Parameter: 171,
    Factor: 358,
    Material: 73,
    Route: 60,
    Specification: 68,
    SpecificationLimit: 418,
    TypicalComposition: 342,
    Resource: 37,
}
LOAD_SECONDS_MAX = 6


def load(session):
    return load_catalogue(session, actor=SYSTEM, now=NOW)


def test_every_shipped_row_is_loaded_within_seconds(empty):
    began = time.perf_counter()
    with write_transaction(empty) as session:
        total = load(session).total
        took = time.perf_counter() - began
        found = {table: session.scalar(select(func.count()).select_from(table)) for table in COUNTS}
    assert found == COUNTS
    assert (total.inserted, total.updated, total.unchanged, total.kept) == (4152, 0, 0, 0)
    assert took < LOAD_SECONDS_MAX


def test_a_second_load_changes_nothing_and_says_nothing(empty):
    with write_transaction(empty) as session:
        load(session)
    with write_transaction(empty) as session:
        total = load(session).total
        events = session.execute(select(OutboxEvent.topic, OutboxEvent.payload)).all()
    assert (total.inserted, total.updated, total.unchanged, total.kept) == (0, 0, 4152, 0)
    assert events == [("catalogue.loaded", {"inserted": 4152, "updated": 0})]


def test_a_shipped_row_that_went_wrong_is_set_right_and_keeps_its_id(empty):
    with write_transaction(empty) as session:
        load(session)
        wrong = update(WasteCode).where(WasteCode.code == "10 01 02").values(name_en="Wrong")
        session.execute(wrong)
        before = session.scalar(select(WasteCode.id).where(WasteCode.code == "10 01 02"))
        counts = load(session)
        after = session.scalars(select(WasteCode).where(WasteCode.code == "10 01 02")).one()
        assert (after.id, after.name_en) == (before, "Coal fly ash")
        assert counts.tables["waste_code"].updated == 1
        assert counts.total.updated == 1


def test_what_an_operator_entered_under_its_own_source_is_kept(empty):
    with write_transaction(empty) as session:
        load(session)
        own = Source(key="operator", text="Own quotes", shipped=False)
        session.add(own)
        session.flush()
        key = session.scalar(select(Factor.key).where(Factor.kind == "transport").limit(1))
        chosen = (Factor.kind == "transport", Factor.key == key)
        session.execute(update(Factor).where(*chosen).values(source_id=own.id, low_millionths=123))
        total = load(session).total
        assert session.scalar(select(Factor.low_millionths).where(*chosen)) == 123
        assert (total.updated, total.kept) == (0, 1)


def test_a_code_that_an_operator_put_below_a_leaf_makes_it_a_branch(empty):
    with write_transaction(empty) as session:
        load(session)
        own = Source(key="operator", text="Official annex", shipped=False)
        session.add(own)
        parent = session.scalars(select(WasteCode).where(WasteCode.code == "SW05")).one()
        assert parent.is_leaf is True
        session.flush()
        session.add(
            WasteCode(
                scheme="CN-SW",
                code="081-001-S05",
                level=3,
                parent_id=parent.id,
                name_zh="铁尾矿",
                hazardous=False,
                hazard_properties="",
                is_leaf=True,
                search_text=" #081001s05 铁尾矿 ",
                source_id=own.id,
                status="verified",
            )
        )
        session.flush()
        load(session)
        session.refresh(parent)
        assert parent.is_leaf is False
        assert [row.code for row in search_codes(session, "铁尾矿")] == ["081-001-S05"]


def test_loading_forgets_what_this_transaction_had_read(empty):
    with write_transaction(empty) as session:
        assert accepted_codes(session, []) == set()
        load(session)
        fly_ash = session.scalar(select(WasteCode.id).where(WasteCode.code == "10 01 02"))
        assert len(accepted_codes(session, [fly_ash])) == 4


def test_only_who_may_load_the_catalogue_loads_it(empty):
    with write_transaction(empty) as session, pytest.raises(NotAllowed):
        load_catalogue(session, actor=VISITOR, now=NOW)
    with write_transaction(empty) as session:
        assert session.scalar(select(func.count()).select_from(Source)) == 0
