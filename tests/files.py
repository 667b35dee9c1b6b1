"""Files as people send them, and as those send them who mean ill."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from models.uploads.content import SentFile

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
WORKBOOK = {
    "[Content_Types].xml": CONTENT_TYPES,
    "_rels/.rels": '<?xml version="1.0"?><Relationships/>',
    "xl/workbook.xml": '<?xml version="1.0"?><workbook/>',
    "xl/worksheets/sheet1.xml": '<?xml version="1.0"?><worksheet/>',
}


def sent(name: str, content: bytes) -> SentFile:
    return SentFile(name, BytesIO(content))


def written(writer: PdfWriter) -> bytes:
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def blank(pages: int = 1) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    return writer


def pdf(pages: int = 1) -> bytes:
    return written(blank(pages))


def pdf_with_action(kind: str, **entries: str) -> bytes:
    """A document that does something when it is opened."""
    writer = blank()
    action = DictionaryObject({NameObject("/S"): NameObject(kind)})
    for key, value in entries.items():
        action[NameObject(f"/{key}")] = TextStringObject(value)
    writer.root_object[NameObject("/OpenAction")] = action
    return written(writer)


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **saved: object) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(target, form, **saved)
    return target.getvalue()


def photo_with_position() -> bytes:
    """A JPEG with the camera, the place and a comment in it, lying on its side."""
    exif = Image.Exif()
    exif[0x010F] = "Canary Camera"
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(0x8825)[2] = (36.0, 12.0, 0.0)  # GPSLatitude
    return picture("JPEG", exif=exif, comment=b"Canary comment")


def png_with_text() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "<script>canary()</script>")
    return picture("PNG", pnginfo=notes)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose head says that it is huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack("!I", len(body)) + checked + struct.pack("!I", zlib.crc32(checked))

    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100))
    ) + chunk(b"IEND", b"")


def workbook(more: Mapping[str, str | bytes] | None = None, **options: int) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (WORKBOOK | dict(more or {})).items():
            archive.writestr(name, content, **options)
    return target.getvalue()
