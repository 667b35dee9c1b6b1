"""What can be asked about those who act for an organization: people, programs, drivers."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from app.accounts.inputs.registration import Email
from app.fields import Blankable, Command, Id, Name, Several, among
from models.accounts.driving import DAYS_MAX as DRIVER_DAYS_MAX
from models.accounts.driving import PIN_DIGITS
from models.accounts.tokens import DAYS_MAX, SCOPES
from models.permissions import MEMBER_ROLES, OFFICES

PHONE: Final = r"^\+?[0-9][0-9 -]{5,20}$"


def _digits(value: object) -> object:
    """A PIN as phones write it: with blanks, or full-width."""
    if not isinstance(value, str):
        return value
    return "".join(unicodedata.normalize("NFKC", value).split())


class InviteMember(Command):
    email: Email
    role: Annotated[str, among(MEMBER_ROLES)]
    language: Annotated[str, among(("en", "zh"))] = "en"


class InviteOfficer(Command):
    """An office in an organization, which the operator gives."""

    email: Email
    role: Annotated[str, among(OFFICES)]
    language: Annotated[str, among(("en", "zh"))] = "en"


class ChangeRole(Command):
    role: Annotated[str, among(MEMBER_ROLES)]


class ChooseOrganization(Command):
    organization_id: Id
    next: str = ""


class MakeToken(Command):
    name: Name
    scopes: Annotated[
        list[Annotated[str, among(SCOPES)]], Several, Field(min_length=1, max_length=len(SCOPES))
    ]
    days: int = Field(ge=1, le=DAYS_MAX)


class AddDriver(Command):
    name: Name
    phone: Annotated[Annotated[str, Field(pattern=PHONE)] | None, Blankable] = None
    days: int = Field(ge=1, le=DRIVER_DAYS_MAX)


class EnterPin(Command):
    pin: Annotated[str, Field(pattern=rf"^[0-9]{{{PIN_DIGITS}}}$"), BeforeValidator(_digits)]
