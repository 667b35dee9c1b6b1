"""What owners are written."""

from __future__ import annotations

from datetime import date

import pytest

from models.compliance.letters import KIND_NAMES, EndingPaper, ending_letter
from models.compliance.rights import PAPER_KINDS


def letter(language, **changed):
    facts = {
        "kind": "hazardous_permit", "number": "P-7", "site_name": "Works",
        "valid_until": date(2026, 6, 8), "days_left": 7,
    }  # fmt: skip
    return ending_letter(EndingPaper(**facts | changed), language)


def test_every_kind_of_paper_has_a_name_in_both_languages():
    assert set(KIND_NAMES) == set(PAPER_KINDS)


def test_the_letter_says_which_paper_ends_when():
    subject, body = letter("en")
    assert subject == "Hazardous waste operating permit P-7 ends on 2026-06-08 (7 days left)"
    assert "Works" in body
    assert letter("en", days_left=1)[0].endswith("(1 day left)")
    assert letter("zh")[0] == "危险废物经营许可证P-7将于2026-06-08到期（剩余7天）"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_people_wrote_is_text_and_no_place_holder(language):
    subject, body = letter(language, number="{site}", site_name="{left}")
    assert "{site}" in subject
    assert "{left}" in body
