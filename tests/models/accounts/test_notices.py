"""Letters about accounts: complete in both languages, one line where a line is wanted."""

from __future__ import annotations

import re

import pytest

from models.accounts.notices import CONFIDENTIAL, NOTICES, notice

_PLACES = re.compile(r"{(\w+)}")


@pytest.mark.parametrize("kind", NOTICES)
def test_both_languages_say_the_same_things(kind: str) -> None:
    english, chinese = (
        {place for text in NOTICES[kind][code] for place in _PLACES.findall(text)}
        for code in ("en", "zh")
    )
    assert english == chinese
    assert re.search("[\u4e00-\u9fff]", NOTICES[kind]["zh"].body)


def test_whatever_holds_a_link_that_opens_something_or_a_code_is_confidential() -> None:
    holding = {
        kind for kind, texts in NOTICES.items() if re.search("{link}|{code}", texts["en"].body)
    }
    assert holding == CONFIDENTIAL


def test_what_people_call_themselves_stays_on_its_line() -> None:
    written = notice("welcome", "en", name="A\r\nBcc: b@example.com", link="https://here/x")
    assert "\nBcc" not in written.body
    assert notice("welcome", "fr", name="A", link="x") == notice(
        "welcome", "en", name="A", link="x"
    )
