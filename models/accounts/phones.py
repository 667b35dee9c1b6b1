"""Codes that prove that somebody reads the messages of a phone: nothing of them is stored."""

from __future__ import annotations

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Final

PHONE_CODE_DIGITS: Final = 6
_STEP_SECONDS: Final = 300


def phone_code(key: bytes, *, user_id: int, phone: str, at: datetime, steps_back: int = 0) -> str:
    """Six digits for this person, this number and these five minutes (as RFC 4226 cuts them)."""
    step = int(at.timestamp()) // _STEP_SECONDS - steps_back
    digest = hmac.new(key, f"{user_id}:{phone}:{step}".encode(), sha256).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return str(number % 10**PHONE_CODE_DIGITS).zfill(PHONE_CODE_DIGITS)


def is_phone_code(key: bytes, code: str, *, user_id: int, phone: str, at: datetime) -> bool:
    """Whether this is the code of now or of five minutes ago: good for five to ten minutes."""
    good = False
    for steps_back in (0, 1):
        wanted = phone_code(key, user_id=user_id, phone=phone, at=at, steps_back=steps_back)
        good |= hmac.compare_digest(wanted.encode(), code.encode())
    return good
