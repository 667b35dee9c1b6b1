"""China's unified social credit code: reading it as people write it, and its check digit."""

from __future__ import annotations

import unicodedata
from typing import Final

from models.errors import Invalid

# GB 32100-2015, table 1: digits and capitals without I, O, S, V and Z.
ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH: Final = 18
_VALUES: Final = {sign: value for value, sign in enumerate(ALPHABET)}
_MODULUS: Final = len(ALPHABET)
# Table 2: the weight of the i-th sign is 3^(i-1) mod 31.
_WEIGHTS: Final = tuple(pow(3, place, _MODULUS) for place in range(LENGTH - 1))
# Signs 3 to 8 are the division of the registering authority (GB/T 2260): digits alone.
_DIVISION: Final = range(2, 8)
_JOINTS: Final = frozenset({" ", "-", "\t", "\u3000"})
_DIGITS: Final = frozenset("0123456789")
FIELD: Final = "register_number"


def normalize_credit_code(written: str) -> str:
    """The code in plain capitals: full-width signs, small letters, blanks and hyphens are read."""
    plain = unicodedata.normalize("NFKC", written).upper()
    return "".join(sign for sign in plain if sign not in _JOINTS)


def check_sign_of(body: str) -> str:
    """The 18th sign that belongs to the first 17.

    C18 = 31 - (sum of C_i * W_i) mod 31 with W_i = 3^(i-1) mod 31; 31 counts as 0.
    Source: GB 32100-2015, appendix A (MOD 31-3, after GB/T 17710).
    """
    total = sum(_VALUES[sign] * weight for sign, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % _MODULUS]


def read_credit_code(written: str) -> str:
    """The code as it is stored, or a refusal that says which sign cannot be right.

    `position` counts from 1, `sign` is what stands there.
    """
    code = normalize_credit_code(written)
    if len(code) != LENGTH:
        raise Invalid(
            "credit-code-length",
            "A unified social credit code has 18 signs.",
            field=FIELD,
            length=len(code),
        )
    for place, sign in enumerate(code):
        if sign not in _VALUES or (place in _DIVISION and sign not in _DIGITS):
            raise Invalid(
                "credit-code-sign",
                "This code has a sign where it cannot stand; I, O, S, V and Z are never used.",
                field=FIELD,
                position=place + 1,
                sign=sign,
            )
    if code[-1] != check_sign_of(code[:-1]):
        raise Invalid(
            "credit-code-check",
            "The last sign of this code does not fit the others: one of them is mistyped.",
            field=FIELD,
            position=LENGTH,
            sign=code[-1],
        )
    return code
