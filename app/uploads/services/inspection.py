"""Look into a file before anything is locked: what it is, and that it is nothing else."""

from __future__ import annotations

from typing import Final

import filetype

from app.settings import UploadPolicy
from app.uploads.inputs import InspectedFile
from app.uploads.services.storage import keep_bytes
from models.errors import Invalid
from models.uploads.content import ALLOWED, ENDINGS, PICTURES, Allowance, Kind, Purpose, SentFile
from models.uploads.documents import check_document
from models.uploads.names import clean_name, has_ending
from models.uploads.pictures import redraw
from models.uploads.sheets import check_workbook, read_table

_KIND_OF: Final = {
    "application/pdf": Kind.PDF,
    "image/png": Kind.PNG,
    "image/jpeg": Kind.JPEG,
    "image/webp": Kind.WEBP,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Kind.XLSX,
    "application/zip": Kind.XLSX,
}


def inspect_file(
    sent: SentFile | None, *, purpose: Purpose, field: str, policy: UploadPolicy
) -> InspectedFile:
    """Check a file by its content and its name, and lay its bytes into the folder.

    The content type that a browser sends along is never asked. Refusals name the `field`.
    Nobody can reach the bytes until `store_upload` writes a row for them.
    """
    try:
        return _inspect(sent, ALLOWED[purpose], purpose, policy)
    except Invalid as refusal:
        refusal.facts["field"] = field
        raise


def _inspect(
    sent: SentFile | None, allowance: Allowance, purpose: Purpose, policy: UploadPolicy
) -> InspectedFile:
    if sent is None:
        raise Invalid("file-missing", "Choose a file.")
    content = sent.stream.read(allowance.size_max_bytes + 1)
    if not content:
        raise Invalid("file-empty", "This file is empty.")
    if len(content) > allowance.size_max_bytes:
        raise Invalid("file-large", "This file is too large.")
    kind = _kind_of(content, sent.name)
    if kind not in allowance.kinds:
        raise Invalid("file-kind", "A file of this kind is not taken here.")
    if not has_ending(sent.name, ENDINGS[kind]):
        raise Invalid("file-name", "The ending of the name does not fit what is in the file.")
    written = _checked(content, kind, allowance)
    key, sha256 = keep_bytes(policy.folder, written)
    return InspectedFile(
        purpose=purpose,
        name=clean_name(sent.name, ENDINGS[kind]),
        kind=kind,
        size_bytes=len(written),
        sha256=sha256,
        storage_key=key,
    )


def _kind_of(content: bytes, name: str) -> Kind | None:
    found = filetype.guess_mime(content)
    if found is None:
        # Text has no signature: a table is what calls itself one and can be read as one.
        return Kind.CSV if has_ending(name, ENDINGS[Kind.CSV]) else None
    return _KIND_OF.get(found)


def _checked(content: bytes, kind: Kind, allowance: Allowance) -> bytes:
    """The bytes to keep: those of pictures and tables written anew, others as they came."""
    if kind in PICTURES:
        return redraw(content, kind)
    if kind is Kind.CSV:
        return read_table(content)
    if kind is Kind.XLSX:
        check_workbook(content)
    else:
        check_document(content, allowance.pages_max)
    return content
