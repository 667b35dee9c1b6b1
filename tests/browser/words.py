"""What pages say in either language, taken from the translations that they use themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("en", "zh")
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
CATALOGUE = Path(__file__).parents[2] / "translations/zh_Hans_CN/LC_MESSAGES/messages.po"


@cache
def chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}


def said(language: str, message: str, **values: object) -> str:
    """The English message as a page in `language` says it; unknown messages are a mistake."""
    text = chinese()[message] if language == "zh" else message
    return text % values if values else text
