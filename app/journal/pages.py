"""Health of the service, for machines that watch it."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.database import check_answers
from app.edge import begin

journal_pages = Blueprint("journal_pages", __name__)


@journal_pages.get("/healthz")
def show_health() -> ResponseReturnValue:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@journal_pages.get("/readyz")
def show_readiness() -> ResponseReturnValue:
    """The database answers too."""
    with begin() as session:
        check_answers(session)
    return Response("ready\n", mimetype="text/plain")


@journal_pages.get("/robots.txt")
def show_robots() -> ResponseReturnValue:
    lines = "User-agent: *\nDisallow: /streams/new\nDisallow: /demands/new\nDisallow: /sign-in\n"
    return Response(lines, mimetype="text/plain")
