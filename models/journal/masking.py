"""What must never stand in a log or in the audit chain: addresses, numbers and secrets of people.

The product writes none of them down on purpose. This is the net below: a provider's error message
or a database's complaint may quote what it was given.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final

MASK: Final = "***"
# Names under which a value is never written, whatever it looks like.
PERSONAL_NAMES: Final = frozenset(
    {
        "address", "agent", "authorization", "body", "cookie", "email", "login", "password",
        "phone", "pin", "recipient", "secret", "token", "user_name",
    }
)  # fmt: skip
_CREDENTIALS: Final = re.compile(r"(?<=://)[^\s/@]+@")
_EMAIL: Final = re.compile(r"[^\s@<>()\[\]{}\"'=,;:/\\]+@[^\s@<>()\[\]{}\"'=,;:/\\]+\.[^\W\d_]{2,}")
_NAMED: Final = re.compile(
    r"(?i)\b((?:(?:token|secret|password|passwd|pin|otp|nonce|signature|cookie|csrf_token)"
    r"[\"']?\s*[=:]\s*[\"']?)|(?:authorization:\s*)?(?:bearer|basic)\s+)([^\s\"'&;,)\]}]{4,})"
)
# What `secrets.token_urlsafe` makes of 24 bytes and more. One of 32 bytes in a thousand has no
# digit; that one lacks letters of one case will not be seen.
_RANDOM: Final = re.compile(
    r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])"
    r"(?:(?=[\w-]*[0-9])[A-Za-z0-9_-]{32,}|[A-Za-z0-9_-]{40,})(?![\w-])"
)
_PHONE: Final = re.compile(
    r"(?<![\w.+-])(?:\+[0-9]{1,3}[ -]?(?:[0-9][ -]?){6,13}[0-9]|1[3-9][0-9]{9})(?![\w-])"
)
_IPV4: Final = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.]*\w)")
_IPV6: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*[0-9A-Fa-f](?![\w:])")


def masked(text: str) -> str:
    """The text without e-mail addresses, telephone numbers, IP addresses and secrets."""
    text = _CREDENTIALS.sub(f"{MASK}@", text)
    text = _EMAIL.sub(MASK, text)
    text = _NAMED.sub(rf"\1{MASK}", text)
    text = _RANDOM.sub(MASK, text)
    text = _PHONE.sub(MASK, text)
    text = _IPV4.sub(_unless_local, text)
    return _IPV6.sub(_unless_local, text)


def masked_value(value: object) -> object:
    """The same for every text in a value as JSON has it."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {str(name): masked_value(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked_value(each) for each in value]
    return value


def _unless_local(found: re.Match[str]) -> str:
    """The machine itself and its own interfaces are nobody."""
    try:
        address = ip_address(found[0])
    except ValueError:
        return found[0]  # a time of day, a version
    return found[0] if address.is_loopback or address.is_unspecified else MASK
