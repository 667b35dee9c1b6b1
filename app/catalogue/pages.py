"""The catalogue for everybody, and the code finder of the editors."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.catalogue.queries import (
    search_codes,
    search_materials,
    search_parameters,
    search_specifications,
)
from app.edge import begin

catalogue_pages = Blueprint("catalogue_pages", __name__)
QUESTION_MAX = 80
FOUND_MAX = 20


@catalogue_pages.get("/catalogue")
def show_catalogue() -> ResponseReturnValue:
    question = _question()
    with begin() as session:
        found = {
            "codes": search_codes(session, question, limit=FOUND_MAX),
            "materials": search_materials(session, question, limit=FOUND_MAX),
            "parameters": search_parameters(session, question, limit=FOUND_MAX),
            "specifications": search_specifications(session, question, limit=FOUND_MAX),
        }
    return render_template("catalogue/catalogue.html", q=question, **found)


@catalogue_pages.get("/catalogue/codes")
def find_codes() -> ResponseReturnValue:
    """Codes that fit, as a fragment of an editor."""
    question = _question()
    with begin() as session:
        rows = search_codes(session, question, limit=FOUND_MAX) if question else ()
    return render_template("catalogue/code_options.html", rows=rows, q=question)


def _question() -> str:
    return request.args.get("q", "").strip()[:QUESTION_MAX]
