"""How people are reached, and what a message must not carry in its head."""

from __future__ import annotations

import re
from typing import Final

from models.errors import Invalid

CHANNELS: Final = ("email", "sms", "wecom")
SUBJECT_MAX: Final = 200
BODY_MAX: Final = 20_000
# Deliberately plain: one @, no blanks, a dot in the domain. What else it takes shows when the
# confirmation arrives or does not.
_EMAIL: Final = re.compile(r"[^\s@<>(),;:\"\\\[\]]{1,64}@[^\s@<>(),;:\"\\\[\]/]+\.[^\s@.,;/]{2,}")
_PHONE: Final = re.compile(r"\+?[0-9]{6,15}")
_WECOM: Final = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_SHAPES: Final = {"email": _EMAIL, "sms": _PHONE, "wecom": _WECOM}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_CONTROL_IN_BODY: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_envelope(channel: str, address: str, subject: str, body: str) -> None:
    """Refuse what could smuggle a second header or receiver into a message (CWE-93)."""
    if not _SHAPES[channel].fullmatch(address):
        raise Invalid("message-address", "This address cannot be written to.", field="address")
    if _CONTROL.search(subject) or len(subject) > SUBJECT_MAX:
        raise Invalid("message-subject", "A subject is one line of plain text.", field="subject")
    if _CONTROL_IN_BODY.search(body) or len(body) > BODY_MAX:
        raise Invalid("message-body", "A message is plain text of some pages.", field="body")
