"""Pages about the sites of an organization."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now_utc
from app.edge import begin, current_actor, form_fields, installation, read_form
from app.i18n import current_language
from app.places.inputs import AddSite
from app.places.queries.geocoding import find_places as places_named
from app.places.queries.sites import own_sites
from app.places.services import add_site
from app.problems import problem_of, status_of
from models.errors import Refusal

places_pages = Blueprint("places_pages", __name__)
QUESTION_MAX = 120


@places_pages.get("/sites")
def show_sites() -> ResponseReturnValue:
    with begin() as session:
        rows = own_sites(session, actor=current_actor())
    return render_template("places/sites.html", rows=rows)


@places_pages.get("/sites/new")
def show_form() -> ResponseReturnValue:
    return _form({}, {})


@places_pages.post("/sites")
def submit_site() -> ResponseReturnValue:
    policy = installation().settings.places
    try:
        command = read_form(AddSite)
        with begin() as session:
            add_site(session, command, actor=current_actor(), now=now_utc(), policy=policy)
    except Refusal as refusal:
        return _form(form_fields(), problem_of(refusal)), status_of(refusal)
    return redirect(url_for("places_pages.show_sites"), code=303)


@places_pages.get("/places/find")
def find_places() -> ResponseReturnValue:
    """Positions an address may mean, as a fragment of the site's form."""
    question = request.args.get("q", "").strip()[:QUESTION_MAX]
    policy = installation().settings.places
    found = places_named(policy, question, language=current_language()) if question else ()
    return render_template("places/options.html", rows=found, q=question)


def _form(values: Mapping[str, object], problem: Mapping[str, object]) -> str:
    return render_template("places/form.html", values=values, problem=problem)
