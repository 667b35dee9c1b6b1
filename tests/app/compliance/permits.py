"""Permits for the tests: filed by the recycler, verified by the operator."""

from __future__ import annotations

from sqlalchemy import update

from app.catalogue.queries import code_ids_of
from app.compliance.inputs import FilePaper
from app.compliance.services import file_papers
from models.compliance.tables import Paper
from tests.market import NOON, TODAY

HAZARDOUS = "772-002-18"


def code_id(session, text=HAZARDOUS):
    (found,) = code_ids_of(session, [text])
    return found


def verify_all(session):
    """What the operator does one by one."""
    session.execute(update(Paper).values(state="verified", decided_at=NOON))


def permit(session, market, number="P-1", **changed):
    paper = {
        "site_id": str(market.recycler_site_id),
        "kind": "hazardous_permit",
        "number": number,
        "valid_from": str(TODAY.replace(month=1)),
        "valid_until": str(TODAY.replace(month=12, day=31)),
        "codes": [HAZARDOUS],
        "ways": ["utilize"],
        "yearly_quota_t": "100",
    } | changed
    (filed,) = file_papers(
        session, [FilePaper.model_validate(paper)], actor=market.recycler, now=NOON
    )
    return filed


def verified_permit(session, market, number="P-1", **changed):
    filed = permit(session, market, number, **changed)
    verify_all(session)
    return filed
