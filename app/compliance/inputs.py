"""What can be asked about papers, and the job that warns of their end."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from app.fields import (
    Blankable,
    Command,
    Day,
    Id,
    Lines,
    LongText,
    MassIn,
    Name,
    Several,
    ShortText,
    among,
)
from app.journal.inputs import JobCommand
from models.compliance.papers import PaperAction
from models.compliance.rights import PAPER_KINDS, WAYS


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
    # Only of papers that name codes: what is done with the waste.
    ways: Annotated[list[Annotated[str, among(WAYS)]], Several, Field(max_length=len(WAYS))] = (
        Field(default_factory=list)
    )


class PaperStep(Command):
    """A step in the life of a paper; a refusal says why."""

    action: PaperAction
    reason: LongText = ""


class WarnOfEndings(JobCommand):
    """Tell owners which of their papers end soon."""

    kind: ClassVar[str] = "compliance.warn_of_endings"
