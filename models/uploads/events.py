"""What happens to files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadStored(Event):
    topic: ClassVar[str] = "upload.stored"

    upload_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadJudged(Event):
    """The virus scanner has spoken; `refusal` is empty if nothing was found."""

    topic: ClassVar[str] = "upload.judged"

    upload_id: int
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadShared(Event):
    topic: ClassVar[str] = "upload.shared"

    upload_id: int
    organization_ids: tuple[int, ...]
