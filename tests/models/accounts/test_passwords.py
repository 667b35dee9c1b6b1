"""What a password must be, and the rules that must not exist."""

from __future__ import annotations

import pytest

from models.accounts.passwords import check_length, check_strength, known_words, normal_password
from models.errors import Invalid

ABOUT = ("zhang.wei@example.com", "Zhang Wei")


def refusal(password: str, *, guesses: int = 10**9, common: tuple[str, ...] = ()) -> str | None:
    try:
        check_length(password)
        check_strength(password, about=ABOUT, common=common, guesses=guesses)
    except Invalid as refused:
        return refused.code if refused.facts == {"field": "password"} else "no field"
    return None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("x" * 11, "password-too-short"),
        ("x" * 12, None),
        ("x" * 128, None),
        ("x" * 129, "password-too-long"),
        ("🐟" * 12, None),
        ("zhangexample1", "password-personal"),
        ("Offtake-Zhang-Example", "password-personal"),
        ("Offtake is where I sell ash", None),
        ("zhang.wei@example.com", "password-personal"),
    ],
)
def test_length_and_what_is_known_of_a_person_decide(password: str, code: str | None) -> None:
    assert refusal(password) == code


def test_the_list_and_the_number_of_guesses_decide_and_case_does_not_help() -> None:
    assert refusal("Correct Horse", common=("correct horse",)) == "password-common"
    assert refusal("a quiet place", guesses=10**8 - 1) == "password-common"
    assert refusal("a quiet place", guesses=10**8) is None


def test_short_words_are_not_held_against_anybody() -> None:
    assert known_words(("ab@c.de",)) == {"offtake", "ab@c.de"}


def test_full_width_signs_are_the_same_password() -> None:
    assert normal_password("ｐａｓｓ１") == "pass1"


def test_what_is_far_too_long_is_not_read_to_its_end_and_stays_too_long() -> None:
    # One sign that is eighteen once it is normal, and four that are two.
    for sign, signs in (("\ufdfa", 18_000), ("a\u0323\u0302\u0301", 500)):
        normal = normal_password(sign * 100_000)
        assert len(normal) == signs
        with pytest.raises(Invalid) as refusal:
            check_length(normal)
        assert refusal.value.code == "password-too-long"
