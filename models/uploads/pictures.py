"""Pictures: decoded and written anew, so that nothing but what is seen survives."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from models.errors import Invalid
from models.uploads.content import Kind

PIXELS_MAX: Final = 50_000_000  # what the largest cameras of telephones give; 200 MB unpacked
SIDE_MAX: Final = 20_000
_FORMATS: Final = {Kind.PNG: "PNG", Kind.JPEG: "JPEG", Kind.WEBP: "WEBP"}
_QUALITY: Final = {Kind.JPEG: {"quality": 90}, Kind.WEBP: {"quality": 90}, Kind.PNG: {}}
_SEE_THROUGH: Final = frozenset({"LA", "La", "RGBA", "RGBa", "PA"})


def redraw(content: bytes, kind: Kind) -> bytes:
    """The same picture in the same format, without what came with it.

    Place and camera in EXIF, comments, thumbnails, further frames, colour profiles and whatever
    was hidden before, between or after the picture are gone. It is turned as it was meant to be
    seen. What cannot be decoded is refused.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(content), formats=[_FORMATS[kind]])
        _check_size(picture)
        picture.load()
        plain = _plain(ImageOps.exif_transpose(picture), kind)
        written = BytesIO()
        plain.save(written, format=_FORMATS[kind], **_QUALITY[kind])
    except Invalid:
        raise
    except Image.DecompressionBombError:
        _refuse_large()
    except Exception as error:
        # Decoders raise whatever a broken file leads them to; all of it means the same to people.
        raise Invalid("file-picture-broken", "This picture cannot be read.") from error
    return written.getvalue()


def _check_size(picture: Image.Image) -> None:
    """Before anything is unpacked: the head of the file says how large it would be."""
    width, height = picture.size
    if width * height > PIXELS_MAX or max(width, height) > SIDE_MAX:
        _refuse_large()


def _refuse_large() -> None:
    raise Invalid("file-picture-large", "This picture has too many pixels: 50 million are allowed.")


def _plain(picture: Image.Image, kind: Kind) -> Image.Image:
    """In a mode that the format holds, and without the notes that Pillow would write again."""
    if picture.mode in {"1", "L"}:
        mode = "L"
    elif kind is Kind.JPEG or not (picture.mode in _SEE_THROUGH or "transparency" in picture.info):
        mode = "RGB"
    else:
        mode = "RGBA"
    plain = picture.convert(mode)
    plain.info.clear()
    return plain
