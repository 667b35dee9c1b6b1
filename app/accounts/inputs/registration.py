"""What can be asked about accounts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from app.fields import Command, LegalName, Name, Readable, among
from models.accounts.passwords import PASSWORD_MAX, PASSWORD_MIN
from models.permissions import MEMBER_ROLES


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _from(shortest: int) -> BeforeValidator:
    """The length of a secret text, complained about as that of any other text."""

    def check(value: object) -> object:
        if isinstance(value, str) and len(value) < shortest:
            raise PydanticCustomError("string_too_short", "This field is needed.")
        if isinstance(value, str) and len(value) > PASSWORD_MAX:
            raise PydanticCustomError("string_too_long", "This text is too long.")
        return value

    return BeforeValidator(check)


Email = Annotated[
    str,
    Field(max_length=200, pattern=r"^[^@\s<>]{1,64}@[^@\s<>]+\.[^@\s<>]+$"),
    BeforeValidator(_lower),
    Readable,
]


class RegisterOrganization(Command):
    name: LegalName
    name_zh: LegalName | None = None
    external_key: str | None = None
    demonstration: bool = False
    invented: bool = False


class RegisterUser(Command):
    email: Email
    name: Name
    password: Annotated[SecretStr, _from(PASSWORD_MIN)]
    role: Annotated[str, among(MEMBER_ROLES)]
