"""Tokens: how they look, what they may be for, how long they last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.accounts.tokens import (
    SCOPES,
    TokenParts,
    check_token,
    expiry_of,
    opens,
    read_token,
    scopes_of,
    written_token,
)
from models.errors import Invalid
from models.permissions import CAPABILITIES, Capability, Role

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
PARTS = TokenParts("0123456789ab", "A" * 43)


def test_a_token_is_read_as_it_is_written():
    assert written_token(PARTS) == "offt_0123456789ab_" + "A" * 43
    assert read_token(written_token(PARTS)) == PARTS
    tricky = TokenParts("0123456789ab", "_-" * 21 + "_")
    assert read_token(written_token(tricky)) == tricky


@pytest.mark.parametrize(
    "written",
    [
        "",
        "offt_",
        "offt_0123456789ab_" + "A" * 42,
        "offt_0123456789AB_" + "A" * 43,
        " offt_0123456789ab_" + "A" * 43,
        "offt_0123456789ab_" + "A" * 43 + "\n",
        "offu_0123456789ab_" + "A" * 43,
        "offt_0123456789ab_" + "Ä" * 43,
    ],
)
def test_what_cannot_be_a_token_is_none(written):
    assert read_token(written) is None


def test_no_token_touches_people_tokens_or_how_the_organization_stands():
    forbidden = {
        Capability.USE_ACCOUNT,
        Capability.OPEN_ORGANIZATION,
        Capability.MANAGE_ORGANIZATION,
        Capability.MANAGE_MEMBERS,
        Capability.MANAGE_TOKENS,
    }
    assert not forbidden & set(SCOPES)
    for role in Role:
        assert set(scopes_of(role)) <= CAPABILITIES[role]


@pytest.mark.parametrize(
    ("scopes", "days", "field"),
    [
        ([Capability.MANAGE_MEMBERS], 1, "scopes"),
        ([Capability.READ_MARKET, Capability.VERIFY_ORGANIZATIONS], 1, "scopes"),
        ([Capability.READ_MARKET], 0, "days"),
        ([Capability.READ_MARKET], 366, "days"),
    ],
)
def test_more_than_the_maker_or_longer_than_a_year_is_refused(scopes, days, field):
    with pytest.raises(Invalid) as refusal:
        check_token(Role.OWNER, scopes, days=days)
    assert refusal.value.facts["field"] == field


def test_a_token_opens_until_it_ends_or_is_revoked():
    check_token(Role.OWNER, SCOPES, days=365)
    end = expiry_of(365, NOW)
    assert opens(expires_at=end, revoked_at=None, now=end - timedelta(seconds=1))
    assert not opens(expires_at=end, revoked_at=None, now=end)
    assert not opens(expires_at=end, revoked_at=NOW, now=NOW)
