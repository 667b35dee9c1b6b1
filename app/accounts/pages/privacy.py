"""What is kept about a person: read it, take it away, delete it."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.inputs.privacy import DeleteAccount
from app.accounts.queries.privacy import personal_file, sole_responsibilities
from app.accounts.services.privacy import delete_account
from app.clock import now_utc
from app.edge import begin, begin_apart, current_actor, current_frame, installation, read_form
from app.journal.services import AuditNote, write_audit
from app.problems import problem_of, status_of
from app.security import sign_out_session
from models.errors import NotAllowed, Refusal
from models.permissions import Capability, require_user

privacy_pages = Blueprint("privacy_pages", __name__)
_PROOF: str = "security.verify"


@privacy_pages.get("/account/privacy")
def show_privacy() -> ResponseReturnValue:
    return _page({})


@privacy_pages.get("/account/privacy/file.json")
def download_file() -> ResponseReturnValue:
    """Everything at once is worth stealing: who takes it away has just proved who they are."""
    now, actor = now_utc(), current_actor()
    user_id = require_user(actor, Capability.USE_ACCOUNT)
    if (proof := _proof_wanted(now)) is not None:
        return proof
    with begin_apart() as session:
        note = AuditNote(topic="account.exported", subject_kind="user", subject_id=user_id)
        write_audit(session, note, actor=actor, now=now)
    with begin() as session:
        response = jsonify(personal_file(session, user_id, now=now))
    name = f"offtake-{now.date().isoformat()}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@privacy_pages.post("/account/privacy/delete")
def submit_deletion() -> ResponseReturnValue:
    now = now_utc()
    if (proof := _proof_wanted(now)) is not None:
        return proof
    try:
        read_form(DeleteAccount)
        with begin() as session:
            delete_account(session, actor=current_actor(), now=now)
    except Refusal as refusal:
        return _page(problem_of(refusal)), status_of(refusal)
    sign_out_session()
    return redirect(url_for("privacy_pages.show_deleted"), code=303)


@privacy_pages.get("/account-deleted")
def show_deleted() -> ResponseReturnValue:
    return render_template("accounts/deleted.html")


def _page(problem: dict[str, object]) -> str:
    policy = installation().settings.retention
    with begin() as session:
        user_id = require_user(current_actor(), Capability.USE_ACCOUNT)
        keeps = sole_responsibilities(session, user_id)
    return render_template(
        "accounts/privacy.html", problem=problem, values={}, keeps=keeps, policy=policy
    )


def _proof_wanted(now: datetime) -> ResponseReturnValue | None:
    """Where to prove once more who one is, or None if that was done a moment ago."""
    proved_at = current_frame().authenticated_at
    fresh = installation().settings.sessions.fresh
    if proved_at is not None and now - proved_at < fresh:
        return None
    if _PROOF not in current_app.view_functions:
        raise NotAllowed(
            "proof-needed", "Sign in once more: this needs a fresh proof of who you are."
        )
    back = url_for("privacy_pages.show_privacy")
    return redirect(
        url_for(_PROOF, next=request.full_path if request.method == "GET" else back), 303
    )
