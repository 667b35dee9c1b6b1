"""The unified social credit code: known ones, every single slip, and how people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.accounts.credit_code import (
    ALPHABET,
    check_sign_of,
    normalize_credit_code,
    read_credit_code,
)
from models.errors import Invalid

# The example of GB 32100-2015 itself, and codes that companies print on their invoices.
KNOWN = ["91350100M000100Y43", "914403001922038216"]
STANDARD = KNOWN[0]


def refused(written):
    with pytest.raises(Invalid) as refusal:
        read_credit_code(written)
    return refusal.value.code, refusal.value.facts.get("position"), refusal.value.facts.get("sign")


codes = st.builds(
    lambda head, division, tail: head + division + tail,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
).map(lambda body: body + check_sign_of(body))


@pytest.mark.parametrize("code", KNOWN)
def test_known_codes_fit(code):
    assert read_credit_code(code) == code
    assert check_sign_of(code[:-1]) == code[-1]


def test_the_alphabet_is_that_of_the_standard():
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set("IOSVZ") & set(ALPHABET)


@pytest.mark.parametrize(
    "written",
    [
        "91350100m000100y43",
        " 91350100M000100Y43 ",
        "9135 0100 M000 100Y 43",
        "91350100-M000100Y4-3",
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "９１３５０１００ｍ０００１００ｙ４３",
        "91350100\u3000M000100Y43",
    ],
)
def test_it_is_read_as_people_write_it(written):
    assert read_credit_code(written) == STANDARD
    assert normalize_credit_code(written) == STANDARD


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", ("credit-code-length", None, None)),
        ("91350100M000100Y4", ("credit-code-length", None, None)),
        ("91350100M000100Y433", ("credit-code-length", None, None)),
        ("91350100M000100Y44", ("credit-code-check", 18, "4")),
        ("91350100MOOO100Y43", ("credit-code-sign", 10, "O")),
        ("9135O100M000100Y43", ("credit-code-sign", 5, "O")),
        ("9135A100M000100Y43", ("credit-code-sign", 5, "A")),
        ("91350100M000100Z43", ("credit-code-sign", 16, "Z")),
        ("91350100M0001\u0430\u043e0Y4"[:18].ljust(18, "3"), ("credit-code-sign", 14, "\u0410")),
        ("9135010\u0660M000100Y43", ("credit-code-sign", 8, "\u0660")),
    ],
)
def test_what_is_wrong_is_said_with_its_place(written, expected):
    assert refused(written) == expected


@given(codes)
def test_a_code_with_its_check_sign_is_read_in_every_case(code):
    assert read_credit_code(code) == code
    assert read_credit_code(code.lower()) == code


@given(codes, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_mistyped_sign_is_always_found(code, place, sign):
    if code[place] == sign:
        return
    slip = code[:place] + sign + code[place + 1 :]
    assert refused(slip)[0] in {"credit-code-check", "credit-code-sign"}


@given(codes, st.integers(0, 15))
def test_two_neighbours_exchanged_are_always_found(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        assert refused(swapped)[0] in {"credit-code-check", "credit-code-sign"}
