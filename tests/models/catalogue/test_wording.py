"""Search lines, questions and nearness."""

import pytest

from models.catalogue.wording import question, rank, search_text

FLY_ASH = search_text(["10 01 02"], ["Coal fly ash", "粉煤灰（F类）", None])


def test_a_line_holds_codes_without_separators_and_words_in_lower_case():
    assert FLY_ASH == " #100102 10 01 02 coal fly ash 粉煤灰 f 类 "


def test_a_question_has_words_that_begin_and_chinese_that_is_contained():
    assert question("Fly ASH 煤灰").pieces == (" fly", " ash", "煤灰")
    assert question("１０ 01-02*").code == "100102"
    assert question(" %_ ").pieces == ()
    assert question("x" * 500).code == "x" * 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 01", True),
        ("HW08", True),
        ("900-214-08", True),
        ("900-001-S17", True),
        ("H4.1", True),
        ("Y9", True),
        ("fly ash", False),
        ("SiO2", False),
        ("C618 F", False),
    ],
)
def test_what_looks_like_a_code_is_first_looked_for_as_one(text, expected):
    assert question(text).surely_code is expected


@pytest.mark.parametrize(
    ("text", "line", "name_en", "name_zh", "expected"),
    [
        ("10 01 02", FLY_ASH, "Coal fly ash", "粉煤灰", (0, 3)),
        ("10 01", FLY_ASH, "Coal fly ash", "粉煤灰", (1, 3)),
        ("coal FLY ash", FLY_ASH, "Coal fly ash", None, (2, 12)),
        ("粉煤", FLY_ASH, "Coal fly ash", "粉煤灰", (3, 3)),
        ("fly ash", FLY_ASH, "Coal fly ash", None, (4, 12)),
        ("fly as", FLY_ASH, "Coal fly ash", None, (5, 12)),
        ("f", search_text(["1"], ["Ash", "class F"]), "Ash", None, (6, 3)),
    ],
)
def test_codes_come_before_whole_names_before_words(text, line, name_en, name_zh, expected):
    assert rank(question(text), line, name_en, name_zh) == expected
