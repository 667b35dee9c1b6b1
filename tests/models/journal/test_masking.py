"""The net below the logs: people's addresses, numbers and secrets do not pass."""

import secrets

import pytest

from models.journal.masking import masked, masked_value

TOKEN = "Qm9vX2t3-9aZ1yLr0pVd7cTfWn4hKs8eGj6uBi2x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no such user li.wei+ash@mail.example.com.", "no such user ***."),
        ("Key (email)=(li@example.cn) already exists", "Key (email)=(***) already exists"),
        ("postgresql://app:geheim@db/offtake", "postgresql://***@db/offtake"),
        ("from 203.0.113.7: refused", "from ***: refused"),
        ("from 2001:db8::7 refused", "from *** refused"),
        ("call +86 138 0013 8000 now", "call *** now"),
        ("call 13800138000", "call ***"),
        ("call +4915112345678", "call ***"),
        ("GET /reset?token=abcdef&next=/", "GET /reset?token=***&next=/"),
        ('{"password": "hunter22"}', '{"password": "***"}'),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        (f"link https://x.example/confirm/{TOKEN}", "link https://x.example/confirm/***"),
    ],
)
def test_what_is_personal_or_secret_is_masked(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "job 13 of kind journal.send_message done in 12:30:45.123456",
        "at 2026-03-02T12:00:00.000000+00:00",
        "Listening at: http://127.0.0.1:8000 (4711) and [::1]:8000, 0.0.0.0",
        "waste code 900-001-S02, mass 12000000 g, version 3.11.2",
        "unhandled_error incident=0f3a9c0d6b5e4f1a8c7d2e9b3a6f5c4d",
        "the password was wrong; ask for a token",
        'File "app/journal/services/audit.py", line 12, in write_audit',
        "test_the_same_instant_in_another_zone_has_the_same_hash",
    ],
)
def test_what_is_nobodys_stays_readable(text):
    assert masked(text) == text


def test_every_secret_that_the_standard_library_makes_is_masked():
    missed = [t for t in (secrets.token_urlsafe(32) for _ in range(200)) if masked(t) != "***"]
    assert missed == []


def test_texts_inside_lists_and_tables_are_masked_and_numbers_kept():
    value = {"to": ["li@example.com", 5], "n": 13800138000, "ok": True, "none": None}
    assert masked_value(value) == {"to": ["***", 5], "n": 13800138000, "ok": True, "none": None}
