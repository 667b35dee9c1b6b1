"""Jobs of uploads, and what inspection hands on to storing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from app.fields import Id
from app.journal.inputs import JobCommand
from models.uploads.content import Kind, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedFile:
    """A file that was found to be what it may be, and that lies in the folder already.

    Only `inspect_file` makes one. Until `store_upload` writes its row nobody can reach it, and
    the sweep removes it after an hour.
    """

    purpose: Purpose
    name: str
    kind: Kind
    size_bytes: int
    sha256: str
    storage_key: str


class ScanUpload(JobCommand):
    """Ask the virus scanner about one file. `found` is filled in by the preparation."""

    kind: ClassVar[str] = "uploads.scan"
    upload_id: Id
    asked: bool = False
    found: str | None = Field(default=None, max_length=200)


class SweepUploads(JobCommand):
    """Remove files without a row and the bytes of refused ones; ask again about those that wait."""

    kind: ClassVar[str] = "uploads.sweep"
