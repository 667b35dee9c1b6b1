"""Forms of organizations, of the operator and of drivers: refused by field, storing nothing."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import pytest
from sqlalchemy import select, update

from app.accounts.inputs.members import AddDriver
from app.accounts.services.drivers import add_driver
from app.clock import now_utc
from app.database import write_transaction
from models.accounts.tables import Organization
from models.metadata import metadata
from tests.app.accounts.flows import confirmed, enter, opened
from tests.app.accounts.houses import CODES
from tests.app.browsing import IN_CHINESE, faults_of, marked, signed_in, token_of

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)

# What a refusal leaves behind: the browser was seen, and the trail knows who was refused.
TRACES = {"login_session", "audit_pending", "audit_entry", "audit_person", "audit_link", "job"}
# Thousands of rows that no form of these pages reaches.
FACTS = ("waste_", "material", "region", "place", "parameter", "profile")
HEADING = re.compile(r"<(?:h1|b)[^>]*>([^<]+)</(?:h1|b)>")
SUMMARY = re.compile(r'<li><a href="#f-([a-z_]+)')
MIXED = "\u0410cme Works"  # a Cyrillic capital where Latin has its A
PROFILE = {
    "name": "Works", "country": "CN", "register_kind": "cn_credit_code", "register_number": CODES[0]
}  # fmt: skip
INVITED = {"email": "vera@example.com", "role": "viewer"}
OFFICER = INVITED | {"role": "auditor"}
PROGRAM = {"name": "scale", "scopes": ["read_own"], "days": "30"}
DRIVER = {"name": "Li", "phone": "", "days": "30"}
PARK = {"name_en": "Park", "name_zh": "园区", "lat": "36.1", "lon": "117.6"}
FILE = {"kind": "business_licence", "document": ("licence.pdf", b"no licence at all")}

BAD_PROFILES = (
    (PROFILE | {"name": ""}, "name"),
    (PROFILE | {"name": MIXED}, "name"),
    (PROFILE | {"name": "=1+1"}, "name"),
    (PROFILE | {"name": "n" * 121}, "name"),
    (PROFILE | {"name_zh": MIXED}, "name_zh"),
    (PROFILE | {"country": "XX"}, "country"),
    (PROFILE | {"register_kind": "none"}, "register_kind"),
    (PROFILE | {"register_number": CODES[0][:-1] + "4"}, "register_number"),
    (PROFILE | {"register_number": ""}, "register_number"),
)
# Of an organization that is not verified yet. Address, form, status, the field that is named.
NEW = (
    *(("/organization", form, 422, field) for form, field in BAD_PROFILES[1::3]),
    ("/organization", {**PROFILE, "standing": "verified"}, 422, "standing"),
    ("/organization/documents", {"kind": "business_licence"}, 422, "document"),
    ("/organization/documents", FILE, 422, "document"),
    ("/organization/documents", FILE | {"document": ("a.exe", b"MZ")}, 422, "document"),
    ("/organization/documents", FILE | {"kind": "poem"}, 422, "kind"),
    ("/organization/documents/999/remove", {}, 404, None),
    ("/organization/submit", {}, 422, "register_number"),
)
# Of the owner of a verified one, who is its only member; `2` is the membership of a stranger.
OWNER = (
    ("/organization", PROFILE, 409, None),
    ("/organization/submit", {}, 409, None),
    ("/organization/documents/999/remove", {}, 409, None),
    ("/organization/choose", {"organization_id": "x"}, 422, None),
    ("/organization/choose", {"organization_id": "2"}, 403, None),
    ("/organization/invitations", INVITED | {"role": "king"}, 422, "role"),
    ("/organization/invitations", INVITED | {"role": "auditor"}, 403, None),
    ("/organization/invitations", INVITED | {"email": "vera"}, 422, "email"),
    ("/organization/invitations", INVITED | {"email": "v@example.com\r\nBcc: w"}, 422, "email"),
    ("/organization/invitations", INVITED | {"email": "factory@example.com"}, 409, "email"),
    ("/organization/invitations", INVITED | {"language": "tlh"}, 422, "language"),
    ("/organization/invitations/999/revoke", {}, 404, None),
    ("/organization/members/1/role", {"role": "king"}, 422, "role"),
    ("/organization/members/1/role", {"role": "viewer"}, 409, None),
    ("/organization/members/2/role", {"role": "viewer"}, 404, None),
    ("/organization/members/1/remove", {}, 409, None),
    ("/organization/members/2/remove", {}, 404, None),
    ("/organization/members/1/hand-over", {}, 409, None),
    ("/organization/members/2/hand-over", {}, 404, None),
    ("/organization/leave", {}, 409, None),
    ("/organization/tokens", PROGRAM | {"name": ""}, 422, "name"),
    ("/organization/tokens", PROGRAM | {"days": "0"}, 422, "days"),
    ("/organization/tokens", PROGRAM | {"days": "soon"}, 422, "days"),
    ("/organization/tokens", PROGRAM | {"scopes": []}, 422, "scopes"),
    ("/organization/tokens", PROGRAM | {"scopes": ["everything"]}, 422, "scopes"),
    ("/organization/tokens/999/revoke", {}, 404, None),
    ("/organization/drivers", DRIVER | {"name": "=1"}, 422, "name"),
    ("/organization/drivers", DRIVER | {"phone": "abc"}, 422, "phone"),
    ("/organization/drivers", DRIVER | {"days": "99999"}, 422, "days"),
    ("/organization/drivers/999/revoke", {}, 404, None),
    ("/organization/parks", {"park_id": ""}, 422, "park_id"),
    ("/organization/parks", {"park_id": "999"}, 422, "park_id"),
    ("/organization/grants", {"reader_id": "x"}, 422, "reader_id"),
    ("/organization/grants", {"reader_id": "999"}, 422, "reader_id"),
    ("/organization/grants", {"reader_id": "2"}, 422, "reader_id"),
    ("/operator/parks", PARK, 403, None),
    ("/operator/parks/1/manager", {"organization_id": "1"}, 403, None),
    ("/operator/organizations/2/suspend", {"reason": "a rival"}, 403, None),
    ("/operator/organizations/1/invitations", OFFICER, 403, None),
    ("/drive/leave", {}, 403, None),
)
OPERATOR = (
    ("/operator/organizations/1/return", {}, 422, "reason"),
    ("/operator/organizations/1/suspend", {"reason": " "}, 422, "reason"),
    ("/operator/organizations/1/suspend", {"reason": "x" * 1_001}, 422, "reason"),
    ("/operator/organizations/1/return", {"reason": "because"}, 409, None),
    ("/operator/organizations/1/verify", {}, 409, None),
    ("/operator/organizations/1/reinstate", {}, 409, None),
    ("/operator/organizations/1/submit", {}, 404, None),
    ("/operator/organizations/1/nonsense", {}, 404, None),
    ("/operator/organizations/999/verify", {}, 404, None),
    ("/operator/organizations/999/suspend", {"reason": "because"}, 404, None),
    ("/operator/organizations/1/invitations", OFFICER | {"role": "owner"}, 422, "role"),
    ("/operator/organizations/1/invitations", OFFICER | {"email": "x"}, 422, "email"),
    ("/operator/organizations/1/invitations", OFFICER | {"role": "park_manager"}, 409, None),
    ("/operator/organizations/999/invitations", OFFICER, 404, None),
    ("/operator/parks", PARK | {"name_en": ""}, 422, "name_en"),
    ("/operator/parks", PARK | {"lat": "north"}, 422, "lat"),
    ("/operator/parks", PARK | {"lat": "91"}, 422, "lat"),
    ("/operator/parks", PARK | {"lon": "nan"}, 422, "lon"),
    ("/operator/parks", PARK | {"coordinate_system": "moon"}, 422, "coordinate_system"),
    ("/operator/parks/1/manager", {"organization_id": "x"}, 422, "organization_id"),
    ("/operator/parks/999/manager", {"organization_id": "1"}, 404, None),
)


def named(page):
    """The field that a refused page names, beside it or in its summary."""
    return " ".join(sorted(set(marked(page)) | set(SUMMARY.findall(page)))) or None


def told(page):
    """The words by which a page says what is wrong."""
    return {unescape(text).strip() for text in (*HEADING.findall(page), *marked(page).values())}


def stored(app):
    with opened(app) as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in metadata.sorted_tables
            if table.name not in TRACES and not table.name.startswith(FACTS)
        }


def with_files(form):
    """A file stands in a form as its name and what is in it."""
    return {k: (BytesIO(v[1]), v[0]) if isinstance(v, tuple) else v for k, v in form.items()}


def refused(app, client, cases):
    """Send each form in both languages; return what was not answered as it should be."""
    before, token, wrong = stored(app), {"csrf_token": token_of(client)}, []
    for path, form, status, field in cases:
        english = client.post(path, data=token | with_files(form))
        chinese = client.post(path, data=token | with_files(form), headers=IN_CHINESE)
        for answer, language in ((english, "en"), (chinese, "zh")):
            found = answer.status_code, named(answer.text)
            if found != (status, field):
                wrong.append((path, form, language, found))
            faults = [fault for fault in faults_of(answer.text) if "None yet" not in fault]
            if faults or f'<html lang="{language}' not in answer.text:
                wrong.append((path, form, language, faults))
        if not told(chinese.text) - told(english.text):
            wrong.append((path, form, "says the same in both languages"))
    after = stored(app)
    return wrong, [name for name in after if after[name] != before[name]]


def test_whoever_opens_an_organization_is_told_which_field_is_wrong(app):
    confirmed(app)
    client = app.test_client()
    enter(client)
    cases = [("/organization/new", form, 422, field) for form, field in BAD_PROFILES]
    assert refused(app, client, cases) == ([], [])


def test_an_organization_that_is_not_verified_is_told_which_field_is_wrong(app, market):
    with write_transaction(app.extensions["offtake"].sessions) as session:
        mine = Organization.id == market.stranger.organization_id
        new = {"standing": "new", "verified_at": None}
        session.execute(update(Organization).where(mine).values(new))
    assert refused(app, signed_in(app, "stranger"), NEW) == ([], [])


def test_an_owner_is_told_which_field_is_wrong_and_what_cannot_be(app, market):
    assert (market.factory.organization_id, market.recycler.organization_id) == (1, 2)
    assert refused(app, signed_in(app, "factory"), OWNER) == ([], [])


def test_a_sealed_organization_says_why_nothing_is_changed(app, market):
    client = signed_in(app, "factory")
    token = {"csrf_token": token_of(client)}
    for path, form in (("/organization", PROFILE), ("/organization/submit", {})):
        answer = client.post(path, data=token | form)
        alert = re.search(r'role="alert".*?<b>([^<]+)</b>', answer.text, re.DOTALL)
        assert alert is not None
        assert answer.status_code == 409
        assert len(alert[1]) > 10


def test_the_operator_is_told_which_field_is_wrong_and_what_cannot_be(app, market):
    assert refused(app, signed_in(app, "operator"), OPERATOR) == ([], [])


def test_a_driver_is_told_that_the_pin_is_too_short_and_no_try_is_lost(app, market):
    with write_transaction(app.extensions["offtake"].sessions) as session:
        command = AddDriver.model_validate({"name": "Li", "days": 30})
        access = add_driver(session, command, actor=market.factory, now=now_utc())
    cases = [
        (f"/drive/{access.secret}", {"pin": pin}, 422, "pin")
        for pin in ("", "12345", "1234567", "12345a", "-12345", "1" * 5_000)
    ]
    cases += [("/drive/nobody-has-this-link", {"pin": "123456"}, 404, None)]
    cases += [("/drive/leave", {}, 403, None)]
    assert refused(app, app.test_client(), cases) == ([], [])
