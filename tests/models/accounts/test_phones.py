"""Codes that are read from a phone: for one person, one number and some minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models.accounts.phones import is_phone_code, phone_code

KEY = b"a key"
START = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
WHO = {"user_id": 7, "phone": "+8613800138000"}


def test_a_code_has_six_digits_and_is_the_same_for_five_minutes() -> None:
    codes = {
        phone_code(KEY, **WHO, at=START + timedelta(seconds=second)) for second in (0, 150, 299)
    }
    assert len(codes) == 1
    assert all(len(code) == 6 and code.isdecimal() for code in codes)


def test_a_code_is_good_for_five_to_ten_minutes() -> None:
    code = phone_code(KEY, **WHO, at=START)
    good = [is_phone_code(KEY, code, **WHO, at=START + timedelta(seconds=s)) for s in (0, 599, 600)]
    assert good == [True, True, False]


def test_a_code_is_for_one_person_one_number_and_one_key() -> None:
    code = phone_code(KEY, **WHO, at=START)
    assert not is_phone_code(KEY, code, **WHO | {"user_id": 8}, at=START)
    assert not is_phone_code(KEY, code, **WHO | {"phone": "+8613800138001"}, at=START)
    assert not is_phone_code(b"another key", code, **WHO, at=START)
    assert not is_phone_code(KEY, "١٢٣٤٥٦", **WHO, at=START)
