"""The API of accounts: who a program is here."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from app.accounts.outputs import MeShown
from app.accounts.queries.bearers import token_facts
from app.edge import begin, current_frame

accounts_api = Blueprint("accounts_api", __name__, url_prefix="/api/v1")


@accounts_api.get("/me")
def show_me() -> Response:
    token_id = current_frame().token_id
    assert token_id is not None
    with begin() as session:
        facts = token_facts(session, token_id)
    return jsonify(MeShown.of(facts).model_dump(mode="json"))
