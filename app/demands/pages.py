"""Pages for owners of demands: board and editor."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.catalogue.queries.options import (
    limits_of_specification,
    material_options,
    parameter_options,
    route_options,
    specification_options,
)
from app.clock import now_utc
from app.demands.inputs import DemandTerms, FillLimits
from app.demands.queries import own_demand, own_demands, terms_of
from app.demands.services import change_demand, create_demand, move_demand
from app.edge import begin, current_actor, form_fields, read_form, read_input
from app.places.queries.sites import own_sites
from app.problems import problem_of, status_of
from models.catalogue.vehicles import VEHICLES
from models.catalogue.vocabulary import BASES
from models.errors import Refusal
from models.streams.life import Action
from models.streams.terms import VISIBILITIES

demands_pages = Blueprint("demands_pages", __name__)
ACTIONS = {action.value: action for action in (Action.PUBLISH, Action.PAUSE, Action.CLOSE)}


@demands_pages.get("/demands")
def list_own() -> ResponseReturnValue:
    with begin() as session:
        rows = own_demands(session, actor=current_actor())
    return render_template("demands/board.html", rows=rows)


@demands_pages.get("/demands/new")
def show_form() -> ResponseReturnValue:
    return _form({}, {}, demand_id=None)


@demands_pages.post("/demands")
def submit_new() -> ResponseReturnValue:
    try:
        if request.form.get("action") == "fill":
            return _form(_filled(), {}, demand_id=None)
        command = read_form(DemandTerms)
        with begin() as session:
            create_demand(session, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _form(form_fields(), problem_of(refusal), demand_id=None), status_of(refusal)
    return redirect(url_for("demands_pages.list_own"), code=303)


@demands_pages.get("/demands/<int:demand_id>/edit")
def show_editor(demand_id: int) -> ResponseReturnValue:
    with begin() as session:
        terms = terms_of(own_demand(session, demand_id, actor=current_actor()))
    return _form(terms.model_dump(mode="json", by_alias=True), {}, demand_id=demand_id)


@demands_pages.post("/demands/<int:demand_id>/edit")
def submit_change(demand_id: int) -> ResponseReturnValue:
    try:
        if request.form.get("action") == "fill":
            return _form(_filled(), {}, demand_id=demand_id)
        command = read_form(DemandTerms)
        with begin() as session:
            change_demand(session, demand_id, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        page = _form(form_fields(), problem_of(refusal), demand_id=demand_id)
        return page, status_of(refusal)
    return redirect(url_for("demands_pages.list_own"), code=303)


@demands_pages.post("/demands/<int:demand_id>/<action>")
def submit_action(demand_id: int, action: str) -> ResponseReturnValue:
    if action not in ACTIONS:
        abort(404)
    with begin() as session:
        move_demand(session, demand_id, ACTIONS[action], actor=current_actor(), now=now_utc())
    return redirect(url_for("demands_pages.list_own"), code=303)


def _filled() -> dict[str, object]:
    """The form as it was sent, with the limits of the chosen specification instead of its own."""
    values = form_fields()
    chosen = read_input(FillLimits, {"specification": values.get("specification", "")})
    with begin() as session:
        return values | {"limits": limits_of_specification(session, chosen.specification)}


def _form(
    values: Mapping[str, object], problem: Mapping[str, object], *, demand_id: int | None
) -> str:
    with begin() as session:
        choices = SimpleNamespace(
            sites=[(site.id, site.name) for site in own_sites(session, actor=current_actor())],
            materials=material_options(session),
            routes=route_options(session),
            specifications=specification_options(session),
            parameters=parameter_options(session),
            vehicles=list(VEHICLES.values()),
            bases=BASES,
            visibilities=VISIBILITIES,
        )
    return render_template(
        "demands/form.html",
        values=values,
        problem=problem,
        choices=choices,
        demand_id=demand_id,
        version=values.get("version"),
    )
