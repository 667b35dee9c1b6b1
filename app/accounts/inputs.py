"""What can be asked about accounts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr

from app.fields import Command, Name, Readable, ShortText

PASSWORD_MIN = 12
PASSWORD_MAX = 128


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


Email = Annotated[
    str,
    BeforeValidator(_lower),
    Readable,
    Field(max_length=200, pattern=r"^[^@\s<>]{1,64}@[^@\s<>]+\.[^@\s<>]+$"),
]


class SignIn(Command):
    email: Email
    password: SecretStr = Field(min_length=1, max_length=PASSWORD_MAX)
    next: str = ""


class RegisterOrganization(Command):
    name: Name
    name_zh: ShortText | None = None
    external_key: str | None = None
    demonstration: bool = False
    invented: bool = False


class RegisterUser(Command):
    email: Email
    name: Name
    password: SecretStr = Field(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX)
    role: Literal["viewer", "trader", "owner", "operator"]
