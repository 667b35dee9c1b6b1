"""The landing page, the market, and the page of each stream and demand with its partners."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import segno
from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.clock import day_in, now_utc
from app.edge import begin, current_actor, installation, read_input
from app.i18n import current_language
from app.matchmaking.inputs import MarketFilter
from app.matchmaking.queries.details import demand_page, stream_page
from app.matchmaking.queries.figures import market_figures
from app.matchmaking.queries.landing import landing_map
from app.matchmaking.queries.market import market_page, market_points, material_choices
from app.matchmaking.queries.park import granted_pages, park_pages
from app.matchmaking.queries.partners import partners_for
from app.matchmaking.queries.rows import DemandPage, MarketPage, StreamPage
from app.problems import problem_of, status_of
from app.settings import MatchingPolicy
from models.errors import Refusal
from models.permissions import Capability
from models.quantities import Grams

matchmaking_pages = Blueprint("matchmaking_pages", __name__)
NOTHING = MarketPage(rows=(), streams=0, demands=0, stream_mass_g=Grams(0), page=1, pages=1)


@matchmaking_pages.get("/")
def show_landing() -> ResponseReturnValue:
    with begin() as session:
        figures = market_figures(session)
        drawn = landing_map(session)
    return render_template("matchmaking/landing.html", figures=figures, map_svg=drawn)


@matchmaking_pages.get("/market")
def show_market() -> ResponseReturnValue:
    policy = installation().settings.places
    wanted, page, problem, status = MarketFilter(), NOTHING, {}, 200
    try:
        wanted = read_input(MarketFilter, request.args)
        with begin() as session:
            page = market_page(session, wanted, policy=policy, language=current_language())
    except Refusal as refusal:
        problem, status = problem_of(refusal), int(status_of(refusal))
        wanted = _what_can_be_kept(refusal)
    with begin() as session:
        materials = material_choices(session)
    partial = request.headers.get("HX-Request") == "true"
    html = render_template(
        "matchmaking/market_rows.html" if partial else "matchmaking/market.html",
        page=page,
        filter=wanted,
        materials=materials,
        problem=problem,
        values=request.args,
    )
    # The same address answers with the whole page or with its rows.
    return html, status, {"Vary": "HX-Request"}


def _what_can_be_kept(refusal: Refusal) -> MarketFilter:
    """The filter as it was sent, without the fields that were refused."""
    refused = refusal.facts.get("errors", ())
    assert isinstance(refused, Collection)
    return read_input(MarketFilter, {k: v for k, v in request.args.items() if k not in refused})


@matchmaking_pages.get("/market/points.json")
def list_points() -> Response:
    wanted = read_input(MarketFilter, request.args)
    policy = installation().settings.places
    with begin() as session:
        points = market_points(session, wanted, policy=policy, language=current_language())
    return jsonify(points)


@matchmaking_pages.get("/streams/<int:stream_id>")
def show_stream(stream_id: int) -> ResponseReturnValue:
    today, actor = _today(), current_actor()
    with begin() as session:
        stream = stream_page(session, stream_id, actor=actor, today=today)
        partners = partners_for(session, stream, actor=actor, today=today, policy=_policy())
    return render_template(
        "matchmaking/stream.html",
        stream=stream,
        partners=partners,
        may_edit=_may_edit(Capability.MANAGE_STREAMS, stream.owner_id),
    )


@matchmaking_pages.get("/demands/<int:demand_id>")
def show_demand(demand_id: int) -> ResponseReturnValue:
    today, actor = _today(), current_actor()
    with begin() as session:
        demand = demand_page(session, demand_id, actor=actor, today=today)
        partners = partners_for(session, demand, actor=actor, today=today, policy=_policy())
    return render_template(
        "matchmaking/demand.html",
        demand=demand,
        partners=partners,
        may_edit=_may_edit(Capability.MANAGE_DEMANDS, demand.owner_id),
    )


@matchmaking_pages.get("/park")
def show_park() -> ResponseReturnValue:
    actor = current_actor()
    with begin() as session:
        parks = park_pages(session, actor=actor)
        granted = granted_pages(session, actor=actor)
    return render_template("matchmaking/park.html", parks=parks, granted=granted)


def _policy() -> MatchingPolicy:
    return installation().settings.matching


def _today() -> date:
    return day_in(_policy().time_zone, now_utc())


def _may_edit(capability: Capability, owner_id: int) -> bool:
    actor = current_actor()
    return actor.may(capability) and actor.organization_id == owner_id


@matchmaking_pages.get("/streams/<int:stream_id>/poster")
def show_stream_poster(stream_id: int) -> ResponseReturnValue:
    with begin() as session:
        page = stream_page(session, stream_id, actor=current_actor(), today=_today())
    address = url_for("matchmaking_pages.show_stream", stream_id=stream_id, _external=True)
    return _poster(page, address)


@matchmaking_pages.get("/demands/<int:demand_id>/poster")
def show_demand_poster(demand_id: int) -> ResponseReturnValue:
    with begin() as session:
        page = demand_page(session, demand_id, actor=current_actor(), today=_today())
    address = url_for("matchmaking_pages.show_demand", demand_id=demand_id, _external=True)
    return _poster(page, address)


def _poster(page: StreamPage | DemandPage, address: str) -> str:
    drawn = segno.make(address, error="m").svg_inline(
        omitsize=True, svgclass="qr", lineclass=None, border=2
    )
    return render_template(
        "matchmaking/poster.html",
        listing=page.listing,
        page=page,
        qr_svg=Markup(drawn),  # noqa: S704  (drawn by segno from our own address)
        url=address,
    )
