"""Links of the audit chain: every change to what they vouch for shows."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from models.journal.chain import START, ChainedFacts, StoredLink, link_hash, verify_links

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FACTS = ChainedFacts(
    entry_id=4,
    at=NOON,
    topic="organization.verified",
    outcome="done",
    role="operator",
    by_token=False,
    person="8d1c",
    organization_id=2,
    subject_kind="organization",
    subject_id=9,
    subject_person=None,
    before={"standing": "submitted"},
    after={"standing": "verified"},
)


def digest(content):
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def chain(*many):
    links, previous = [], START
    for position, facts in enumerate(many, start=1):
        previous = link_hash(previous, position, facts)
        links.append(
            StoredLink(position=position, entry_id=facts.entry_id, hash=previous, facts=facts)
        )
    return links


THREE = chain(FACTS, replace(FACTS, entry_id=6), replace(FACTS, entry_id=5))


def test_a_link_is_the_hash_of_the_link_before_and_of_what_the_entry_says():
    # Written out by hand, so that anybody can check an export with any tool.
    content = digest({"before": {"standing": "submitted"}, "after": {"standing": "verified"}})
    assert link_hash(START, 1, FACTS) == digest(
        {
            "previous": "0" * 64,
            "position": 1,
            "entry": 4,
            "at": "2026-03-02T12:00:00.000000+00:00",
            "topic": "organization.verified",
            "outcome": "done",
            "role": "operator",
            "by_token": False,
            "person": "8d1c",
            "organization": 2,
            "subject": ["organization", 9, None],
            "content": content,
        }
    )


@pytest.mark.parametrize(
    "change",
    [
        {"entry_id": 5},
        {"at": NOON + timedelta(microseconds=1)},
        {"topic": "organization.returned"},
        {"outcome": "refused"},
        {"role": "owner"},
        {"by_token": True},
        {"person": None},
        {"organization_id": None},
        {"subject_kind": "stream"},
        {"subject_id": 8},
        {"subject_person": "8d1c"},
        {"before": {}},
        {"after": {"standing": "suspended"}},
        {"before": {"standing": "verified"}, "after": {"standing": "submitted"}},
    ],
)
def test_every_fact_is_in_the_hash(change):
    assert link_hash(START, 1, replace(FACTS, **change)) != link_hash(START, 1, FACTS)


def test_the_same_instant_in_another_zone_has_the_same_hash():
    there = NOON.astimezone(timezone(timedelta(hours=8)))
    assert link_hash(START, 1, replace(FACTS, at=there)) == link_hash(START, 1, FACTS)


def test_a_sound_chain_tells_its_length_and_its_head():
    verdict = verify_links(THREE)
    assert (verdict.length, verdict.head, verdict.fault) == (3, THREE[2].hash, "")
    assert verify_links([]).head == START


def test_the_first_link_that_does_not_hold_is_named():
    changed = replace(THREE[1], facts=replace(FACTS, entry_id=6, role="owner"))
    verdict = verify_links([THREE[0], changed, THREE[2]])
    assert (verdict.length, verdict.fault) == (1, "entry 6 or its link 2 was changed")
    mended = replace(changed, hash=link_hash(THREE[0].hash, 2, changed.facts))
    assert verify_links([THREE[0], mended, THREE[2]]).fault == "entry 5 or its link 3 was changed"


def test_a_link_taken_out_and_an_entry_taken_out_are_told_apart():
    assert verify_links([THREE[0], THREE[2]]).fault == "link 2 of the chain is missing"
    gone = replace(THREE[1], facts=None)
    assert verify_links([THREE[0], gone, THREE[2]]).fault == "entry 6 is gone (link 2)"


def test_a_chain_cut_off_at_its_end_lacks_the_head_that_was_noted():
    noted = THREE[2].hash
    assert verify_links(THREE, noted_head=noted).noted_head_found
    cut = verify_links(THREE[:2], noted_head=noted)
    assert (cut.fault, cut.noted_head_found) == ("", False)
    assert verify_links(THREE, noted_head=THREE[0].hash).noted_head_found
