"""Workbooks and tables: bombs, macros, and what a spreadsheet would run."""

from __future__ import annotations

import struct

import pytest

from models.errors import Invalid
from models.uploads.sheets import check_workbook, read_table
from tests import files


def code_of(content: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        check_workbook(content)
    return refusal.value.code


def table_code(content: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        read_table(content)
    return refusal.value.code


def test_a_plain_workbook_passes() -> None:
    check_workbook(files.workbook())
    linked = (
        '<Relationships><Relationship Id="r1" TargetMode="External" Target="https://example.com" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"/>'
        "</Relationships>"
    )
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": linked,
        "xl/printerSettings/printerSettings1.bin": b"\0" * 90,
    }
    check_workbook(files.workbook(more))


def test_a_bomb_is_refused_by_ratio_by_number_and_by_size() -> None:
    assert code_of(files.workbook({"xl/bomb.xml": b"0" * 30_000_000})) == "file-workbook-bomb"
    many = {f"xl/{number}.xml": b"x" for number in range(2_001)}
    assert code_of(files.workbook(many)) == "file-workbook-bomb"


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    true_size = 30_000_000
    content = files.workbook({"xl/bomb.xml": b"0" * true_size})
    lying = content.replace(struct.pack("<I", true_size), struct.pack("<I", 200_000))
    assert lying != content
    assert code_of(lying) in {"file-workbook-broken", "file-workbook-bomb"}


@pytest.mark.parametrize(
    "member",
    [
        "xl/vbaProject.bin",
        "xl/macrosheets/sheet1.xml",
        "xl/activeX/activeX1.xml",
        "xl/embeddings/oleObject1.bin",
        "xl/externalLinks/externalLink1.xml",
        "xl/connections.xml",
        "customUI/customUI14.xml",
        "payload.exe",
        "XL/VBAPROJECT.BIN",
    ],
)
def test_what_runs_or_reaches_out_is_refused(member: str) -> None:
    assert code_of(files.workbook({member: "x"})) == "file-workbook-active"


def test_macros_by_declaration_and_links_that_load_are_refused() -> None:
    macro = {"[Content_Types].xml": files.CONTENT_TYPES.replace("xml/", "vnd.macroEnabled/")}
    macro["[Content_Types].xml"] += "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert code_of(files.workbook(macro)) == "file-workbook-active"
    loading = '<Relationship Type="http://x/image" TargetMode="External" Target="file://x"/>'
    found = code_of(files.workbook({"xl/_rels/workbook.xml.rels": loading}))
    assert found == "file-workbook-active"


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04" + b"\0" * 100,
        files.workbook() + b"<script>",
        b"#!/bin/sh\n" + files.workbook(),
        files.workbook({"../../evil.xml": "x"}),
        files.workbook({"/etc/passwd": "x"}),
        files.workbook({"xl\\evil.xml": "x"}),
        files.workbook({"XL/workbook.xml": "x"}),
        files.workbook({"xl/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        files.workbook({"xl/x.xml": '<!DOCTYPE a SYSTEM "http://x">'.encode("utf-16")}),
    ],
    ids=["torn", "after", "before", "up", "root", "back", "twice", "entity", "wide"],
)
def test_what_is_no_plain_workbook_is_refused(content: bytes) -> None:
    assert code_of(content) in {"file-workbook-mixed", "file-workbook-broken"}


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    import zipfile  # noqa: PLC0415
    from io import BytesIO  # noqa: PLC0415

    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("index.html", "<script>")
    assert code_of(target.getvalue()) == "file-workbook-mixed"


def test_a_table_becomes_unicode_and_keeps_its_cells() -> None:
    table = "参数,值\n烧失量,4.2\n偏差,-0.5\n升,+1.2e3 \n"
    assert read_table(table.encode("utf-8")).decode() == table
    assert read_table(b"\xef\xbb\xbf" + table.encode()).decode() == table
    assert read_table(table.encode("gb18030")).decode() == table
    assert read_table(b'a;b\n"x;y";-1,5\n') == b'a;b\n"x;y";-1,5\n'
    assert read_table(b"a,b\n-,- \n") == b"a,b\n-,- \n"


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "@SUM(1)", "+cmd|'/c calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t=1", " =HYPERLINK(1)"],
)
def test_a_cell_that_a_spreadsheet_would_run_is_refused(cell: str) -> None:
    assert table_code(f'a,b\n1,"{cell}"\n'.encode()) == "file-csv-formula"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n<script>alert(1)</script>,2\n", "file-csv-markup"),
        (b"MZ\x90\x00\x03", "file-csv-unreadable"),
        (b"a\x00b", "file-csv-unreadable"),
        (b"\xff\xfe\xff\xff", "file-csv-unreadable"),
        (b'a,"b\nc', "file-csv-broken"),
        (b"x\n" * 100_001, "file-csv-large"),
        (b"x" * 5_001, "file-csv-large"),
    ],
)
def test_what_is_no_plain_table_is_refused(content: bytes, code: str) -> None:
    assert table_code(content) == code
