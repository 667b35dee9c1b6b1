"""The flows of Flask-Security, run in this house: one transaction, no hashing under the lock."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from flask import (
    Response,
    abort,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_security import UserMixin
from flask_security.utils import set_request_attr

from app.accounts.pages.proofs import account_address, own_next
from app.accounts.pages.slow_work import (
    PasswordContext,
    note_recovery_code,
    prepared_recovery_codes,
)
from app.accounts.pages.throttle import forget_tries, throttle
from app.accounts.queries.people import needs_second_factor, password_hash_of, user_id_of
from app.accounts.services import (
    admit_person,
    end_login_session,
    end_login_sessions_of,
    end_one_factor_sessions_of,
    find_recovery_code,
    note_of_person,
    renew_login_session,
    write_notice,
)
from app.clock import now_utc
from app.edge import begin, current_frame, request_session
from app.security import sign_in_session
from models.errors import Conflict

View = Callable[..., ResponseReturnValue]
# What the library keeps in its cookie. Ours holds one secret; the rest is lent for one request.
_LENT: Final = ("_user_id", "_fresh", "_id", "_remember", "fs_cc", "fs_paa", "fs_gexp")
_FLASHES: Final = "_flashes"
_HALF_WAY: Final = "half_way_since"
_HALF_WAY_SECONDS: Final = 600
_READ_MAX: Final = 1_000
# Parts of the library that this market does not offer.
CLOSED: Final = frozenset({"two_factor_rescue"})
_LINKS: Final = frozenset({"confirm_email", "change_email_confirm"})
_VERIFYING: Final = frozenset({"verify", "wan_verify_response"})
_ADMITTING: Final = frozenset(
    {"login", "two_factor_token_validation", "mf_recovery", "wan_signin_response"}
)
_VIA: Final = {
    "login": "password",
    "two_factor_token_validation": "authenticator",
    "mf_recovery": "recovery_code",
    "wan_signin_response": "passkey",
}
_REFUSED: Final = 422


def in_house(name: str, view: View) -> View:
    """A view of Flask-Security as a page of ours: count, work, begin, call, answer."""

    @functools.wraps(view)
    def run(**arguments: Any) -> ResponseReturnValue:
        if name in CLOSED:
            abort(404)
        if request.is_json:
            abort(415)
        if name in _LINKS and request.method == "GET":
            # Programs that read letters open every link: only a button changes anything.
            return render_template("accounts/press.html", flow=name, token=arguments["token"])
        if request.method == "POST":
            _forget_old_half_way()
            throttle(name)
            _work_ahead(name)
        try:
            answer = _call(name, view, arguments)
        except Conflict as refusal:
            if name != "register" or refusal.code != "email-taken":
                raise
            # Two sign-ups at once: the second is told what everybody is told.
            return redirect(url_for("accounts_pages.show_letter_sent"))
        return _let_in(name, answer)

    return run


def load_person(find: Callable[[int], UserMixin | None]) -> Callable[[str], UserMixin | None]:
    """How Flask-Login finds who is signed in: by our own row, which the frame has read."""

    def load(_: str) -> UserMixin | None:
        frame = current_frame()
        if frame.actor.user_id is None or frame.authenticated_at is None:
            return None
        set_request_attr("fs_authn_via", "session")
        set_request_attr("fs_paa", frame.authenticated_at.timestamp())
        return find(frame.actor.user_id)

    return load


def on_authenticated(_: object, user: Any, authn_via: list[str] | None, **__: object) -> None:
    """Somebody has proved enough: open a session of ours, or renew the one there is."""
    opened, now, frame = request_session(), now_utc(), current_frame()
    if authn_via == ["change"]:
        assert frame.login_session_id is not None
        end_login_sessions_of(opened, user.id, but=frame.login_session_id, now=now)
        g.admitted = renew_login_session(opened, frame.login_session_id, now=now)
        return
    if frame.login_session_id is not None:
        # Whoever signs in once more in the same browser leaves no session behind.
        end_login_session(opened, frame.login_session_id, actor=frame.actor, now=now)
    via = _VIA[_flow_name()]
    g.admitted = admit_person(
        opened,
        user.id,
        via=via,
        second_factor=via != "password",
        account=account_address(),
        now=now,
    )
    g.lacks_factor = via == "password" and needs_second_factor(opened, user.id)


def on_failed(_: object, user: Any, **__: object) -> None:
    """Somebody who is known could not prove it; noted when the view has answered."""
    g.failed_user_id = user.id


def on_password_reset(_: object, user: Any, **__: object) -> None:
    opened, now = request_session(), now_utc()
    end_login_sessions_of(opened, user.id, now=now)
    note_of_person(opened, user.id, "account.password_reset", now=now)


def on_password_changed(_: object, user: Any, **__: object) -> None:
    note_of_person(request_session(), user.id, "account.password_changed", now=now_utc())


def on_registered(_: object, user: Any, **__: object) -> None:
    note_of_person(request_session(), user.id, "account.opened", now=now_utc())


def on_confirmed(_: object, user: Any, **__: object) -> None:
    note_of_person(request_session(), user.id, "account.address_confirmed", now=now_utc())


def on_address_changed(_: object, user: Any, old_email: str, **__: object) -> None:
    opened, now = request_session(), now_utc()
    note_of_person(opened, user.id, "account.address_changed", now=now)
    write_notice(
        opened, user.id, "address_changed", now=now, to=old_email, account=account_address()
    )


def on_factor_added(_: object, user: Any, **__: object) -> None:
    """The browser in which it was set up has just shown it; others show it when they come again."""
    opened, now, frame = request_session(), now_utc(), current_frame()
    end_one_factor_sessions_of(opened, user.id, but=frame.login_session_id, now=now)
    note_of_person(opened, user.id, "account.factor_added", now=now)
    write_notice(opened, user.id, "factor_changed", now=now, account=account_address())
    if frame.login_session_id is not None:
        g.admitted = renew_login_session(
            opened, frame.login_session_id, second_factor=True, now=now
        )


def on_factor_removed(_: object, user: Any, **__: object) -> None:
    write_notice(
        request_session(), user.id, "factor_changed", now=now_utc(), account=account_address()
    )


def _flow_name() -> str:
    return (request.endpoint or "").rpartition(".")[2]


def _call(name: str, view: View, arguments: dict[str, Any]) -> Response:
    with _lent_session(), begin():
        answer = make_response(view(**arguments))
        _finish(name, answer, now_utc())
    return answer


@contextmanager
def _lent_session() -> Iterator[None]:
    """Show the library a cookie as it would keep it, made of what our own row says."""
    frame = current_frame()
    # Flask-Principal has asked before there was anything to see.
    g.pop("_login_user", None)
    if frame.actor.user_id is not None and frame.authenticated_at is not None:
        session["_user_id"] = str(frame.actor.user_id)
        session["_fresh"] = True
        session["fs_paa"] = frame.authenticated_at.timestamp()
    try:
        yield
    finally:
        for key in [*_LENT, *(key for key in session if key.startswith("identity."))]:
            session.pop(key, None)


def _finish(name: str, answer: Response, now: datetime) -> None:
    """What our own rows have to learn, in the transaction of the view."""
    if "tf_user_id" in session:
        session.setdefault(_HALF_WAY, now.timestamp())
    else:
        session.pop(_HALF_WAY, None)
    refused = name == "login" and request.method == "POST" and answer.status_code == _REFUSED
    if refused or "failed_user_id" in g:
        topic = "account.sign_in_refused" if name == "login" else "account.proof_refused"
        user_id = g.get("failed_user_id")
        note_of_person(request_session(), user_id, topic, now=now, refused=True)
    frame = current_frame()
    if name not in _VERIFYING or frame.login_session_id is None or frame.authenticated_at is None:
        return
    if float(session.get("fs_paa", 0)) > frame.authenticated_at.timestamp():
        g.admitted = renew_login_session(
            request_session(),
            frame.login_session_id,
            second_factor=name == "wan_verify_response" or "showed_factor" in g,
            now=now,
        )


def _let_in(name: str, answer: Response) -> Response:
    """Hand out the secret of the session, once the transaction that made it stands."""
    secret = g.pop("admitted", None)
    if secret is None:
        return answer
    said = session.get(_FLASHES)
    sign_in_session(secret)
    if name not in _ADMITTING:
        if said:
            session[_FLASHES] = said
        return answer
    forget_tries()
    onward = own_next(request.values.get("next", ""))
    if g.get("lacks_factor", False):
        return make_response(
            redirect(url_for("accounts_pages.show_second_factor", next=onward), code=303)
        )
    onward = onward or url_for("matchmaking_pages.show_landing")
    return make_response(redirect(onward, code=303))


def _forget_old_half_way() -> None:
    """Between password and code there are ten minutes, whatever an old cookie says."""
    since = session.get(_HALF_WAY)
    if "tf_user_id" in session and (
        not isinstance(since, float) or now_utc().timestamp() - since > _HALF_WAY_SECONDS
    ):
        for key in [key for key in session if key.startswith("tf_")]:
            session.pop(key)


def _work_ahead(name: str) -> None:
    """Hash whatever the view will ask for, so that nobody waits for the write lock meanwhile."""
    work, form = PasswordContext(), request.form
    password, user_id = form.get("password", "")[:_READ_MAX], current_frame().actor.user_id
    if name == "login":
        with begin(writes=False) as opened:
            known = password_hash_of(opened, email=form.get("email", "").strip().lower())
        if known is None:
            work.hash(password)
        else:
            work.verify(password, known)
    elif name in {"register", "reset_password"}:
        work.hash(password)
    elif name in {"verify", "change_password"} and user_id is not None:
        with begin(writes=False) as opened:
            known = password_hash_of(opened, user_id=user_id)
        if password:
            work.verify(password, known)
        if new := form.get("new_password", "")[:_READ_MAX]:
            work.hash(new)
    elif name == "mf_recovery_codes":
        prepared_recovery_codes()
    elif name == "mf_recovery":
        _look_for_recovery_code(form.get("code", ""))


def _look_for_recovery_code(code: str) -> None:
    with begin(writes=False) as opened:
        user_id = user_id_of(opened, str(session.get("tf_user_id", "")))
        if user_id is not None:
            found = find_recovery_code(opened, user_id, code[:_READ_MAX])
            note_recovery_code(user_id, code, found)
