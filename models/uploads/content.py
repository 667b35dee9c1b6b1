"""What may be uploaded for which purpose, how large it may be, and what a file goes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Final

from models.errors import Conflict

MEGABYTE: Final = 1_000_000


class Purpose(StrEnum):
    """What a file is evidence of."""

    IDENTITY = "identity"  # of an organization
    PERMIT = "permit"
    ASSAY = "assay"
    EVIDENCE = "evidence"
    PHOTO = "photo"


class FileState(StrEnum):
    QUARANTINED = "quarantined"
    CLEAN = "clean"
    REFUSED = "refused"


class FileStep(StrEnum):
    """What the virus scanner says of a file that waits for it."""

    PASS = "pass"  # noqa: S105  (not a password)
    REFUSE = "refuse"


class Kind(StrEnum):
    """What a file is, by its content. Nothing else is ever stored."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    XLSX = "xlsx"
    CSV = "csv"

    @property
    def label(self) -> str:
        """What people call it; the same in every language."""
        return LABELS[self]


CONTENT_TYPES: Final[Mapping[Kind, str]] = {
    Kind.PDF: "application/pdf",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.WEBP: "image/webp",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.CSV: "text/csv; charset=utf-8",
}
# The ending a name may have. The first one is given to a name that has none of them.
ENDINGS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.PDF: (".pdf",),
    Kind.PNG: (".png",),
    Kind.JPEG: (".jpg", ".jpeg"),
    Kind.WEBP: (".webp",),
    Kind.XLSX: (".xlsx",),
    Kind.CSV: (".csv",),
}
LABELS: Final[Mapping[Kind, str]] = {
    Kind.PDF: "PDF",
    Kind.PNG: "PNG",
    Kind.JPEG: "JPEG",
    Kind.WEBP: "WebP",
    Kind.XLSX: "Excel (.xlsx)",
    Kind.CSV: "CSV",
}
PICTURES: Final = frozenset({Kind.PNG, Kind.JPEG, Kind.WEBP})
_PAPER: Final = (Kind.PDF, Kind.JPEG, Kind.PNG, Kind.WEBP)
_MEASURED: Final = (*_PAPER, Kind.XLSX, Kind.CSV)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one purpose takes; forms say it in words, inspection holds to it."""

    kinds: tuple[Kind, ...]
    size_max_bytes: int
    pages_max: int = 0

    @property
    def accept(self) -> str:
        """What the file chooser of a browser offers: endings, which every browser understands."""
        return ",".join(ending for kind in self.kinds for ending in ENDINGS[kind])

    @property
    def size_max_megabytes(self) -> int:
        return self.size_max_bytes // MEGABYTE


ALLOWED: Final[Mapping[Purpose, Allowance]] = {
    Purpose.IDENTITY: Allowance(kinds=_PAPER, size_max_bytes=10 * MEGABYTE, pages_max=50),
    Purpose.PERMIT: Allowance(kinds=_PAPER, size_max_bytes=10 * MEGABYTE, pages_max=200),
    Purpose.ASSAY: Allowance(kinds=_MEASURED, size_max_bytes=10 * MEGABYTE, pages_max=100),
    Purpose.EVIDENCE: Allowance(kinds=_MEASURED, size_max_bytes=10 * MEGABYTE, pages_max=200),
    Purpose.PHOTO: Allowance(kinds=(Kind.JPEG, Kind.PNG, Kind.WEBP), size_max_bytes=10 * MEGABYTE),
}
FILE_STEPS: Final[Mapping[tuple[FileState, FileStep], FileState]] = {
    (FileState.QUARANTINED, FileStep.PASS): FileState.CLEAN,
    (FileState.QUARANTINED, FileStep.REFUSE): FileState.REFUSED,
}


def next_file_state(state: FileState, step: FileStep) -> FileState:
    """The state that a step leads to, or a refusal."""
    target = FILE_STEPS.get((state, step))
    if target is None:
        raise Conflict("upload-judged", "This file has been checked already.")
    return target


def check_readable(state: FileState) -> None:
    """Refuse to hand out a file that has not passed."""
    if state is FileState.QUARANTINED:
        raise Conflict("upload-quarantined", "This file is still being checked for viruses.")
    if state is FileState.REFUSED:
        raise Conflict("upload-refused", "This file was refused when it was checked for viruses.")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as a form brought it: a name that nobody checked, and bytes that nobody read."""

    name: str
    stream: IO[bytes]
