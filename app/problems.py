"""Refusals as pages that say which field and why; as problem details (RFC 9457) for programs."""

from __future__ import annotations

import logging
from datetime import date
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from app.fields import TEXT_MAX, outside
from app.i18n import say, say_field
from models.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal

STATUS_OF: Final[dict[type[Refusal], HTTPStatus]] = {
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
}
# What the edge itself refuses, said to people.
HTTP_MESSAGES: Final = {
    400: "This request cannot be read. Go back, reload the page and send again.",
    401: "Sign in first.",
    404: "There is no such page.",
    405: "This page does not take that.",
    408: "Sending took too long. Check your connection and send again.",
    413: (
        "What was sent is too large: a text may have %(most)s characters, a form 1 MB, "
        "a file 10 MB."
    ),
    415: "This page does not take files, or not of this kind.",
    429: "That was too often. Wait a little and try again.",
}
OTHER_HTTP_MESSAGE: Final = "This request was refused."
log = logging.getLogger(__name__)


class IsoJson(DefaultJSONProvider):
    """Days and instants as ISO 8601, where Flask would write them as headers of HTTP have them."""

    sort_keys = False

    @staticmethod
    def default(value: object) -> object:
        if isinstance(value, date):  # a datetime is one too
            return value.isoformat()
        return DefaultJSONProvider.default(value)


def register_problem_handlers(app: Flask) -> None:
    app.json = IsoJson(app)
    app.register_error_handler(Refusal, from_refusal)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _from_bug)


def status_of(refusal: Refusal) -> HTTPStatus:
    return STATUS_OF[type(refusal)]


def problem_of(refusal: Refusal) -> dict[str, object]:
    """Code, words and facts of a refusal; `errors` by the name of the field."""
    facts = dict(outside(name, value) for name, value in refusal.facts.items())
    if isinstance(errors := facts.get("errors"), dict):
        facts["errors"] = {field: say_field(kind) for field, kind in errors.items()}
    title = say(refusal.message)
    if isinstance(field := facts.pop("field", None), str):
        facts["errors"] = {field: title}
    return facts | {
        "type": f"/problems/{refusal.code}",
        "title": title,
        "status": int(status_of(refusal)),
    }


def from_refusal(refusal: Refusal) -> Response:
    return _respond(problem_of(refusal))


def _from_http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if error.response is not None or code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    title = say(HTTP_MESSAGES.get(code, OTHER_HTTP_MESSAGE), most=TEXT_MAX)
    response = _respond({"type": "about:blank", "title": title, "status": code})
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def _from_bug(error: Exception) -> Response:
    incident = uuid4().hex
    log.error("unhandled_error incident=%s", incident, exc_info=error)
    title = say("The fault is ours. Quote the incident number if you write to us.")
    return _respond({"type": "about:blank", "title": title, "status": 500, "incident": incident})


def _respond(body: dict[str, object]) -> Response:
    if request.path.startswith("/api/") or request.path.endswith(".json"):
        response = jsonify(body)
        response.mimetype = "application/problem+json"
    else:
        response = make_response(render_template("shared/problem.html", problem=body))
    response.status_code = int(str(body["status"]))
    return response
