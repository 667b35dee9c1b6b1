"""Health of the service, for machines that watch it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from app.clock import now_utc
from app.database import check_answers
from app.edge import begin, installation

journal_pages = Blueprint("journal_pages", __name__)
# RFC 9116, 2.5.5: less than a year. It is written anew with every answer.
SECURITY_CONTACT_HOLDS: Final = timedelta(days=180)


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


@journal_pages.get("/.well-known/security.txt")
def show_security_contact() -> ResponseReturnValue:
    """Whom to tell of a hole (RFC 9116); nothing where nobody was named."""
    settings = installation().settings
    if not settings.security_contact:
        abort(404)
    expires = now_utc().replace(microsecond=0) + SECURITY_CONTACT_HOLDS
    lines = [
        f"Contact: {settings.security_contact}",
        f"Expires: {expires.strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: en, zh",
    ]
    if settings.secure_cookies:
        # The clause wants https; without it nobody could tell a true copy from a false one.
        lines.append(f"Canonical: https://{request.host}{request.path}")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
