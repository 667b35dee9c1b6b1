"""Tables: workbooks without programs that unpack to what they say, and plain CSV."""

from __future__ import annotations

import csv
import re
import unicodedata
import zipfile
import zlib
from io import BytesIO
from typing import Final

from models.errors import Invalid

MEMBERS_MAX: Final = 2_000
UNPACKED_MAX_BYTES: Final = 100_000_000
# Repetitive tables reach 50; what goes beyond 200 was made to.
RATIO_MAX: Final = 200
ROWS_MAX: Final = 100_000
CELL_MAX: Final = 5_000
_NEEDED: Final = frozenset({"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"})
_ACTIVE: Final = re.compile(
    r"vbaproject|vbadata|macrosheets/|activex/|embeddings/|externallinks/|customui/|ctrlprops/"
    r"|querytables/|webextensions/|xl/connections\.xml|\.(?:exe|dll|js|vbs|bat|ps1|ole|bin)$",
    re.IGNORECASE,
)
_PRINTER: Final = re.compile(r"xl/printerSettings/printerSettings\d+\.bin")
_ACTIVE_TYPE: Final = re.compile(rb"macroEnabled|vbaProject|activeX|oleObject", re.IGNORECASE)
_OUTWARD: Final = re.compile(
    rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE
)
_LINK: Final = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", re.IGNORECASE)
_DECLARATION: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_END_OF_ARCHIVE: Final = b"PK\x05\x06"
_END_LENGTH: Final = 22
_MARKUP: Final = re.compile(r"<\s*[a-zA-Z/!?]")
_STARTS: Final = ("=", "@", "+", "-", "\t", "\r")
# A signed number, or a dash where nothing was measured.
_SIGNED: Final = re.compile(r"\s*[+-]\s*(?:[0-9.,]+(?:[eE][+-]?[0-9]+)?\s*%?\s*)?")


def check_workbook(content: bytes) -> None:
    """Refuse a workbook that holds programs, reaches outside, or is a bomb."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_shell(content, archive)
            _check_members(archive.infolist())
            _unpack(archive)
    except Invalid:
        raise
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError,
            KeyError, OSError) as error:  # fmt: skip
        raise Invalid("file-workbook-broken", "This workbook cannot be read.") from error


def read_table(content: bytes) -> bytes:
    """A CSV as UTF-8 with its cells unchanged; what is no plain table is refused.

    Sheets from China often are in GB 18030. A cell that a spreadsheet would run is refused rather
    than altered: the file is evidence.
    """
    text = _decoded(content)
    if any(
        unicodedata.category(sign) in {"Cc", "Cs", "Co"} and sign not in "\r\n\t" for sign in text
    ):
        raise Invalid("file-csv-unreadable", "This is not a text table in UTF-8 or GB 18030.")
    if _MARKUP.search(text):
        raise Invalid("file-csv-markup", "This table has HTML in it.")
    rows = 0
    try:
        for row in csv.reader(text.splitlines(), dialect=_dialect(text), strict=True):
            rows += 1
            _check_row(row, rows)
    except csv.Error as error:
        raise Invalid(
            "file-csv-broken", "This table cannot be read: a quote is not closed."
        ) from error
    return text.encode("utf-8")


def _check_shell(content: bytes, archive: zipfile.ZipFile) -> None:
    """Nothing before the archive, nothing after it, and no place where two members overlap."""
    end = content[-_END_LENGTH:]
    members = sorted(archive.infolist(), key=lambda member: member.header_offset)
    starts_at = [member.header_offset for member in members]
    ends_at = [member.header_offset + member.compress_size for member in members]
    overlap = any(end > start for end, start in zip(ends_at, starts_at[1:], strict=False))
    if (
        not content.startswith(b"PK\x03\x04")
        or not end.startswith(_END_OF_ARCHIVE)
        or overlap
        or not starts_at
        or starts_at[0] != 0
    ):
        raise Invalid("file-workbook-mixed", "This is not a plain workbook.")


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if len(names) > MEMBERS_MAX or sum(member.file_size for member in members) > UNPACKED_MAX_BYTES:
        _refuse_bomb()
    if any(member.file_size > RATIO_MAX * max(member.compress_size, 1_000) for member in members):
        _refuse_bomb()
    folded = [name.casefold() for name in names]
    strange = len(set(folded)) < len(folded) or any(
        name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")
        for name in names
    )
    if strange or any(member.flag_bits & 1 for member in members) or not set(names) >= _NEEDED:
        raise Invalid("file-workbook-mixed", "This is not a plain workbook.")
    if any(_ACTIVE.search(name) and not _PRINTER.fullmatch(name) for name in names):
        _refuse_active()


def _unpack(archive: zipfile.ZipFile) -> None:
    """Unpack all of it, a piece at a time: what a member says of its size may be a lie."""
    left = UNPACKED_MAX_BYTES
    for member in archive.infolist():
        with archive.open(member) as file:
            kept = b""
            while piece := file.read(65_536):
                left -= len(piece)
                if left < 0:
                    _refuse_bomb()
                if len(kept) < 262_144:  # declarations and relations stand at the beginning
                    kept += piece
        _check_text(member.filename, kept)


def _check_text(name: str, start: bytes) -> None:
    if name.endswith((".xml", ".rels", ".vml")):
        text = start.replace(b"\x00", b"")  # UTF-16 reads the same without its zeros
        if _DECLARATION.search(text):
            raise Invalid("file-workbook-mixed", "This is not a plain workbook.")
        if name == "[Content_Types].xml" and _ACTIVE_TYPE.search(text):
            _refuse_active()
        if any(not _LINK.search(found) for found in _OUTWARD.findall(text)):
            _refuse_active()


def _refuse_bomb() -> None:
    raise Invalid("file-workbook-bomb", "This workbook unpacks to more than it may.")


def _refuse_active() -> None:
    raise Invalid(
        "file-workbook-active",
        "This workbook holds macros, objects or links to other files: save it as a plain .xlsx.",
    )


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("file-csv-unreadable", "This is not a text table in UTF-8 or GB 18030.")


def _dialect(text: str) -> type[csv.Dialect]:
    """Commas, unless the first line is parted by semicolons or tabs."""
    first = text.partition("\n")[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=first.count) if first else ","

    return Found


def _check_row(row: list[str], number: int) -> None:
    if number > ROWS_MAX or any(len(cell) > CELL_MAX for cell in row):
        raise Invalid("file-csv-large", "This table has too many rows or too long cells.")
    for cell in row:
        if cell.lstrip(" ").startswith(_STARTS) and not _SIGNED.fullmatch(cell):
            raise Invalid(
                "file-csv-formula", "A cell of this table begins like a formula.", row=number
            )
