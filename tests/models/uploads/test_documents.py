"""PDF documents: pages to be read, and nothing that runs."""

from __future__ import annotations

import re

import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from models.errors import Invalid
from models.uploads.documents import check_document
from tests import files


def code_of(content: bytes, pages_max: int = 50) -> str:
    with pytest.raises(Invalid) as refusal:
        check_document(content, pages_max)
    return refusal.value.code


def name(text: str) -> NameObject:
    return NameObject(text)


def test_a_document_is_counted() -> None:
    assert check_document(files.pdf(3), 50) == 3
    assert check_document(files.pdf(50), 50) == 50
    assert code_of(files.pdf(51)) == "file-pdf-pages"


def test_links_and_a_first_page_are_harmless() -> None:
    writer = files.blank()
    link = DictionaryObject(
        {
            name("/Type"): name("/Annot"),
            name("/Subtype"): name("/Link"),
            name("/Rect"): ArrayObject([NumberObject(n) for n in (0, 0, 9, 9)]),
            name("/A"): DictionaryObject(
                {name("/S"): name("/URI"), name("/URI"): TextStringObject("https://example.com")}
            ),
        }
    )
    writer.add_annotation(0, link)
    writer.add_outline_item(title="One", page_number=0)
    assert check_document(files.written(writer), 50) == 1


@pytest.mark.parametrize(
    ("kind", "entries"),
    [
        ("/JavaScript", {"JS": "app.alert(1)"}),
        ("/Launch", {"F": "cmd.exe"}),
        ("/SubmitForm", {"F": "https://evil.example"}),
        ("/ImportData", {"F": "x.fdf"}),
        ("/GoToE", {}),
        ("/GoToR", {"F": "other.pdf"}),
        ("/RichMediaExecute", {}),
    ],
)
def test_what_acts_when_opened_is_refused(kind: str, entries: dict[str, str]) -> None:
    assert code_of(files.pdf_with_action(kind, **entries)) == "file-pdf-active"


def test_a_script_by_another_spelling_is_a_script() -> None:
    content = files.pdf_with_action("/JavaScript", JS="app.alert(1)")
    spelt = content.replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS ", b"/#4aS ")
    assert spelt != content
    assert code_of(spelt) == "file-pdf-active"


def test_attachments_forms_that_draw_and_media_are_refused() -> None:
    writer = files.blank()
    writer.add_attachment("virus.exe", b"MZ")
    assert code_of(files.written(writer)) == "file-pdf-active"
    writer = files.blank()
    form = DictionaryObject({name("/XFA"): TextStringObject("<xdp/>")})
    writer.root_object[name("/AcroForm")] = form
    assert code_of(files.written(writer)) == "file-pdf-active"
    writer = files.blank()
    writer.add_annotation(
        0,
        DictionaryObject(
            {
                name("/Type"): name("/Annot"),
                name("/Subtype"): name("/RichMedia"),
                name("/Rect"): ArrayObject([NumberObject(n) for n in (0, 0, 9, 9)]),
            }
        ),
    )
    assert code_of(files.written(writer)) == "file-pdf-active"


def test_a_script_that_no_page_leads_to_is_found_too() -> None:
    writer = files.blank()
    writer._add_object(  # noqa: SLF001  (an orphan cannot be written otherwise)
        DictionaryObject({name("/S"): name("/JavaScript"), name("/JS"): TextStringObject("x")})
    )
    assert code_of(files.written(writer)) == "file-pdf-active"


def test_a_form_to_be_filled_in_is_harmless() -> None:
    writer = files.blank()
    writer.root_object[name("/AcroForm")] = DictionaryObject({name("/Fields"): ArrayObject()})
    assert check_document(files.written(writer), 50) == 1


@pytest.mark.parametrize("password", ["", "secret"])
def test_a_protected_document_is_refused(password: str) -> None:
    writer = files.blank()
    writer.encrypt(password, "owner", algorithm="RC4-128")
    assert code_of(files.written(writer)) == "file-pdf-locked"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4<script>alert(1)</script>",
        b"%PDF-1.4<script>alert(1)</script>\n" + files.pdf()[9:],
        b"%PDF-1.7\n%<script>alert(document.domain)</script>\n" + files.pdf()[9:],
        b"<html>" + files.pdf(),
        b"\n" + files.pdf(),
        files.pdf() + b"<script>alert(1)</script>",
        files.pdf() + files.workbook(),
        b"GIF89a" + files.pdf(),
        files.pdf()[:-20],
        b"%PDF-9.9\n" + files.pdf()[9:],
    ],
    ids=["head", "first line", "second line", "before", "blank", "after", "zip", "gif", "cut", "9"],
)
def test_a_file_that_is_two_things_at_once_is_refused(content: bytes) -> None:
    assert code_of(content) == "file-pdf-mixed"


def test_a_document_that_is_broken_inside_is_refused_without_an_error() -> None:
    whole = files.pdf(2)
    assert code_of(b"%PDF-1.7\n%%EOF\n") == "file-pdf-broken"
    assert code_of(re.sub(rb"/Pages \d+ 0 R", b"/Pages 99 0 R", whole)) == "file-pdf-broken"
    own_child = re.sub(rb"/Kids \[", b"/Kids [ 2 0 R", whole)  # 2 is the tree of pages itself
    assert code_of(own_child) == "file-pdf-broken"
    deep = b"[" * 20_000 + b"]" * 20_000
    assert code_of(whole.replace(b"/Type /Catalog", b"/Type /Catalog /X " + deep)) == (
        "file-pdf-broken"
    )
