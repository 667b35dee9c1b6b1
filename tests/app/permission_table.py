"""What each role gets from each route, about whose things: the table, said a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.app.walk import World
from tests.market import demand_terms, stream_terms

# What a route is addressed by when it is about a thing that belongs to somebody.
ADDRESSED = frozenset(
    {
        "stream_id", "demand_id", "organization_id", "document_id", "upload_id", "driver_id",
        "invitation_id", "membership_id", "token_id", "reader_id", "paper_id", "login_session_id",
    }
)  # fmt: skip


def form_of(endpoint: str, world: World, ownership: str, role: str) -> dict[str, Any]:
    """A form that is right in itself, so that what is refused is whose thing it is."""
    site_id = world.values_of(ownership, role)["site_id"]
    forms: dict[str, dict[str, Any]] = {
        "streams_pages.submit_change": _flat(stream_terms(site_id)),
        "demands_pages.submit_change": _flat(demand_terms(site_id)),
        "organization_pages.submit_role": {"role": "viewer"},
        "operator_pages.submit_officer": {"email": "new@example.com", "role": "auditor"},
        "organization_pages.submit_choice": {
            "organization_id": world.values_of(ownership, role)["organization_id"]
        },
        "organization_pages.submit_park": {"park_id": world.park_id},
    }
    return forms.get(endpoint, {})


def _flat(form: dict[str, Any]) -> dict[str, Any]:
    fields = {key: value for key, value in form.items() if key != "months_t"}
    return fields | {f"months_t-{n}": mass for n, mass in enumerate(form["months_t"])}


# One letter a role, in the order of `ROLES` of tests/app/walk.py:
#
#     visitor, guest, driver | viewer, weighbridge, accountant, trader, owner |
#     one factor, unverified, suspended (all owners) | park manager, facilitator, auditor, operator
#
# 2 shown, r done or led on, s sent to sign in, x not allowed, - unknown, c not in this state,
# i the empty or unfit form is refused, u a program without a token, b bad, m not taken.
# own: the role's own organization. other: another one. park: one that lets the park's manager and
# the facilitator look in, and its paused listings. public: what is published.
# "own" is another's for those who have none: visitors, guests, drivers.
TABLE: Mapping[str, Mapping[str, str]] = {
    "GET accounts_api.show_me": {"own": "uuu uuuuu uuu uuuu"},
    "GET accounts_pages.choose_language": {"own": "rrr rrrrr rrr rrrr"},
    "GET accounts_pages.show_account": {"own": "s2s 22222 222 2222"},
    "GET accounts_pages.show_letter_sent": {"own": "222 22222 222 2222"},
    "GET accounts_pages.show_second_factor": {"own": "s2s 22222 222 2222"},
    "GET accounts_pages.show_sessions": {"own": "s2s 22222 222 2222"},
    "POST accounts_pages.submit_account": {"own": "sis iiiii iii iiii"},
    "POST accounts_pages.submit_new_address": {"own": "rrr rrrrr rrr rrrr"},
    "POST accounts_pages.submit_other_sessions_end": {"own": "srs rrrrr rrr rrrr"},
    "POST accounts_pages.submit_passkey_name": {"own": "sis iiiii iii iiii"},
    "POST accounts_pages.submit_phone": {"own": "sis iiiii iii iiii"},
    "POST accounts_pages.submit_phone_code": {"own": "sis iiiii iii iiii"},
    "POST accounts_pages.submit_session_end": {
        "own": "s-s ----- --- ----",
        "other": "s-s ----- --- ----",
        "park": "s-s ----- --- ----",
    },
    "POST accounts_pages.submit_sign_out": {"own": "rrr rrrrr rrr rrrr"},
    "GET audit_pages.export_audit": {"own": "sxs xxxxx xxx xx22"},
    "GET audit_pages.show_audit": {"own": "sxs xxxxx xxx xx22"},
    "GET catalogue_pages.find_codes": {"own": "222 22222 222 2222"},
    "GET catalogue_pages.show_catalogue": {"own": "222 22222 222 2222"},
    "GET compliance_pages.show_papers": {"own": "sxs xxx22 x22 xxxx"},
    "POST compliance_pages.submit_action": {
        "own": "sxs xxx-- x-- xxxx",
        "other": "sxs xxx-- x-- xxxx",
        "park": "sxs xxx-- x-- xxxx",
    },
    "POST compliance_pages.submit_document": {
        "own": "sxs xxxii xii xxxx",
        "other": "sxs xxxii xii xxxx",
        "park": "sxs xxxii xii xxxx",
    },
    "POST compliance_pages.submit_paper": {"own": "sxs xxxii xii xxxx"},
    "GET demands_pages.list_own": {"own": "sxs xxx22 x22 xxxx"},
    "GET demands_pages.show_editor": {
        "own": "sxs xxx22 x22 xxxx",
        "other": "sxs xxxxx xxx xxxx",
        "park": "sxs xxxxx xxx xxxx",
        "public": "sxs xxxxx xxx xxxx",
    },
    "GET demands_pages.show_form": {"own": "sxs xxx22 x22 xxxx"},
    "POST demands_pages.submit_action": {
        "own": "sxs xxxcc xcc xxxx",
        "other": "sxs xxxxx xxx xxxx",
        "park": "sxs xxxxx xxx xxxx",
        "public": "sxs xxxxx xxx xxxx",
    },
    "POST demands_pages.submit_change": {
        "own": "sxs xxxrr xrr xxxx",
        "other": "sxs xxxxx xxx xxxx",
        "park": "sxs xxxxx xxx xxxx",
        "public": "sxs xxxxx xxx xxxx",
    },
    "POST demands_pages.submit_new": {"own": "sxs xxxii xii xxxx"},
    "GET dossier_pages.download_dossier": {
        "own": "sxs 22222 222 2222",
        "other": "sxs 22222 2-2 2222",
        "park": "sxs 22222 2-2 2222",
    },
    "GET dossier_pages.show_dossier": {
        "own": "sxs 22222 222 2222",
        "other": "sxs 22222 2-2 2222",
        "park": "sxs 22222 2-2 2222",
    },
    "GET driver_pages.show_pin": {"own": "--- ----- --- ----"},
    "GET driver_pages.show_trips": {"own": "xx2 xxxxx xxx xxxx"},
    "POST driver_pages.submit_leaving": {"own": "xxr xxxxx xxx xxxx"},
    "POST driver_pages.submit_pin": {"own": "iii iiiii iii iiii"},
    "GET journal_pages.show_health": {"own": "222 22222 222 2222"},
    "GET journal_pages.show_readiness": {"own": "222 22222 222 2222"},
    "GET journal_pages.show_robots": {"own": "222 22222 222 2222"},
    "GET journal_pages.show_security_contact": {"own": "--- ----- --- ----"},
    "GET matchmaking_pages.list_points": {"own": "222 22222 222 2222"},
    "GET matchmaking_pages.show_demand": {
        "own": "--- 22222 222 2222",
        "other": "--- ----- --- --22",
        "park": "--- ----- --- 2222",
        "public": "222 22222 222 2222",
    },
    "GET matchmaking_pages.show_demand_poster": {
        "own": "--- 22222 222 2222",
        "other": "--- ----- --- --22",
        "park": "--- ----- --- 2222",
        "public": "222 22222 222 2222",
    },
    "GET matchmaking_pages.show_landing": {"own": "222 22222 222 2222"},
    "GET matchmaking_pages.show_market": {"own": "222 22222 222 2222"},
    "GET matchmaking_pages.show_park": {"own": "sxs xxxxx xxx 22xx"},
    "GET matchmaking_pages.show_stream": {
        "own": "--- 22222 222 2222",
        "other": "--- ----- --- --22",
        "park": "--- ----- --- 2222",
        "public": "222 22222 222 2222",
    },
    "GET matchmaking_pages.show_stream_poster": {
        "own": "--- 22222 222 2222",
        "other": "--- ----- --- --22",
        "park": "--- ----- --- 2222",
        "public": "222 22222 222 2222",
    },
    "GET operator_pages.show_organization": {
        "own": "sxs xxxxx xxx xx22",
        "other": "sxs xxxxx xxx xx22",
        "park": "sxs xxxxx xxx xx22",
    },
    "GET operator_pages.show_parks": {"own": "sxs xxxxx xxx xxx2"},
    "GET operator_pages.show_queue": {"own": "sxs xxxxx xxx xx22"},
    "POST operator_pages.submit_manager": {"own": "sxs xxxxx xxx xxxr"},
    "POST operator_pages.submit_officer": {
        "own": "sxs xxxxx xxx xxxr",
        "other": "sxs xxxxx xxx xxxr",
        "park": "sxs xxxxx xxx xxxr",
    },
    "POST operator_pages.submit_park": {"own": "sxs xxxxx xxx xxxi"},
    "POST operator_pages.submit_step": {
        "own": "sxs xxxxx xxx xxxc",
        "other": "sxs xxxxx xxx xxxc",
        "park": "sxs xxxxx xxx xxxc",
    },
    "GET organization_pages.show_drivers": {"own": "sxs x2x22 xx2 xxxx"},
    "GET organization_pages.show_invitation": {"own": "--- ----- --- ----"},
    "GET organization_pages.show_members": {"own": "sxs 22222 222 2222"},
    "GET organization_pages.show_opening": {"own": "s2s 22222 222 2222"},
    "GET organization_pages.show_profile": {"own": "srs 22222 222 2222"},
    "GET organization_pages.show_sharing": {"own": "sxs 22222 222 2222"},
    "GET organization_pages.show_tokens": {"own": "sxs xxxx2 xxx xxxx"},
    "POST organization_pages.submit_acceptance": {"own": "s-s ----- --- ----"},
    "POST organization_pages.submit_choice": {"own": "sxs rrrrr rrr rrrr"},
    "POST organization_pages.submit_document": {"own": "sxs xxxxi xii xxxx"},
    "POST organization_pages.submit_document_removal": {
        "own": "sxs xxxxc xrc xxxx",
        "other": "sxs xxxxc x-c xxxx",
        "park": "sxs xxxxc x-c xxxx",
    },
    "POST organization_pages.submit_driver": {"own": "sxs xixii xxi xxxx"},
    "POST organization_pages.submit_driver_end": {
        "own": "sxs xrxrr xxr xxxx",
        "other": "sxs x-x-- xx- xxxx",
        "park": "sxs x-x-- xx- xxxx",
    },
    "POST organization_pages.submit_for_verification": {"own": "sxs xxxxc xic xxxx"},
    "POST organization_pages.submit_grant": {"own": "sxs xxxxi xii xxxx"},
    "POST organization_pages.submit_grant_end": {
        "own": "sxs xxxxr xrr xxxx",
        "other": "sxs xxxxr xrr xxxx",
        "park": "sxs xxxxr xrr xxxx",
    },
    "POST organization_pages.submit_hand_over": {
        "own": "sxs xxxxr xrr xxxx",
        "other": "sxs xxxx- x-- xxxx",
        "park": "sxs xxxx- x-- xxxx",
    },
    "POST organization_pages.submit_invitation": {"own": "sxs xxxxi xii xxxi"},
    "POST organization_pages.submit_leaving": {"own": "sxs rrrrc ccc rrrc"},
    "POST organization_pages.submit_opening": {"own": "sis iiiii iii iiii"},
    "POST organization_pages.submit_park": {"own": "sxs xxxxr xrr xxxx"},
    "POST organization_pages.submit_park_end": {"own": "sxs xxxxr xrr xxxx"},
    "POST organization_pages.submit_profile": {"own": "sxs xxxxi xii xxxx"},
    "POST organization_pages.submit_removal": {
        "own": "sxs xxxxr xrr xxxr",
        "other": "sxs xxxx- x-- xxx-",
        "park": "sxs xxxx- x-- xxx-",
    },
    "POST organization_pages.submit_revocation": {
        "own": "sxs xxxxr xrr xxxr",
        "other": "sxs xxxx- x-- xxx-",
        "park": "sxs xxxx- x-- xxx-",
    },
    "POST organization_pages.submit_role": {
        "own": "sxs xxxxr xrr xxxr",
        "other": "sxs xxxx- x-- xxx-",
        "park": "sxs xxxx- x-- xxx-",
    },
    "POST organization_pages.submit_token": {"own": "sxs xxxxi xxx xxxx"},
    "POST organization_pages.submit_token_end": {
        "own": "sxs xxxxr xxx xxxx",
        "other": "sxs xxxx- xxx xxxx",
        "park": "sxs xxxx- xxx xxxx",
    },
    "GET places_pages.find_places": {"own": "222 22222 222 2222"},
    "GET places_pages.show_form": {"own": "sxs xxx22 x22 xxxx"},
    "GET places_pages.show_sites": {"own": "sxs xxx22 x22 xxxx"},
    "POST places_pages.submit_site": {"own": "sxs xxxii xii xxxx"},
    "GET privacy_pages.download_file": {"own": "s2s 22222 222 2222"},
    "GET privacy_pages.show_deleted": {"own": "222 22222 222 2222"},
    "GET privacy_pages.show_privacy": {"own": "s2s 22222 222 2222"},
    "POST privacy_pages.submit_deletion": {"own": "sis iiiii iii iiii"},
    "GET security.change_email": {"own": "s2s 22222 222 2222"},
    "POST security.change_email": {"own": "sis iiiii iii iiii"},
    "GET security.change_email_confirm": {"own": "222 22222 222 2222"},
    "GET security.change_password": {"own": "s2s 22222 222 2222"},
    "POST security.change_password": {"own": "sis iiiii iii iiii"},
    "GET security.confirm_email": {"own": "222 22222 222 2222"},
    "POST security.confirm_email": {"own": "rrr rrrrr rrr rrrr"},
    "GET security.forgot_password": {"own": "222 22222 222 2222"},
    "POST security.forgot_password": {"own": "222 22222 222 2222"},
    "GET security.login": {"own": "2r2 rrrrr rrr rrrr"},
    "POST security.login": {"own": "iri rrrrr rrr rrrr"},
    "GET security.mf_recovery": {"own": "srs rrrrr rrr rrrr"},
    "POST security.mf_recovery": {"own": "srs rrrrr rrr rrrr"},
    "GET security.mf_recovery_codes": {"own": "s2s 22222 222 2222"},
    "POST security.mf_recovery_codes": {"own": "s2s 22222 222 2222"},
    "GET security.register": {"own": "2r2 rrrrr rrr rrrr"},
    "POST security.register": {"own": "iri rrrrr rrr rrrr"},
    "GET security.reset_password": {"own": "rrr rrrrr rrr rrrr"},
    "POST security.reset_password": {"own": "rrr rrrrr rrr rrrr"},
    "GET security.send_confirmation": {"own": "222 22222 222 2222"},
    "POST security.send_confirmation": {"own": "222 22222 222 2222"},
    "GET security.tf_select": {"own": "sss sssss sss ssss"},
    "POST security.tf_select": {"own": "sss sssss sss ssss"},
    "GET security.two_factor_rescue": {"own": "--- ----- --- ----"},
    "POST security.two_factor_rescue": {"own": "--- ----- --- ----"},
    "GET security.two_factor_setup": {"own": "s2s 22222 222 2222"},
    "POST security.two_factor_setup": {"own": "sis iiiii iii iiii"},
    "POST security.two_factor_setup_validate": {"own": "srs rrrrr rrr rrrr"},
    "GET security.two_factor_token_validation": {"own": "sss sssss sss ssss"},
    "POST security.two_factor_token_validation": {"own": "sss sssss sss ssss"},
    "GET security.verify": {"own": "s2s 22222 222 2222"},
    "POST security.verify": {"own": "sis iiiii iii iiii"},
    "GET security.wan_delete": {"own": "srs rrrrr rrr rrrr"},
    "POST security.wan_delete": {"own": "srs rrrrr rrr rrrr"},
    "GET security.wan_register": {"own": "s2s 22222 222 2222"},
    "POST security.wan_register": {"own": "sis iiiii iii iiii"},
    "POST security.wan_register_response": {"own": "srs rrrrr rrr rrrr"},
    "GET security.wan_signin": {"own": "2r2 rrrrr rrr rrrr"},
    "POST security.wan_signin": {"own": "2r2 rrrrr rrr rrrr"},
    "POST security.wan_signin_response": {"own": "sss sssss sss ssss"},
    "GET security.wan_verify": {"own": "s2s 22222 222 2222"},
    "POST security.wan_verify": {"own": "s2s 22222 222 2222"},
    "POST security.wan_verify_response": {"own": "srs rrrrr rrr rrrr"},
    "GET static": {"own": "222 22222 222 2222"},
    "GET streams_pages.list_own": {"own": "sxs xxx22 x22 xxxx"},
    "GET streams_pages.show_assay_form": {
        "own": "sxs xxx22 x22 xxxx",
        "other": "sxs xxxxx xxx xxxx",
        "park": "sxs xxxxx xxx xxxx",
        "public": "sxs xxxxx xxx xxxx",
    },
    "GET streams_pages.show_editor": {
        "own": "sxs xxx22 x22 xxxx",
        "other": "sxs xxxxx xxx xxxx",
        "park": "sxs xxxxx xxx xxxx",
        "public": "sxs xxxxx xxx xxxx",
    },
    "GET streams_pages.show_form": {"own": "sxs xxx22 x22 xxxx"},
    "POST streams_pages.submit_action": {
        "own": "sxs xxxcc xcc xxxx",
        "other": "sxs xxxxx xxx xxxx",
        "park": "sxs xxxxx xxx xxxx",
        "public": "sxs xxxxx xxx xxxx",
    },
    "POST streams_pages.submit_assay": {
        "own": "sxs xxxii xii xxxx",
        "other": "sxs xxxxx xxx xxxx",
        "park": "sxs xxxxx xxx xxxx",
        "public": "sxs xxxxx xxx xxxx",
    },
    "POST streams_pages.submit_change": {
        "own": "sxs xxxrr xrr xxxx",
        "other": "sxs xxxxx xxx xxxx",
        "park": "sxs xxxxx xxx xxxx",
        "public": "sxs xxxxx xxx xxxx",
    },
    "POST streams_pages.submit_new": {"own": "sxs xxxii xii xxxx"},
    "GET uploads_pages.download_upload": {
        "own": "sxs 22222 222 2222",
        "other": "sxs ----- --- --22",
        "park": "sxs ----- --- --22",
    },
    "GET verification_pages.show_queue": {"own": "sxs xxxxx xxx xx22"},
    "POST verification_pages.submit_decision": {
        "own": "sxs xxxxx xxx xxx-",
        "other": "sxs xxxxx xxx xxx-",
        "park": "sxs xxxxx xxx xxx-",
    },
}
