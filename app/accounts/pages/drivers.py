"""Drivers: their carrier gives them a link and a PIN; they come in by them on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import segno
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.accounts.inputs.members import AddDriver, EnterPin
from app.accounts.pages.blueprints import driver_pages, organization_pages
from app.accounts.queries.drivers import driver_on_the_road, drivers_of, is_driver_link_open
from app.accounts.services.drivers import (
    DriverAccess,
    add_driver,
    enter_as_driver,
    revoke_driver,
)
from app.clock import now_utc
from app.edge import begin, current_actor, form_fields, note_refusal, read_form
from app.problems import problem_of, status_of
from app.security import admit_driver, dismiss_driver
from models.accounts.driving import DAYS_MAX
from models.errors import Invalid, NotFound, Refusal

DRIVERS: Final = "organization_pages.show_drivers"
_DAYS: Final = {"days": "30"}


@organization_pages.get("/organization/drivers")
def show_drivers() -> ResponseReturnValue:
    return _page(_DAYS, {})


@organization_pages.post("/organization/drivers")
def submit_driver() -> ResponseReturnValue:
    try:
        command = read_form(AddDriver)
        with begin() as session:
            access = add_driver(session, command, actor=current_actor(), now=now_utc())
    except Refusal as refusal:
        return _page(form_fields(), problem_of(refusal)), status_of(refusal)
    # Shown here and never again: a redirect would have to carry it along.
    return _page(_DAYS, {}, access)


@organization_pages.post("/organization/drivers/<int:driver_id>/revoke")
def submit_driver_end(driver_id: int) -> ResponseReturnValue:
    with begin() as session:
        revoke_driver(session, driver_id, actor=current_actor(), now=now_utc())
    return redirect(url_for(DRIVERS), code=303)


@driver_pages.get("/drive/<secret>")
def show_pin(secret: str) -> ResponseReturnValue:
    with begin() as session:
        _check_link(is_open=is_driver_link_open(session, secret, now=now_utc()))
    return _pin(secret, {})


@driver_pages.post("/drive/<secret>")
def submit_pin(secret: str) -> ResponseReturnValue:
    try:
        command = read_form(EnterPin)
        with begin() as session:
            answer = enter_as_driver(session, secret, command, now=now_utc())
        if answer.driver_pass is None:
            note_refusal("driver.refused", {"tries_left": answer.tries_left}, now=now_utc())
            _check_link(is_open=answer.tries_left > 0)
            raise Invalid(
                "pin-wrong",
                "This PIN is wrong. After five wrong ones the link is locked.",
                field="pin",
                tries_left=answer.tries_left,
            )
    except Invalid as refusal:
        return _pin(secret, problem_of(refusal)), status_of(refusal)
    admit_driver(answer.driver_pass)
    return redirect(url_for("driver_pages.show_trips"), code=303)


@driver_pages.get("/drive")
def show_trips() -> ResponseReturnValue:
    driver_id = current_actor().driver_id
    assert driver_id is not None
    with begin() as session:
        driver = driver_on_the_road(session, driver_id)
    return render_template("accounts/driver.html", driver=driver)


@driver_pages.post("/drive/leave")
def submit_leaving() -> ResponseReturnValue:
    dismiss_driver()
    return redirect(url_for("matchmaking_pages.show_landing"), code=303)


def _check_link(*, is_open: bool) -> None:
    if not is_open:
        raise NotFound("driver-link-ended", "This link opens nothing any more. Ask for a new one.")


def _pin(secret: str, problem: Mapping[str, object]) -> str:
    return render_template("accounts/driver_pin.html", secret=secret, values={}, problem=problem)


def _page(
    values: Mapping[str, object],
    problem: Mapping[str, object],
    access: DriverAccess | None = None,
) -> str:
    with begin() as session:
        rows = drivers_of(session, actor=current_actor(), now=now_utc())
    link, drawn = "", Markup()
    if access is not None:
        link = url_for("driver_pages.show_pin", secret=access.secret, _external=True)
        qr = segno.make(link, error="m").svg_inline(omitsize=True, svgclass="qr", lineclass=None)
        drawn = Markup(qr)  # noqa: S704  (drawn by segno from our own address)
    return render_template(
        "accounts/drivers.html",
        rows=rows,
        access=access,
        link=link,
        qr_svg=drawn,
        days_max=DAYS_MAX,
        values=values,
        problem=problem,
    )
