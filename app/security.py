"""Who comes in: sign-in of a request, the capability each route needs, and response headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request, session, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from app.clock import now_utc
from app.edge import SAFE_METHODS, close_session, current_actor, find_who_asks
from app.settings import Settings
from models.permissions import Capability, Presented, Role, require

PUBLIC: Final = None
MAX_BODY_BYTES: Final = 1_000_000
LOGIN: Final = "login"

# Every endpoint, and what it takes to reach it. The service asks again, with the facts at hand.
ROUTES: Final[Mapping[str, Capability | None]] = {
    "static": PUBLIC,
    "journal_pages.show_health": PUBLIC,
    "journal_pages.show_readiness": PUBLIC,
    "journal_pages.show_robots": PUBLIC,
    "accounts_pages.show_sign_in": PUBLIC,
    "accounts_pages.submit_sign_in": PUBLIC,
    "accounts_pages.submit_sign_out": PUBLIC,
    "accounts_pages.choose_language": PUBLIC,
    "catalogue_pages.show_catalogue": Capability.READ_MARKET,
    "catalogue_pages.find_codes": Capability.READ_MARKET,
    "places_pages.show_sites": Capability.MANAGE_SITES,
    "places_pages.show_form": Capability.MANAGE_SITES,
    "places_pages.submit_site": Capability.MANAGE_SITES,
    "places_pages.find_places": Capability.READ_MARKET,
    "compliance_pages.show_papers": Capability.MANAGE_PAPERS,
    "compliance_pages.submit_paper": Capability.MANAGE_PAPERS,
    "streams_pages.list_own": Capability.MANAGE_STREAMS,
    "streams_pages.show_form": Capability.MANAGE_STREAMS,
    "streams_pages.submit_new": Capability.MANAGE_STREAMS,
    "streams_pages.show_editor": Capability.MANAGE_STREAMS,
    "streams_pages.submit_change": Capability.MANAGE_STREAMS,
    "streams_pages.submit_action": Capability.MANAGE_STREAMS,
    "streams_pages.show_assay_form": Capability.MANAGE_STREAMS,
    "streams_pages.submit_assay": Capability.MANAGE_STREAMS,
    "demands_pages.list_own": Capability.MANAGE_DEMANDS,
    "demands_pages.show_form": Capability.MANAGE_DEMANDS,
    "demands_pages.submit_new": Capability.MANAGE_DEMANDS,
    "demands_pages.show_editor": Capability.MANAGE_DEMANDS,
    "demands_pages.submit_change": Capability.MANAGE_DEMANDS,
    "demands_pages.submit_action": Capability.MANAGE_DEMANDS,
    "matchmaking_pages.show_landing": Capability.READ_MARKET,
    "matchmaking_pages.show_market": Capability.READ_MARKET,
    "matchmaking_pages.list_points": Capability.READ_MARKET,
    "matchmaking_pages.show_stream": Capability.READ_MARKET,
    "matchmaking_pages.show_demand": Capability.READ_MARKET,
    "matchmaking_pages.show_stream_poster": Capability.READ_MARKET,
    "matchmaking_pages.show_demand_poster": Capability.READ_MARKET,
}
# Reached without looking up who asks: they change nothing and say nothing of anybody.
ANONYMOUS: Final = frozenset(
    {
        "static",
        "journal_pages.show_health",
        "journal_pages.show_readiness",
        "journal_pages.show_robots",
    }
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{tiles}; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
}

csrf = CSRFProtect()


def set_up_security(app: Flask, settings: Settings) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=2_000,
        TRUSTED_HOSTS=settings.trusted_hosts or None,
        SESSION_COOKIE_NAME="offtake",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open all day; the session ends it
    )
    csrf.init_app(app)
    app.before_request(_admit)
    app.after_request(_hardener(settings))
    app.teardown_appcontext(close_session)


def sign_in_session(secret: str) -> None:
    """Start a fresh browser session, so that nothing planted before sign-in survives it."""
    session.clear()
    session[LOGIN] = secret


def sign_out_session() -> None:
    session.clear()


def _admit() -> AnyResponse | None:
    """Read the body, sign in, check the route: in this order."""
    endpoint = request.endpoint
    # No such path: Flask answers 404 or 405, in the frame of whoever asks.
    needed = PUBLIC if endpoint is None else ROUTES[endpoint]
    if request.method not in SAFE_METHODS:
        # Reads the body before the session begins: a slow client must not hold the write lock.
        request.get_data(cache=True, parse_form_data=True)
    if endpoint in ANONYMOUS:
        return None
    actor = find_who_asks(Presented(login=session.get(LOGIN)), now_utc()).actor
    if needed is PUBLIC or actor.may(needed):
        return None
    if actor.role is Role.VISITOR:
        return redirect(url_for("accounts_pages.show_sign_in", next=request.full_path), code=303)
    require(actor, needed)
    return None


def _hardener(settings: Settings) -> Callable[[Response], Response]:
    # A tile service that the operator configured is the only other place images come from.
    tiles = f" {_origin(settings.tile_url)}" if settings.tile_url else ""
    headers = {name: value.replace("{tiles}", tiles) for name, value in HEADERS.items()}

    def harden(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if current_actor().user_id is not None:
            # What only its reader may see must not come back after sign-out, nor from a proxy.
            response.headers["Cache-Control"] = "no-store"
        return response

    return harden


def _origin(url: str) -> str:
    parts = urlsplit(url.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}"
