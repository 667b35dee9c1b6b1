"""Pictures come out as they are seen, and as nothing else."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from models.errors import Invalid
from models.uploads.content import Kind
from models.uploads.pictures import PIXELS_MAX, redraw
from tests import files


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def code_of(content: bytes, kind: Kind) -> str:
    with pytest.raises(Invalid) as refusal:
        redraw(content, kind)
    return refusal.value.code


def test_a_photo_loses_where_and_by_what_it_was_taken_and_stands_upright() -> None:
    sent = files.photo_with_position()
    assert b"Canary Camera" in sent
    assert b"Canary comment" in sent
    assert opened(sent).size == (40, 30)
    kept = redraw(sent, Kind.JPEG)
    assert b"Canary" not in kept
    assert b"Exif" not in kept
    assert opened(kept).size == (30, 40)
    assert opened(kept).getexif() == {}
    red, green, blue = opened(kept).getpixel((5, 5))  # type: ignore[misc]
    assert (abs(red - 200) < 8, abs(green - 30) < 8, abs(blue - 30) < 8) == (True, True, True)


def test_notes_and_trailing_bytes_of_a_picture_do_not_survive() -> None:
    assert b"script" not in redraw(files.png_with_text(), Kind.PNG)
    for form, kind in (("PNG", Kind.PNG), ("JPEG", Kind.JPEG), ("WEBP", Kind.WEBP)):
        polyglot = files.picture(form) + b"<script>alert(1)</script>PK\x03\x04"
        kept = redraw(polyglot, kind)
        assert b"script" not in kept
        assert b"PK\x03\x04" not in kept
        assert opened(kept).format == form
        assert opened(kept).size == (40, 30)


def test_what_can_be_seen_through_stays_so() -> None:
    target = BytesIO()
    Image.new("RGBA", (4, 4), (1, 2, 3, 0)).save(target, "PNG")
    assert opened(redraw(target.getvalue(), Kind.PNG)).getpixel((0, 0)) == (1, 2, 3, 0)
    target = BytesIO()
    Image.new("L", (4, 4), 77).save(target, "PNG")
    assert opened(redraw(target.getvalue(), Kind.PNG)).getpixel((0, 0)) == 77


def test_a_picture_for_print_becomes_one_for_screens() -> None:
    target = BytesIO()
    Image.new("CMYK", (8, 8)).save(target, "JPEG")
    assert opened(redraw(target.getvalue(), Kind.JPEG)).mode == "RGB"


@pytest.mark.parametrize(
    ("width", "height"), [(50_000, 50_000), (10_000, 5_001), (20_001, 10), (2**31 - 1, 2**31 - 1)]
)
def test_a_bomb_is_refused_by_its_head_before_it_is_unpacked(width: int, height: int) -> None:
    assert width * height > PIXELS_MAX or width > 20_000
    found = code_of(files.png_that_claims(width, height), Kind.PNG)
    # Pillow itself refuses what not even a head may say.
    assert found in {"file-picture-large", "file-picture-broken"}
    assert found == "file-picture-large" or width == 2**31 - 1


def test_what_is_broken_or_of_another_format_is_refused() -> None:
    whole = files.picture("PNG", (300, 300))
    assert code_of(whole[:60], Kind.PNG) == "file-picture-broken"
    assert code_of(b"", Kind.PNG) == "file-picture-broken"
    assert code_of(files.picture("JPEG"), Kind.PNG) == "file-picture-broken"
    assert code_of(files.picture("GIF"), Kind.JPEG) == "file-picture-broken"
    assert code_of(b"\xff\xd8\xff" + b"\0" * 500, Kind.JPEG) == "file-picture-broken"
