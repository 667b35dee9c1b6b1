"""What an entry may say, and under which name people stand in it."""

import pytest

from models.journal.audit import AuditNote, impersonal, pseudonym, pseudonym_of, subject_of
from models.permissions import SYSTEM, Actor, Role

KEY = b"a key of tests"


def test_a_pseudonym_is_the_hmac_of_the_person_and_needs_the_key():
    # printf 'user:5' | openssl dgst -sha256 -hmac 'a key of tests' | cut -c1-32
    assert pseudonym("user:5", KEY) == "44411ba57818831b72f3cc2c65638ea9"
    assert pseudonym("user:5", b"another") != pseudonym("user:5", KEY)


def test_people_and_drivers_have_pseudonyms_and_the_system_has_none():
    user = Actor(user_id=5, organization_id=7, role=Role.OWNER)
    driver = Actor(user_id=None, organization_id=7, role=Role.DRIVER, driver_id=5)
    assert pseudonym_of(user, KEY) == pseudonym("user:5", KEY)
    assert pseudonym_of(driver, KEY) == pseudonym("driver:5", KEY) != pseudonym("user:5", KEY)
    assert pseudonym_of(SYSTEM, KEY) is None
    assert pseudonym_of(None, KEY) is None


@pytest.mark.parametrize(
    ("topic", "kind"),
    [("verified", ""), ("Organization.verified", ""), ("a.b c", ""), ("", ""), ("a.b", "Stream 1")],
)
def test_a_topic_is_words_with_dots(topic, kind):
    with pytest.raises(ValueError, match="no word of the trail"):
        AuditNote(topic=topic, subject_kind=kind)


def test_an_event_is_about_what_its_topic_names():
    assert subject_of("stream.changed", {"stream_id": 4}) == ("stream", 4)
    assert subject_of("auction.bid_placed", {"bid_id": 1, "auction_id": 9}) == ("auction", 9)
    assert subject_of("catalogue.loaded", {}) == ("catalogue", None)
    assert subject_of("stream.changed", {"stream_id": True}) == ("stream", None)


def test_facts_name_people_by_pseudonym_and_carry_no_address():
    facts = {
        "user_id": 5,
        "invited_user_id": 6,
        "stream_id": 7,
        "reason": "asked by li@example.com",
        "mass_g": 12,
        "scopes": ("read_own",),
    }
    assert impersonal(facts, KEY) == {
        "user": pseudonym("user:5", KEY),
        "invited_user": pseudonym("user:6", KEY),
        "stream_id": 7,
        "reason": "asked by ***",
        "mass_g": 12,
        "scopes": ["read_own"],
    }
