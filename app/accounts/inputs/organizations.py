"""What can be asked about organizations: opening one, its papers, its standing, its park."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from babel import Locale
from pydantic import BeforeValidator, ConfigDict, Field

from app.fields import Blankable, Command, Id, LegalName, LongText, Name, ShortText, among
from models.accounts.registers import APPLICANTS_REGISTERS
from models.accounts.standing import DOCUMENT_KINDS

REASON_MAX: Final = 1_000
# ISO 3166-1: the two-letter codes that are places, without the pseudo codes that Unicode adds.
_CODE: Final = re.compile(r"[A-Z]{2}")
_PSEUDO: Final = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "XK", "ZZ", "AC", "CP", "CQ",
                            "DG", "EA", "IC", "TA"})  # fmt: skip
COUNTRIES: Final = tuple(
    sorted(
        str(code)
        for code in Locale("en").territories
        if _CODE.fullmatch(str(code)) and code not in _PSEUDO
    )
)


def _capitals(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


Reason = Annotated[LongText, Field(min_length=1, max_length=REASON_MAX)]


class OpenOrganization(Command):
    """An organization as its register has it."""

    name: LegalName
    name_zh: Annotated[LegalName | None, Blankable] = None
    country: Annotated[str, among(COUNTRIES), BeforeValidator(_capitals)] = "CN"
    register_kind: Annotated[str, among(APPLICANTS_REGISTERS)] = "cn_credit_code"
    register_number: Name


class NameDocument(Command):
    """What the file that comes along is."""

    kind: Annotated[str, among(DOCUMENT_KINDS)]


class Decide(Command):
    """A step that needs no reason."""


class DecideWithReason(Command):
    """What the organization is told about why."""

    reason: Reason


class ChoosePark(Command):
    park_id: Id


class AppointManager(Command):
    """Who manages a park; nobody, if nothing is chosen."""

    organization_id: Annotated[Id | None, Blankable] = None


class GrantInsight(Command):
    reader_id: Id


class QueueFilter(Command):
    """What of the operator's queue is asked for; links from chats bring words of their own."""

    model_config = ConfigDict(extra="ignore")

    standing: Literal["", "new", "submitted", "returned", "verified", "suspended"] = ""
    q: ShortText = ""
    page: int = Field(default=1, ge=1, le=10_000)
