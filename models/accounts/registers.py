"""In which register an organization stands, and under which number."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from models.accounts.credit_code import FIELD, read_credit_code
from models.errors import Invalid

CHINA: Final = "CN"
# What an applicant may choose; `none` is for those that the operator registers.
APPLICANTS_REGISTERS: Final = ("cn_credit_code", "foreign")
_NUMBER: Final = re.compile(r"[0-9A-Z](?:[0-9A-Z ./-]{0,38}[0-9A-Z])?")


def read_register(register: str, country: str, written: str) -> str:
    """The number as it is stored and compared, or a refusal by field."""
    if register == "cn_credit_code":
        if country != CHINA:
            raise Invalid(
                "register-of-china",
                "Only organizations of mainland China have a unified social credit code.",
                field="country",
            )
        return read_credit_code(written)
    if country == CHINA:
        raise Invalid(
            "register-credit-code",
            "Organizations of mainland China give their unified social credit code.",
            field="register_kind",
        )
    number = " ".join(unicodedata.normalize("NFKC", written).upper().split())
    if not _NUMBER.fullmatch(number) or not any(sign.isdigit() for sign in number):
        raise Invalid(
            "register-number",
            "Write the number as the register has it: letters, digits, dots, hyphens.",
            field=FIELD,
        )
    return number
