"""The operator's queue of papers: see what waits, verify it or say what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.clock import day_in, now_utc
from app.compliance.inputs import PaperStep
from app.compliance.queries import number_checks, paper_queue
from app.compliance.services import move_paper
from app.edge import begin, current_actor, installation, read_input
from app.problems import problem_of, status_of
from models.compliance.papers import PaperAction
from models.errors import Refusal

verification_pages = Blueprint("verification_pages", __name__)
DECISIONS = frozenset({PaperAction.VERIFY, PaperAction.REFUSE})


@verification_pages.get("/verification/papers")
def show_queue() -> ResponseReturnValue:
    return _page({}, {})


@verification_pages.post("/verification/papers/<int:paper_id>/<action>")
def submit_decision(paper_id: int, action: str) -> ResponseReturnValue:
    if action not in DECISIONS:
        raise PageNotFound
    reason = request.form.get("reason", "")
    try:
        command = read_input(PaperStep, {"action": action, "reason": reason})
        with begin() as session:
            move_paper(session, paper_id, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        tried = {"paper_id": paper_id, "reason": reason}
        return _page(tried, problem_of(refusal)), status_of(refusal)
    return redirect(url_for("verification_pages.show_queue"), code=303)


def _page(tried: Mapping[str, object], problem: Mapping[str, object]) -> str:
    policy = installation().settings.compliance
    with begin() as session:
        queue = paper_queue(session, on=day_in(policy.time_zone, now_utc()))
        numbers = number_checks(session, queue.waiting, policy.jurisdiction)
    return render_template(
        "compliance/queue.html", queue=queue, numbers=numbers, tried=tried, problem=problem
    )
