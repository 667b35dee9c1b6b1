"""Pages for owners of streams: board, editor, assays."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.catalogue.queries.options import (
    assay_suggestions,
    material_options,
    parameter_options,
)
from app.clock import day_in, now_utc
from app.edge import begin, current_actor, form_fields, installation, read_form, sent_file
from app.places.queries.sites import own_sites
from app.problems import problem_of, status_of
from app.streams.inputs import AddAssay, ReportFile, StreamTerms
from app.streams.queries import own_stream, own_streams, reports_of, terms_of
from app.streams.services import add_assay, change_stream, create_stream, move_stream
from app.uploads.services import inspect_file
from models.catalogue.vehicles import VEHICLES
from models.catalogue.vocabulary import PHYSICAL_FORMS
from models.errors import Refusal
from models.streams.life import Action
from models.streams.terms import (
    ASSAY_BASES,
    DELIVERY_TERMS,
    LEGAL_STATUSES,
    PROVENANCES,
    RHYTHMS,
    VISIBILITIES,
)
from models.uploads.content import Purpose

streams_pages = Blueprint("streams_pages", __name__)
ACTIONS = {action.value: action for action in (Action.PUBLISH, Action.PAUSE, Action.CLOSE)}


@streams_pages.get("/streams")
def list_own() -> ResponseReturnValue:
    today = day_in(installation().settings.matching.time_zone, now_utc())
    with begin() as session:
        rows = own_streams(session, actor=current_actor(), today=today)
    return render_template("streams/board.html", rows=rows)


@streams_pages.get("/streams/new")
def show_form() -> ResponseReturnValue:
    return _form({}, {}, stream_id=None)


@streams_pages.post("/streams")
def submit_new() -> ResponseReturnValue:
    try:
        command = read_form(StreamTerms)
        with begin() as session:
            create_stream(session, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _form(form_fields(), problem_of(refusal), stream_id=None), status_of(refusal)
    return redirect(url_for("streams_pages.list_own"), code=303)


@streams_pages.get("/streams/<int:stream_id>/edit")
def show_editor(stream_id: int) -> ResponseReturnValue:
    with begin() as session:
        terms = terms_of(own_stream(session, stream_id, actor=current_actor()))
    return _form(terms.model_dump(mode="json", by_alias=True), {}, stream_id=stream_id)


@streams_pages.post("/streams/<int:stream_id>/edit")
def submit_change(stream_id: int) -> ResponseReturnValue:
    try:
        command = read_form(StreamTerms)
        with begin() as session:
            change_stream(session, stream_id, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        page = _form(form_fields(), problem_of(refusal), stream_id=stream_id)
        return page, status_of(refusal)
    return redirect(url_for("streams_pages.list_own"), code=303)


@streams_pages.post("/streams/<int:stream_id>/<action>")
def submit_action(stream_id: int, action: str) -> ResponseReturnValue:
    if action not in ACTIONS:
        abort(404)
    with begin() as session:
        move_stream(session, stream_id, ACTIONS[action], actor=current_actor(), now=now_utc())
    return redirect(url_for("streams_pages.list_own"), code=303)


@streams_pages.get("/streams/<int:stream_id>/assays/new")
def show_assay_form(stream_id: int) -> ResponseReturnValue:
    return _assay_form({}, {}, stream_id=stream_id)


@streams_pages.post("/streams/<int:stream_id>/assays/new")
def submit_assay(stream_id: int) -> ResponseReturnValue:
    try:
        command = read_form(AddAssay)
        actor, report = current_actor(), _sent_report()
        with begin() as session:
            add_assay(session, stream_id, command, actor=actor, now=now_utc(), report=report)
    except Refusal as refusal:
        page = _assay_form(form_fields(), problem_of(refusal), stream_id=stream_id)
        return page, status_of(refusal)
    return redirect(url_for("matchmaking_pages.show_stream", stream_id=stream_id), code=303)


def _sent_report() -> ReportFile | None:
    """The laboratory's paper, read and checked before anything is locked."""
    if (sent := sent_file("report")) is None:
        return None
    policy = installation().settings.uploads
    file = inspect_file(sent, purpose=Purpose.ASSAY, field="report", policy=policy)
    return ReportFile(file, policy)


def _form(
    values: Mapping[str, object], problem: Mapping[str, object], *, stream_id: int | None
) -> str:
    with begin() as session:
        choices = SimpleNamespace(
            sites=[(site.id, site.name) for site in own_sites(session, actor=current_actor())],
            materials=material_options(session),
            vehicles=list(VEHICLES.values()),
            forms=PHYSICAL_FORMS,
            rhythms=RHYTHMS,
            legal_statuses=LEGAL_STATUSES,
            delivery_terms=DELIVERY_TERMS,
            visibilities=VISIBILITIES,
        )
    return render_template(
        "streams/form.html",
        values=values,
        problem=problem,
        choices=choices,
        stream_id=stream_id,
        version=values.get("version"),
    )


def _assay_form(
    values: Mapping[str, object], problem: Mapping[str, object], *, stream_id: int
) -> str:
    with begin() as session:
        details = own_stream(session, stream_id, actor=current_actor())
        choices = SimpleNamespace(
            parameters=parameter_options(session),
            bases=ASSAY_BASES,
            provenances=PROVENANCES,
        )
        suggestions = assay_suggestions(session, details.stream.material_id)
        name, reports = details.stream.name, reports_of(session, stream_id)
    return render_template(
        "streams/assay.html",
        values=values,
        problem=problem,
        choices=choices,
        suggestions=suggestions,
        stream_id=stream_id,
        stream_name=name,
        reports=reports,
    )
