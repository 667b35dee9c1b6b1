"""What people can change of their own accounts."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from app.accounts.inputs.registration import Email
from app.fields import Command, LongText, Name

_BLANKS: Final = re.compile(r"[\s().-]")
_PHONE: Final = re.compile(r"(\+|00)[1-9][0-9]{6,14}|1[3-9][0-9]{9}")
_MAINLAND: Final = "+86"
_CODE: Final = re.compile(r"[0-9]{6}")


def _phone(value: object) -> object:
    """E.164; a mobile number of mainland China may come without its country."""
    bare = _BLANKS.sub("", value) if isinstance(value, str) else ""
    if not bare.isascii() or not _PHONE.fullmatch(bare):
        raise PydanticCustomError("phone", "Write the number with its country, as +86 or +49.")
    if bare.startswith("00"):
        return f"+{bare[2:]}"
    return bare if bare.startswith("+") else f"{_MAINLAND}{bare}"


def _code(value: object) -> object:
    bare = "".join(value.split()) if isinstance(value, str) else ""
    if not _CODE.fullmatch(bare):
        raise PydanticCustomError("six_digits", "A code has six digits.")
    return bare


class ChangeAccount(Command):
    name: Name
    language: Literal["en", "zh"]


class SetPhone(Command):
    phone: Annotated[str, BeforeValidator(_phone)]


class ConfirmPhone(Command):
    code: Annotated[str, BeforeValidator(_code)]


class NamePasskey(Command):
    name: Annotated[Name, Field(max_length=64)]


class CareForPerson(Command):
    """Whose account, and why; the reason stays in the audit trail."""

    email: Email
    reason: Annotated[LongText, Field(min_length=10)]
