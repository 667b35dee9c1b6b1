"""Who comes in: where a request comes from, who sends it, and the capability its route needs."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request, session, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import SecurityError, UnsupportedMediaType
from werkzeug.wrappers import Response as AnyResponse

from app.clock import now_utc
from app.edge import SAFE_METHODS, close_session, find_who_asks, note_refusal
from app.headers import hardener
from app.limits import UNLIMITED, check_group, group_of, network_of, set_up_limits
from app.settings import Settings
from models.errors import NotAllowed
from models.permissions import Capability, Presented, Role, require

PUBLIC: Final = None
MAX_BODY_BYTES: Final = 1_000_000
# A file of 10 MB, the fields beside it, and what packs them.
MAX_UPLOAD_BYTES: Final = 11_000_000
# Who may be asked for by default: the machine itself.
OWN_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
UNKNOWN_HOST: Final = "This market is not known by that name.\n本站不使用该域名。\n"
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
    "uploads_pages.download_upload": Capability.READ_OWN,
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
# Endpoints whose forms bring a file. Everywhere else a file is refused, and a form ends at 1 MB.
UPLOAD_ROUTES: Final = frozenset({"streams_pages.submit_assay"})

csrf = CSRFProtect()


def set_up_security(app: Flask, settings: Settings) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=2_000,
        TRUSTED_HOSTS=settings.trusted_hosts or list(OWN_HOSTS),
        SECRET_KEY_FALLBACKS=settings.signing_keys_old or None,
        SESSION_COOKIE_NAME="__Host-offtake" if settings.secure_cookies else "offtake",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open all day; the session ends it
    )
    set_up_limits(app, settings)
    # Before the form's token is looked for: to find it, the whole body is read.
    app.before_request(_screen)
    csrf.init_app(app)
    app.before_request(_admit)
    app.after_request(hardener(settings))
    app.teardown_appcontext(close_session)


def sign_in_session(secret: str) -> None:
    """Start a fresh browser session, so that nothing planted before sign-in survives it."""
    session.clear()
    session[LOGIN] = secret


def sign_out_session() -> None:
    session.clear()


def _screen() -> AnyResponse | None:
    """Before a byte of the body is read: where it comes from, how often, how large it may be."""
    if isinstance(request.routing_exception, SecurityError):
        # By a name that is not ours no address of ours can be written, so no page of ours either.
        return Response(UNKNOWN_HOST, status=400, mimetype="text/plain")
    endpoint = request.endpoint or ""
    safe = request.method in SAFE_METHODS
    if not safe:
        _check_same_origin()
    if endpoint not in UNLIMITED:
        group = group_of(endpoint, safe=safe, takes_file=endpoint in UPLOAD_ROUTES)
        check_group(group, _reader())
    if endpoint in UPLOAD_ROUTES:
        request.max_content_length = MAX_UPLOAD_BYTES
    return None


def _check_same_origin() -> None:
    """Refuse what a page of somebody else sends, by what the browser itself says of it.

    A program that is no browser sends neither header; it has no cookies that could be abused.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        own = site in {"same-origin", "none"}
    else:
        own = origin is None or urlsplit(origin).netloc == request.host
    if not own:
        raise NotAllowed("cross-site", "This was sent from another website, not from here.")


def _reader() -> str:
    """Who is counted: a signed-in browser, whose cookie nobody else can make; else an address."""
    login = session.get(LOGIN)
    if login:
        return f"browser:{sha256(str(login).encode()).hexdigest()[:32]}"
    return f"address:{network_of(request.remote_addr or '')}"


def _admit() -> AnyResponse | None:
    """Read the body, sign in, check the route: in this order."""
    endpoint = request.endpoint
    # No such path: Flask answers 404 or 405, in the frame of whoever asks.
    needed = PUBLIC if endpoint is None else ROUTES[endpoint]
    if request.method not in SAFE_METHODS:
        # Reads the body before the session begins: a slow client must not hold the write lock.
        request.get_data(cache=True, parse_form_data=True)
        if request.files and endpoint not in UPLOAD_ROUTES:
            raise UnsupportedMediaType
    if endpoint in ANONYMOUS:
        return None
    actor = find_who_asks(Presented(login=session.get(LOGIN)), now_utc()).actor
    if needed is PUBLIC or actor.may(needed):
        return None
    if actor.role is Role.VISITOR:
        return redirect(url_for("accounts_pages.show_sign_in", next=request.full_path), code=303)
    try:
        require(actor, needed)
    except NotAllowed as refusal:
        facts = {"endpoint": endpoint, "needed": needed.value, "code": refusal.code}
        note_refusal("request.refused", facts, now=now_utc())
        raise
    return None
