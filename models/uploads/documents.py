"""PDF documents: whole, open, without anything that runs, and nothing else at the same time."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, PdfObject

from models.errors import Invalid

# What it says of a broken file is of no use to anybody, and may quote the file.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

OBJECTS_MAX: Final = 100_000
DEPTH_MAX: Final = 60
_HEAD: Final = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[ \t]*[\r\n]")
_END: Final = re.compile(rb"%%EOF[\r\n \t\x00]*\Z")
# Other formats that browsers recognize by the first thousand bytes, whatever stands before.
_PAGE_OF_THE_WEB: Final = re.compile(
    rb"<\s*(?:!doctype|html|head|body|script|iframe|svg|img|a\s|title|style|object|embed)",
    re.IGNORECASE,
)
_LOOKED_AT: Final = 1_024
# Keys whose mere presence means code, other files, or a form that draws itself.
_KEYS: Final = frozenset(
    {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent", "/RichMedia"}
)
# ISO 32000-1, table 198: actions that run, open, fetch or send; links to a place or URI may stay.
_ACTIONS: Final = frozenset(
    {
        "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition",
        "/Movie", "/Sound", "/GoTo3DView", "/RichMediaExecute",
    }
)  # fmt: skip
_TYPES: Final = frozenset(
    {"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/3D", "/Screen"}
)


def check_document(content: bytes, pages_max: int) -> int:
    """Refuse a document that is more or less than pages to be read; return how many they are."""
    _check_shell(content)
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise Invalid("file-pdf-locked", "This PDF is protected: save it without a password.")
        pages = len(reader.pages)
        if pages == 0:
            raise ValueError("no pages")
        active = _is_active(reader)
    except Invalid:
        raise
    except Exception as error:
        # The reader raises whatever a broken file leads it to, a full stack included.
        raise Invalid(
            "file-pdf-broken", "This PDF cannot be read: print it to PDF anew."
        ) from error
    if active:
        raise Invalid(
            "file-pdf-active",
            "This PDF holds programs, attachments or media: print it to PDF without them.",
        )
    if pages > pages_max:
        raise Invalid("file-pdf-pages", "This PDF has too many pages.", pages_max=pages_max)
    return pages


def _check_shell(content: bytes) -> None:
    """The first line and the last are those of a PDF, and nothing stands before or after."""
    sound = _HEAD.match(content) is not None and _END.search(content[-_LOOKED_AT:]) is not None
    if not sound or _PAGE_OF_THE_WEB.search(content[:_LOOKED_AT]):
        raise Invalid(
            "file-pdf-mixed", "This is not a plain PDF: something stands before, in or after it."
        )


def _is_active(reader: PdfReader) -> bool:
    """Whether any object, reachable or not, does something beyond being read."""
    return any(_holds_action(dictionary) for dictionary in _dictionaries(reader))


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    numbers = {number for table in reader.xref.values() for number in table} | set(
        reader.xref_objStm
    )
    if len(numbers) > OBJECTS_MAX:
        raise ValueError("more objects than a document of this size needs")
    generations = {number: gen for gen, table in reader.xref.items() for number in table}
    yield from _inside(reader.trailer, 0)
    for number in sorted(numbers):
        if number in generations and reader.xref[generations[number]][number] == 0:
            continue  # a free place
        found = IndirectObject(number, generations.get(number, 0), reader).get_object()
        if found is not None:
            yield from _inside(found, 0)


def _inside(value: PdfObject, depth: int) -> Iterator[DictionaryObject]:
    """A value and what stands directly in it; what it only refers to has a number of its own."""
    if depth > DEPTH_MAX:
        raise ValueError("nested deeper than any document")
    children: list[PdfObject] = []
    if isinstance(value, DictionaryObject):
        yield value
        children = [value.raw_get(key) for key in value]
    elif isinstance(value, ArrayObject):
        children = list(list.__iter__(value))
    for child in children:
        if isinstance(child, DictionaryObject | ArrayObject):
            yield from _inside(child, depth + 1)


def _holds_action(found: DictionaryObject) -> bool:
    return (
        any(key in found for key in _KEYS)
        or _named(found, "/S") in _ACTIONS
        or _named(found, "/Subtype") in _TYPES
        or _named(found, "/Type") in _TYPES
    )


def _named(found: DictionaryObject, key: str) -> str:
    value = found.get(key)
    return str(value) if isinstance(value, NameObject) else ""
