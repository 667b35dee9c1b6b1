"""Pages of the whole country's market through the real application, without a network between."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from flask.testing import FlaskClient
from sqlalchemy import select

from app.settings import Settings
from app.web import create_app
from bench.figures import SEED, Figure, middle, share_below
from models.catalogue.tables import Material
from models.demands.tables import Demand
from models.streams.tables import Stream

REQUESTS: Final = 200
WARM_UPS: Final = 5
PARTNERS_MOST_MS: Final = 150.0
LIST_MOST_MS: Final = 150.0
PLACES: Final = ("Laiwu", "Jinan", "Tangshan", "Wuhan", "Chengdu", "Guangzhou", "Xi'an", "Ordos")
WORDS: Final = ("", "", "ash", "slag", "gypsum", "Huaneng", "cement", "粉煤灰", "水泥")


def measure(folder: Path) -> list[Figure]:
    app = create_app(Settings(DATABASE_URL="", instance=folder, rate_limits=False))
    sessions = app.extensions["offtake"].sessions
    with sessions() as session:
        streams = session.scalars(select(Stream.id).order_by(Stream.id)).all()
        demands = session.scalars(select(Demand.id).order_by(Demand.id)).all()
        materials = session.scalars(select(Material.id).order_by(Material.id)).all()
    chance = random.Random(SEED)  # noqa: S311  (which pages are asked for, nothing secret)
    asked = {
        "stream with partners": [
            f"/streams/{number}" for number in chance.sample(streams, REQUESTS)
        ],
        "demand with partners": [
            f"/demands/{number}" for number in chance.sample(demands, REQUESTS)
        ],
        "market list": [f"/market?{_filter(chance, materials)}" for _ in range(REQUESTS)],
        "market map": [
            f"/market/points.json?{_filter(chance, materials)}" for _ in range(REQUESTS // 4)
        ],
        "first page": ["/"] * (REQUESTS // 4),
    }
    goals = {
        "stream with partners": PARTNERS_MOST_MS,
        "demand with partners": PARTNERS_MOST_MS,
        "market list": LIST_MOST_MS,
    }
    client = app.test_client()
    # The emptiest page there is: a session, the frame, a form.
    floor_ms = middle(ask(client, ["/sign-in"] * REQUESTS))
    figures = []
    for name, addresses in asked.items():
        taken = ask(client, addresses)
        for share, mark in ((0.5, "p50"), (0.95, "p95")):
            value = share_below(taken, share)
            figures.append(
                Figure(
                    subject="pages",
                    name=f"{name}, {mark}",
                    value=value,
                    unit="ms",
                    ratio=value / floor_ms,
                    baseline=f"sign-in page, {floor_ms:.1f} ms",
                    most=goals.get(name) if mark == "p95" else None,
                )
            )
    sessions.kw["bind"].dispose()
    return figures


def ask(client: FlaskClient, addresses: Sequence[str]) -> list[float]:
    """Milliseconds of each request, after a few that are not counted."""
    for address in addresses[:WARM_UPS]:
        _answered(client, address)
    taken = []
    for address in addresses:
        started = perf_counter()
        _answered(client, address)
        taken.append(1000 * (perf_counter() - started))
    return taken


def _answered(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")


def _filter(chance: random.Random, materials: Sequence[int]) -> str:
    """A filter as people set it: one to three of its parts."""
    parts = {
        "side": chance.choice(("all", "stream", "demand")),
        "material": str(chance.choice(materials)) if chance.random() < 0.3 else "",
        "price": chance.choice(("", "", "pays", "50", "100")),
        "q": chance.choice(WORDS),
    }
    if chance.random() < 0.5:
        parts |= {"near": chance.choice(PLACES), "within_km": chance.choice(("100", "200", "300"))}
    return "&".join(f"{name}={value}" for name, value in parts.items())
