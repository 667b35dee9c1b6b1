"""What a password must be: long, and not what a guesser tries first. No rules of composition."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

from models.errors import Invalid

PASSWORD_MIN: Final = 12
PASSWORD_MAX: Final = 128
# Whatever is longer is too long in every way of writing it, and is not read to its end.
_READ_MAX: Final = 1_000
# What remains once everything that is known of a person is taken away must be hard by itself.
_REST_MIN: Final = 8
_KNOWN_WORD_MIN: Final = 4
_PRODUCT: Final = "offtake"
# Below it a list of common passwords and simple patterns finds the password within hours even
# where the hash were stolen; zxcvbn's own bound between "weak" and "fair".
GUESSES_MIN: Final = 10**8


def normal_password(password: str) -> str:
    """The same signs however a keyboard sends them (NIST SP 800-63B, 5.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password[:_READ_MAX])


def known_words(about: Iterable[str]) -> frozenset[str]:
    """The parts of names and addresses that somebody who knows the person would try."""
    words = {_PRODUCT}
    for text in about:
        folded = normal_password(text).casefold()
        words |= {folded, *"".join(s if s.isalnum() else " " for s in folded).split()}
    return frozenset(word for word in words if len(word) >= _KNOWN_WORD_MIN)


def check_length(password: str) -> None:
    """Refuse a password that is too short, or so long that hashing it would be an attack."""
    if len(password) < PASSWORD_MIN:
        raise Invalid(
            "password-too-short", "A password has at least 12 characters.", field="password"
        )
    if len(password) > PASSWORD_MAX:
        raise Invalid(
            "password-too-long", "A password has at most 128 characters.", field="password"
        )


def check_strength(
    password: str, *, about: Iterable[str], common: Collection[str], guesses: int
) -> None:
    """Refuse what is on the list of common passwords, easily guessed, or about the person.

    `guesses`: how many it takes whoever knows the list and the usual patterns.
    """
    folded = password.casefold()
    if folded in common or guesses < GUESSES_MIN:
        raise Invalid(
            "password-common",
            "This password is among the first that are tried. Choose another one.",
            field="password",
        )
    rest = folded
    for word in sorted(known_words(about), key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < min(_REST_MIN, len(folded)):
        raise Invalid(
            "password-personal",
            "A password must not be made of your name, your address or the name of this market.",
            field="password",
        )
