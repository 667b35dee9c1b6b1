"""Each role at each route, about its own and others' things, and what is told of them.

The table is tests/app/permission_table.py: whoever changes who may do what changes it there too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts.inputs.members import MakeToken
from app.accounts.services.tokens import make_token
from app.clock import now_utc
from app.database import write_transaction
from app.security import ROUTES
from models.permissions import Role
from tests.app.browsing import faults_of
from tests.app.permission_table import ADDRESSED, TABLE, form_of
from tests.app.walk import ROLES, World, ask, make_world, put_back, rules_of, sign_of
from tests.market import Market

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)

SECRET = re.compile(r"secret-([a-z_]+)-(\w+)", re.IGNORECASE)
# Who looks into everything by office, see `READ_ALL_PARTNERS` and `READ_VERIFICATIONS`.
READS_ALL = {"auditor", "operator"}
# What a grant opens: what is or was on the market.
GRANTED = {("granter", "paused")}
# What the trustee dossier of a receiver tells whoever checks it, see app/compliance.
DOSSIER = {"paper", "site"}
GROUPS = [ROLES[:3], ROLES[3:7], ROLES[7:11], ROLES[11:]]


def cells(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, endpoint and ownership of every row that the table has to have."""
    for endpoint, rule in sorted(rules_of(app).items()):
        owners = ["own"]
        if set(rule.arguments) & ADDRESSED:
            owners += ["other", "park"]
        if set(rule.arguments) & {"stream_id", "demand_id"}:
            owners += ["public"]
        for method in ("GET", "POST"):
            if method in (rule.methods or ()):
                yield from ((method, endpoint, owner) for owner in owners)


def address_of(world: World, endpoint: str, ownership: str, role: str) -> str:
    rule = world.rules[endpoint]
    values = world.values_of(ownership, role)
    with world.app.test_request_context():
        built = rule.build({k: v for k, v in values.items() if k in rule.arguments})
    assert built is not None, endpoint
    return built[1]


def text_of(answer: TestResponse) -> str:
    """All that an answer says: its headers, and what is packed in it."""
    body = answer.get_data()
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    return f"{answer.headers}\n{body.decode('utf-8', 'replace')}"


def may_be_told(role: str, house: str, what: str, endpoint: str, world: World) -> bool:
    """Whether this reader may read what the house keeps to itself."""
    own = world.houses[house].actor.organization_id
    if role not in {"visitor", "guest", "driver"}:
        if world.own(role).actor.organization_id == own:
            return True
        if endpoint.startswith("dossier_pages") and what in DOSSIER:
            return True
    if role in READS_ALL:
        return True
    return role in {"park_manager", "facilitator"} and (house, what) in GRANTED


def test_every_route_has_a_row_and_every_row_a_route(app: Flask, market: Market) -> None:
    wanted = {(f"{method} {endpoint}", owner) for method, endpoint, owner in cells(app)}
    assert {(key, owner) for key, rows in TABLE.items() for owner in rows} == wanted
    assert {key.partition(" ")[2] for key in TABLE} == set(ROUTES)
    assert {len(row.replace(" ", "")) for rows in TABLE.values() for row in rows.values()} == {15}


@pytest.mark.parametrize("roles", GROUPS, ids="-".join)
def test_each_cell_is_as_the_table_says_and_tells_nothing_of_others(
    app: Flask, market: Market, roles: tuple[str, ...]
) -> None:
    world = make_world(app, market)
    limits = app.extensions["offtake_limits"].shared.storage
    found, wanted, told, faults = {}, {}, set(), set()
    with put_back(app) as step:
        for method, endpoint, ownership in cells(app):
            row = TABLE[f"{method} {endpoint}"][ownership].replace(" ", "")
            for role in roles:
                address = address_of(world, endpoint, ownership, role)
                form = form_of(endpoint, world, ownership, role)
                limits.reset()
                with step():
                    answer = ask(world, role, method, address, form)
                    key = (role, method, endpoint, ownership)
                    found[key], wanted[key] = sign_of(answer), row[ROLES.index(role)]
                    text = text_of(answer)
                    if answer.mimetype == "text/html" and "<html" in text:
                        faults |= {(endpoint, fault) for fault in faults_of(answer.text)}
                    answer.close()
                told |= {
                    (role, endpoint, ownership, house, what)
                    for house, what in SECRET.findall(text.lower())
                    if not may_be_told(role, house, what, endpoint, world)
                }
    assert {k: (v, wanted[k]) for k, v in found.items() if v != wanted[k]} == {}
    assert told == set()
    assert faults == set()
    assert len(found) == len(roles) * sum(1 for _ in cells(app))


def test_a_token_reaches_the_api_alone_and_no_cookie_does(app: Flask, market: Market) -> None:
    command = MakeToken(name="scale", scopes=["read_own", "manage_streams"], days=1)
    with write_transaction(app.extensions["offtake"].sessions) as session:
        token = make_token(session, command, actor=market.factory, now=now_utc())
    client = app.test_client()
    header = {"Authorization": f"Bearer {token}"}
    answer = client.get("/api/v1/me", headers=header)
    assert answer.status_code == 200
    assert answer.json["role"] == Role.OWNER.value
    assert answer.json["organization"] == {
        "id": market.factory.organization_id,
        "name": "factory",
    }
    assert answer.json["scopes"] == ["manage_streams", "read_market", "read_own"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/streams", headers=header).status_code == 303
    assert client.get("/organization", headers=header).status_code == 303
    for sent in ("", "Bearer", "Bearer x", f"Basic {token}", f"Bearer {token[:-1]}", "bearer " * 9):
        refused = client.get("/api/v1/me", headers={"Authorization": sent})
        assert refused.status_code == 401, sent
        assert refused.mimetype == "application/problem+json"
        assert refused.headers["WWW-Authenticate"].lower().startswith("bearer realm=")
        assert token[:-1] not in refused.text
