"""What a sender calls a file, made fit to be stored and shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.uploads.names import NAME_MAX, clean_name, has_ending

PDF = (".pdf",)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("permit.pdf", "permit.pdf"),
        ("排污许可证 2026.pdf", "排污许可证 2026.pdf"),
        ("Permit.PDF", "Permit.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\windows\\system.pdf", "system.pdf"),
        ("C:\\Users\\me\\scan.pdf", "scan.pdf"),
        ("a\uff0fb\u2215c.pdf", "c.pdf"),
        ("evil\r\nSet-Cookie: a=b.pdf", "evilSet-Cookie_ a=b.pdf"),
        ("nul\x00byte.pdf", "nulbyte.pdf"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        ("a\u200bb\ufeff.pdf", "ab.pdf"),
        ("\u3164.pdf", "file.pdf"),
        (".pdf", "file.pdf"),
        ("...pdf", "file.pdf"),
        ("", "file.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1.tar.pdf", "_lpt1.tar.pdf"),
        ('a"b<c>|?*.pdf', "a_b_c____.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("no ending", "no ending.pdf"),
    ],
)
def test_a_name_loses_its_path_its_controls_and_its_tricks(given_name: str, kept: str) -> None:
    assert clean_name(given_name, PDF) == kept


def test_a_long_name_keeps_its_ending() -> None:
    kept = clean_name("长" * 500 + ".pdf", PDF)
    assert len(kept) == NAME_MAX
    assert kept.endswith("长.pdf")


@given(st.text(max_size=300))
def test_no_name_leads_out_of_a_folder_or_out_of_a_header(name: str) -> None:
    kept = clean_name(name, PDF)
    assert kept.endswith(".pdf")
    assert 4 < len(kept) <= NAME_MAX
    assert not set(kept) & set('/\\\r\n\0"<>:|?*')
    assert not kept.startswith(".")
    assert all(unicodedata.category(sign) not in {"Cc", "Cf", "Cs"} for sign in kept)
    assert clean_name(kept, PDF) == kept


@pytest.mark.parametrize(
    ("name", "fits"),
    [("a.pdf", True), ("A.PDF ", True), ("a．pdf", True), ("a.pdf.exe", False), ("pdf", False)],
)
def test_the_ending_is_read_as_people_read_it(name: str, *, fits: bool) -> None:
    assert has_ending(name, PDF) is fits
