"""What can be asked about papers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.fields import Blankable, Command, Day, Id, Lines, MassIn, Name, ShortText, among
from models.compliance.rights import PAPER_KINDS


class FilePaper(Command):
    """A paper as it lies on file; codes matter only to permits that name them."""

    site_id: Id
    kind: Annotated[str, among(PAPER_KINDS)]
    number: Name
    valid_from: Day
    valid_until: Annotated[Day | None, Blankable] = None
    codes: Annotated[list[ShortText], Lines, Field(max_length=200)] = Field(default_factory=list)
    yearly_quota_g: Annotated[MassIn | None, Blankable] = Field(
        default=None, alias="yearly_quota_t"
    )
