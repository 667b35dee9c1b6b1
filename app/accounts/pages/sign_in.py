"""What surrounds the flows of signing in: sign out, the language, what stands between two steps."""

from __future__ import annotations

from typing import Final

from flask import (
    Blueprint,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.accounts.pages.proofs import own_next
from app.accounts.pages.rendering import notes
from app.accounts.services import end_login_session
from app.clock import now_utc
from app.edge import begin, current_frame, installation
from app.i18n import LANGUAGES, language_cookie
from app.security import sign_out_session

accounts_pages = Blueprint("accounts_pages", __name__)
ONE_YEAR_SECONDS: Final = 31_536_000


@accounts_pages.get("/sign-up/sent")
def show_letter_sent() -> ResponseReturnValue:
    notes()  # said on this page in words that tell nobody who is known here
    return render_template("accounts/letter_sent.html")


@accounts_pages.post("/account/email/confirm")
def submit_new_address() -> ResponseReturnValue:
    """The button behind the link to a new address; the library's own page would do it at once."""
    view = current_app.view_functions["security.change_email_confirm"]
    return make_response(view(token=request.form.get("token", "")))


@accounts_pages.post("/sign-out")
def submit_sign_out() -> ResponseReturnValue:
    frame = current_frame()
    if frame.login_session_id is not None:
        with begin() as session:
            end_login_session(session, frame.login_session_id, actor=frame.actor, now=now_utc())
    sign_out_session()
    answer = redirect(url_for("matchmaking_pages.show_landing"), code=303)
    # Also what a browser keeps to go back to at once; the theme of the reader stays.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@accounts_pages.get("/language/<code>")
def choose_language(code: str) -> ResponseReturnValue:
    if code not in LANGUAGES:
        abort(404)
    onward = own_next(request.args.get("next", "")) or url_for("matchmaking_pages.show_landing")
    return with_language(redirect(onward, code=303), code)


def with_language(response: Response, code: str) -> Response:
    response.set_cookie(
        language_cookie(),
        code,
        max_age=ONE_YEAR_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=installation().settings.secure_cookies,
    )
    return response
