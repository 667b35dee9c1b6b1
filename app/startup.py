"""What keeps an installation from being served: weak secrets, and doors that settings open."""

from __future__ import annotations

import math
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from app.settings import Settings

SECRET_LENGTH_MIN: Final = 32
# Bits by Shannon's formula over the letters of the secret: 32 random hexadecimal digits reach
# 90 to 118, a word again and again is caught besides, one letter has none.
SECRET_BITS_MIN: Final = 80
_KNOWN: Final = (
    "changeme", "change-me", "change_me", "secret-key", "secretkey", "yoursecret", "your-secret",
    "mysecret", "password", "insecure", "example", "default", "django-insecure", "supersecret",
    "notasecret", "replace", "12345678", "qwerty", "abcdefgh", "offtake", "development",
)  # fmt: skip
_PERIOD_MAX: Final = 16


def complaints(settings: Settings, *, host: str) -> list[str]:
    """Why these settings must not be served on this host; nothing if they may.

    The secret that an installation makes for itself is a good one; only what people set can be
    weak. Each complaint names the setting and what to do.
    """
    return [*_about_secrets(settings), *_about_hosts(settings, host)]


def weakness_of(secret: str) -> str | None:
    """What is wrong with a secret, or None."""
    folded = secret.casefold()
    if len(secret) < SECRET_LENGTH_MIN:
        return f"is shorter than {SECRET_LENGTH_MIN} characters"
    if any(word in folded for word in _KNOWN):
        return "holds a word that everybody tries first"
    if _repeats(secret) or _bits(secret) < SECRET_BITS_MIN:
        return "is too easy to guess"
    return None


def _about_secrets(settings: Settings) -> Iterator[str]:
    if settings.secret_key and settings.secret_key_file is not None:
        yield "give OFFTAKE_SECRET_KEY or OFFTAKE_SECRET_KEY_FILE, not both"
    if settings.secret_key_file is not None:
        yield from _about_file(settings.secret_key_file)
    if settings.secret_key or settings.secret_key_file is not None:
        yield from _about_key("OFFTAKE_SECRET_KEY", settings.signing_key)
    for number, key in enumerate(settings.secret_keys_old, start=1):
        yield from _about_key(f"OFFTAKE_SECRET_KEYS_OLD, number {number},", key)
    made = settings.instance / "secret-key"
    if made.exists() and stat.S_IMODE(made.stat().st_mode) & 0o077:
        yield f"others on this machine may read {made}; run: chmod 600 {made}"
    if settings.pseudonym_key:
        yield from _about_key("OFFTAKE_PSEUDONYM_KEY", settings.pseudonym_key)


def _about_key(name: str, key: str) -> Iterator[str]:
    if (weakness := weakness_of(key)) is not None:
        yield f"{name} {weakness}; make one with: openssl rand -base64 48"


def _about_file(path: Path) -> Iterator[str]:
    """A secret that others may replace is none; who may read it, whoever mounts it decides."""
    if stat.S_IMODE(path.stat().st_mode) & stat.S_IWOTH:
        yield f"everybody may write {path}; run: chmod 600 {path}"


def _about_hosts(settings: Settings, host: str) -> Iterator[str]:
    if settings.trusted_hosts:
        if any(
            not name.strip(".") or "*" in name or "/" in name for name in settings.trusted_hosts
        ):
            yield "OFFTAKE_TRUSTED_HOSTS takes names such as market.example.com, without * and /"
    elif settings.secure_cookies:
        yield "OFFTAKE_SECURE_COOKIES needs OFFTAKE_TRUSTED_HOSTS, the names of this market"
    elif not _is_own(host):
        yield f"serving on {host} needs OFFTAKE_TRUSTED_HOSTS, the names of this market"
    if (
        settings.trusted_hosts
        and not settings.secure_cookies
        and _are_public(settings.trusted_hosts)
    ):
        yield "serving under a public name needs HTTPS and OFFTAKE_SECURE_COOKIES=true"


def _is_own(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _are_public(names: Iterable[str]) -> bool:
    """Whether one of the names is more than an address or a name within a private network."""
    private = (".local", ".lan", ".internal", ".test", ".localhost", ".home.arpa", ".intranet")
    for name in names:
        plain = name.strip("[]").lower()
        try:
            ip_address(plain)
        except ValueError:
            if "." in plain.strip(".") and not plain.endswith(private):
                return True
    return False


def _bits(secret: str) -> float:
    length = len(secret)
    counts = Counter(secret).values()
    return -sum(count * math.log2(count / length) for count in counts)


def _repeats(secret: str) -> bool:
    """Whether it is one short text again and again."""
    return any(
        secret == (secret[:period] * (len(secret) // period + 1))[: len(secret)]
        for period in range(1, min(_PERIOD_MAX, len(secret) // 2) + 1)
    )
