"""The audit trail, searched and exported. The names in it belong to accounts, hence the place."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.queries.audit import wanted_entries
from app.accounts.queries.names import names_of_organizations, names_of_people
from app.clock import now_utc
from app.database import SessionFactory
from app.edge import begin, begin_apart, current_actor, installation, read_input
from app.journal.inputs import AuditFilter
from app.journal.queries.audit import (
    EXPORT_ROWS,
    AuditPage,
    AuditRow,
    WantedEntries,
    audit_page,
    export_lot,
    latest_entry,
)
from app.journal.services import AuditNote, write_audit
from app.problems import problem_of, status_of
from models.errors import Refusal

audit_pages = Blueprint("audit_pages", __name__)
_NOTHING: Final = AuditPage(rows=(), older_than=None)


@audit_pages.get("/audit")
def show_audit() -> ResponseReturnValue:
    wanted, page, problem, status = AuditFilter(), _NOTHING, {}, 200
    people: dict[int, str] = {}
    organizations: dict[int, str] = {}
    try:
        wanted = read_input(AuditFilter, request.args)
        with begin() as session:
            entries = wanted_entries(session, wanted, zone=_zone(), key=_key())
            page = audit_page(session, entries, older_than=wanted.older_than)
            people = names_of_people(session, {r.user_id for r in page.rows if r.user_id})
            organizations = names_of_organizations(
                session, {r.organization_id for r in page.rows if r.organization_id}
            )
    except Refusal as refusal:
        problem, status = problem_of(refusal), int(status_of(refusal))
        wanted = _what_can_be_kept(refusal)
    html = render_template(
        "accounts/audit.html",
        page=page,
        filter=wanted,
        people=people,
        organizations=organizations,
        problem=problem,
        values=request.args,
        zone=_zone(),
    )
    return html, status


@audit_pages.get("/audit.jsonl")
def export_audit() -> Response:
    """One entry a line, oldest first, with its place in the chain; that it was read is an entry."""
    wanted, now = read_input(AuditFilter, request.args), now_utc()
    with begin() as session:
        entries = wanted_entries(session, wanted, zone=_zone(), key=_key())
        up_to = latest_entry(session)
    asked = wanted.model_dump(mode="json", exclude_defaults=True, exclude={"person", "older_than"})
    note = AuditNote(topic="audit.exported", after=asked | {"up_to_entry": up_to})
    with begin_apart() as session:
        write_audit(session, note, actor=current_actor(), now=now)
    lines = _lines(installation().sessions, entries, up_to)
    response = Response(lines, mimetype="application/jsonl")
    name = f"audit-{now.date().isoformat()}.jsonl"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(sessions: SessionFactory, wanted: WantedEntries, up_to: int) -> Iterator[str]:
    """Lot by lot, each in a transaction of its own: a slow reader holds nothing."""
    above = 0
    while True:
        with sessions() as session:
            lot = export_lot(session, wanted, above=above, up_to=up_to)
        for row in lot:
            yield _line(row)
        if len(lot) < EXPORT_ROWS:
            return
        above = lot[-1].id


def _line(row: AuditRow) -> str:
    content = asdict(row) | {"at": row.at.isoformat()}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def _zone() -> ZoneInfo:
    return installation().settings.matching.time_zone


def _key() -> bytes:
    return installation().settings.audit_key


def _what_can_be_kept(refusal: Refusal) -> AuditFilter:
    """The filter as it was sent, without the fields that were refused."""
    refused = refusal.facts.get("errors", (refusal.facts.get("field"),))
    assert isinstance(refused, Collection)
    kept = {name: value for name, value in request.args.items() if name not in refused}
    return read_input(AuditFilter, kept)
