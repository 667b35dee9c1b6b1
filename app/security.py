"""Who comes in: where a request comes from, who sends it, and the capability its route needs."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request, session, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import (
    SecurityError,
    TooManyRequests,
    Unauthorized,
    UnsupportedMediaType,
)
from werkzeug.wrappers import Response as AnyResponse

from app.clock import now_utc
from app.edge import (
    SAFE_METHODS,
    close_files,
    close_session,
    find_who_asks,
    installation,
    note_refusal,
    patience,
)
from app.headers import hardener
from app.limits import UNLIMITED, check_group, group_of, network_of, set_up_limits
from app.settings import Settings
from models.errors import NotAllowed
from models.permissions import Capability, Frame, Presented, Role, require

PUBLIC: Final = None
MAX_BODY_BYTES: Final = 1_000_000
# A file of 10 MB, the fields beside it, and what packs them.
MAX_UPLOAD_BYTES: Final = 11_000_000
# Who may be asked for by default: the machine itself.
OWN_HOSTS: Final = ("localhost", "127.0.0.1")
UNKNOWN_HOST: Final = "This market is not known by that name.\n本站不使用该域名。\n"
LOGIN: Final = "login"
DRIVER: Final = "driver"
API: Final = "/api/"

# Every endpoint, and what it takes to reach it. The service asks again, with the facts at hand.
ROUTES: Final[Mapping[str, Capability | None]] = {
    "static": PUBLIC,
    "journal_pages.show_health": PUBLIC,
    "journal_pages.show_readiness": PUBLIC,
    "journal_pages.show_robots": PUBLIC,
    "journal_pages.show_security_contact": PUBLIC,
    "security.login": PUBLIC,
    "security.register": PUBLIC,
    "security.send_confirmation": PUBLIC,
    "security.confirm_email": PUBLIC,
    "security.forgot_password": PUBLIC,
    "security.reset_password": PUBLIC,
    "security.two_factor_token_validation": PUBLIC,
    "security.two_factor_rescue": PUBLIC,
    "security.tf_select": PUBLIC,
    "security.mf_recovery": PUBLIC,
    "security.wan_signin": PUBLIC,
    "security.wan_signin_response": PUBLIC,
    "security.change_email_confirm": PUBLIC,
    "security.verify": Capability.USE_ACCOUNT,
    "security.wan_verify": Capability.USE_ACCOUNT,
    "security.wan_verify_response": Capability.USE_ACCOUNT,
    "security.change_password": Capability.USE_ACCOUNT,
    "security.change_email": Capability.USE_ACCOUNT,
    "security.two_factor_setup": Capability.USE_ACCOUNT,
    "security.two_factor_setup_validate": Capability.USE_ACCOUNT,
    "security.mf_recovery_codes": Capability.USE_ACCOUNT,
    "security.wan_register": Capability.USE_ACCOUNT,
    "security.wan_register_response": Capability.USE_ACCOUNT,
    "security.wan_delete": Capability.USE_ACCOUNT,
    "accounts_pages.show_letter_sent": PUBLIC,
    "accounts_pages.submit_new_address": PUBLIC,
    "accounts_pages.show_account": Capability.USE_ACCOUNT,
    "accounts_pages.submit_account": Capability.USE_ACCOUNT,
    "accounts_pages.submit_phone": Capability.USE_ACCOUNT,
    "accounts_pages.submit_phone_code": Capability.USE_ACCOUNT,
    "accounts_pages.show_second_factor": Capability.USE_ACCOUNT,
    "accounts_pages.submit_passkey_name": Capability.USE_ACCOUNT,
    "accounts_pages.show_sessions": Capability.USE_ACCOUNT,
    "accounts_pages.submit_session_end": Capability.USE_ACCOUNT,
    "accounts_pages.submit_other_sessions_end": Capability.USE_ACCOUNT,
    "accounts_pages.submit_sign_out": PUBLIC,
    "accounts_pages.choose_language": PUBLIC,
    "audit_pages.show_audit": Capability.READ_AUDIT,
    "audit_pages.export_audit": Capability.READ_AUDIT,
    "privacy_pages.show_privacy": Capability.USE_ACCOUNT,
    "privacy_pages.download_file": Capability.USE_ACCOUNT,
    "privacy_pages.submit_deletion": Capability.USE_ACCOUNT,
    "privacy_pages.show_deleted": PUBLIC,
    "organization_pages.show_opening": Capability.OPEN_ORGANIZATION,
    "organization_pages.submit_opening": Capability.OPEN_ORGANIZATION,
    "organization_pages.submit_choice": Capability.USE_ACCOUNT,
    "organization_pages.show_profile": Capability.USE_ACCOUNT,
    "organization_pages.submit_profile": Capability.MANAGE_ORGANIZATION,
    "organization_pages.submit_document": Capability.MANAGE_ORGANIZATION,
    "organization_pages.submit_document_removal": Capability.MANAGE_ORGANIZATION,
    "organization_pages.submit_for_verification": Capability.MANAGE_ORGANIZATION,
    "organization_pages.show_members": Capability.READ_OWN,
    "organization_pages.submit_invitation": Capability.MANAGE_MEMBERS,
    "organization_pages.submit_revocation": Capability.MANAGE_MEMBERS,
    "organization_pages.submit_role": Capability.MANAGE_MEMBERS,
    "organization_pages.submit_removal": Capability.MANAGE_MEMBERS,
    "organization_pages.submit_hand_over": Capability.MANAGE_ORGANIZATION,
    "organization_pages.submit_leaving": Capability.READ_OWN,
    "organization_pages.show_invitation": PUBLIC,
    "organization_pages.submit_acceptance": Capability.USE_ACCOUNT,
    "organization_pages.show_tokens": Capability.MANAGE_TOKENS,
    "organization_pages.submit_token": Capability.MANAGE_TOKENS,
    "organization_pages.submit_token_end": Capability.MANAGE_TOKENS,
    "organization_pages.show_drivers": Capability.MANAGE_DRIVERS,
    "organization_pages.submit_driver": Capability.MANAGE_DRIVERS,
    "organization_pages.submit_driver_end": Capability.MANAGE_DRIVERS,
    "organization_pages.show_sharing": Capability.READ_OWN,
    "organization_pages.submit_park": Capability.MANAGE_ORGANIZATION,
    "organization_pages.submit_park_end": Capability.MANAGE_ORGANIZATION,
    "organization_pages.submit_grant": Capability.MANAGE_ORGANIZATION,
    "organization_pages.submit_grant_end": Capability.MANAGE_ORGANIZATION,
    "operator_pages.show_queue": Capability.READ_VERIFICATIONS,
    "operator_pages.show_organization": Capability.READ_VERIFICATIONS,
    "operator_pages.submit_step": Capability.VERIFY_ORGANIZATIONS,
    "operator_pages.submit_officer": Capability.REGISTER_ORGANIZATIONS,
    "operator_pages.show_parks": Capability.MANAGE_PARKS,
    "operator_pages.submit_park": Capability.MANAGE_PARKS,
    "operator_pages.submit_manager": Capability.MANAGE_PARKS,
    "driver_pages.show_pin": PUBLIC,
    "driver_pages.submit_pin": PUBLIC,
    "driver_pages.show_trips": Capability.DRIVE,
    "driver_pages.submit_leaving": Capability.DRIVE,
    "accounts_api.show_me": Capability.READ_MARKET,
    "catalogue_pages.show_catalogue": Capability.READ_MARKET,
    "catalogue_pages.find_codes": Capability.READ_MARKET,
    "places_pages.show_sites": Capability.MANAGE_SITES,
    "places_pages.show_form": Capability.MANAGE_SITES,
    "places_pages.submit_site": Capability.MANAGE_SITES,
    "places_pages.find_places": Capability.READ_MARKET,
    "compliance_pages.show_papers": Capability.MANAGE_PAPERS,
    "compliance_pages.submit_paper": Capability.MANAGE_PAPERS,
    "compliance_pages.submit_document": Capability.MANAGE_PAPERS,
    "compliance_pages.submit_action": Capability.MANAGE_PAPERS,
    "verification_pages.show_queue": Capability.READ_VERIFICATIONS,
    "verification_pages.submit_decision": Capability.VERIFY_PAPERS,
    "dossier_pages.show_dossier": Capability.READ_PARTNERS,
    "dossier_pages.download_dossier": Capability.READ_PARTNERS,
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
    "matchmaking_pages.show_park": Capability.READ_GRANTED,
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
        "journal_pages.show_security_contact",
    }
)
# Steps that somebody who finds an open browser must not be able to take: whoever last proved who
# they are too long ago does so again first, see `SessionPolicy.fresh`.
SENSITIVE: Final = frozenset(
    {
        "security.change_password",
        "security.change_email",
        "security.two_factor_setup",
        "security.two_factor_setup_validate",
        "security.mf_recovery_codes",
        "security.wan_register",
        "security.wan_register_response",
        "security.wan_delete",
        "accounts_pages.submit_phone",
        "accounts_pages.show_sessions",
        "accounts_pages.submit_session_end",
        "accounts_pages.submit_other_sessions_end",
        "organization_pages.submit_token",
        "organization_pages.submit_hand_over",
        "operator_pages.submit_officer",
    }
)
# Endpoints whose forms bring a file. Everywhere else a file is refused, and a form ends at 1 MB.
UPLOAD_ROUTES: Final = frozenset(
    {
        "streams_pages.submit_assay",
        "compliance_pages.submit_paper",
        "compliance_pages.submit_document",
        "organization_pages.submit_document",
    }
)

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
    app.teardown_appcontext(close_files)


def sign_in_session(secret: str) -> None:
    """Start a fresh browser session, so that nothing planted before sign-in survives it."""
    session.clear()
    session[LOGIN] = secret


def sign_out_session() -> None:
    session.clear()


def admit_driver(driver_pass: str) -> None:
    """Let a driver in, beside whoever is signed in with this browser: both reach only their own."""
    session[DRIVER] = driver_pass


def dismiss_driver() -> None:
    session.pop(DRIVER, None)


def _ask_again(frame: Frame) -> AnyResponse | None:
    """Send somebody whose last proof is old to prove it again, and then back here."""
    fresh = installation().settings.sessions.fresh
    if frame.authenticated_at is None or now_utc() - frame.authenticated_at < fresh:
        return None
    back = request.full_path if request.method in SAFE_METHODS else "/account"
    return redirect(url_for("security.verify", next=back), code=303)


def _screen() -> AnyResponse | None:
    """Where it comes from, how often, how large it may be; only then is the body read."""
    if isinstance(request.routing_exception, SecurityError):
        # By a name that is not ours no address of ours can be written, so no page of ours either.
        return Response(UNKNOWN_HOST, status=400, mimetype="text/plain")
    endpoint = request.endpoint or ""
    safe = request.method in SAFE_METHODS
    try:
        if endpoint not in UNLIMITED:
            group = group_of(endpoint, safe=safe, takes_file=endpoint in UPLOAD_ROUTES)
            check_group(group, _reader())
        if not safe:
            _check_same_origin()
    except (TooManyRequests, NotAllowed) as refusal:
        often = isinstance(refusal, TooManyRequests)
        topic = "request.too_often" if often else "request.cross_site"
        note_refusal(topic, {"endpoint": endpoint}, now=now_utc())
        raise
    if endpoint in UPLOAD_ROUTES and request.mimetype == "multipart/form-data":
        request.max_content_length = MAX_UPLOAD_BYTES
    if not safe:
        # Reads the body before the session begins: a slow client must not hold the write lock.
        with patience():
            request.get_data(cache=True, parse_form_data=True)
        if request.files and endpoint not in UPLOAD_ROUTES:
            raise UnsupportedMediaType
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
        own = origin is None or _host_of(origin) == request.host
    if not own:
        raise NotAllowed("cross-site", "This was sent from another website, not from here.")


def _host_of(origin: str) -> str:
    """The host that an origin names; none if it is no address at all, such as `http://[`."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _reader() -> str:
    """Who is counted: a signed-in browser, whose cookie nobody else can make; else an address."""
    login = session.get(LOGIN)
    if login:
        return f"browser:{sha256(str(login).encode()).hexdigest()[:32]}"
    return f"address:{network_of(request.remote_addr or '')}"


def _presented(needed: Capability | None) -> Presented:
    """What of all that a request brings counts here.

    Programs send a token and no cookie: nobody can abuse a browser to ask in their name. What is a
    driver's is reached by a driver's pass alone, and nothing else by it.
    """
    if request.path.startswith(API):
        sent = request.authorization
        bearer = sent.token if sent is not None and sent.type == "bearer" else None
        return Presented(bearer=bearer or None)
    if needed is Capability.DRIVE:
        return Presented(driver=session.get(DRIVER))
    return Presented(login=session.get(LOGIN))


def _refuse_program(presented: Presented, endpoint: str | None, needed: Capability | None) -> None:
    """Refuse a token that opens nothing, and a program without one where one is needed."""
    if presented.bearer:
        note_refusal("token.refused", {"endpoint": endpoint}, now=now_utc())
        raise _unauthorized("invalid_token")
    if needed is not PUBLIC:
        raise _unauthorized()


def _unauthorized(error: str | None = None) -> Unauthorized:
    """RFC 6750, section 3: without a token only the scheme is named."""
    values: dict[str, str | None] = {"realm": "offtake"}
    if error is not None:
        values["error"] = error
    return Unauthorized(www_authenticate=WWWAuthenticate("bearer", values))


def _admit() -> AnyResponse | None:
    """Sign in and check the route, once the body has been read."""
    endpoint = request.endpoint
    # No such path: Flask answers 404 or 405, in the frame of whoever asks.
    needed = PUBLIC if endpoint is None else ROUTES[endpoint]
    if endpoint in ANONYMOUS:
        return None
    presented = _presented(needed)
    frame = find_who_asks(presented, now_utc())
    actor = frame.actor
    if actor.role is Role.VISITOR and request.path.startswith(API):
        _refuse_program(presented, endpoint, needed)
    if needed is PUBLIC or actor.may(needed):
        return _ask_again(frame) if endpoint in SENSITIVE else None
    if actor.role is Role.VISITOR and needed is Capability.DRIVE:
        raise NotAllowed("driver-out", "Open your link again and enter your PIN.")
    if actor.role is Role.VISITOR:
        return redirect(url_for("security.login", next=request.full_path), code=303)
    try:
        require(actor, needed)
    except NotAllowed as refusal:
        facts = {"endpoint": endpoint, "needed": needed.value, "code": refusal.code}
        note_refusal("request.refused", facts, now=now_utc())
        raise
    return None
