"""How names are written down for searching, read from a question, and ranked.

A search text is one line: every code without separators after a `#`, then every word, lower-case,
each after a space. A Chinese run is one word. So a code or word *begins* with what somebody typed
where the line contains `#typed` or ` typed`, and a Chinese word *contains* it where the line does.
That is a plain LIKE on either database, two-character Chinese words included.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from models.catalogue.schemes import compact_code

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff"
_WORD: Final = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN: Final = re.compile(rf"[{_HAN}]")
_CODE: Final = re.compile(r"((hw|sw|[lyhdr])?\d[\d.]+|[lyhdr]\d)(s\d*)?")
LONGEST_QUESTION: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for: `code` if the text may be one, and pieces that must all be found."""

    code: str
    pieces: tuple[str, ...]

    @property
    def surely_code(self) -> bool:
        return _CODE.fullmatch(self.code) is not None

    @property
    def code_piece(self) -> str:
        return f"#{self.code}"


def words_of(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def search_text(codes: Iterable[str], names: Iterable[str | None]) -> str:
    """Write the line that `Question` is looked up in."""
    compact = dict.fromkeys(f"#{compact_code(code).casefold()}" for code in codes)
    words = dict.fromkeys(word for name in (*codes, *names) if name for word in words_of(name))
    return f" {' '.join((*compact, *words))} "


def question(text: str) -> Question:
    """Read what somebody typed."""
    words = words_of(text[:LONGEST_QUESTION])
    pieces = (word if _IS_HAN.match(word) else f" {word}" for word in words)
    return Question(
        code=compact_code(text[:LONGEST_QUESTION]).casefold(), pieces=tuple(dict.fromkeys(pieces))
    )


def rank(asked: Question, line: str, name_en: str | None, name_zh: str | None) -> tuple[int, int]:
    """Return what to sort by, best first: code, whole name, its beginning, its words, the rest.

    Among equals the shorter name is nearer to what was asked.
    """
    english, chinese = " ".join(words_of(name_en or "")), "".join(words_of(name_zh or ""))
    wanted = "".join(asked.pieces).strip()
    length = min((len(name) for name in (english, chinese) if name), default=0)
    names = [name for name in (english, chinese) if name]
    said = f" {english} {chinese} "
    nearness = (
        f"{asked.code_piece} " in line,
        asked.code_piece in line,
        wanted in names,
        any(name.startswith(wanted) for name in names),
        all(f"{piece} " in said for piece in asked.pieces),
        all(piece in said for piece in asked.pieces),
        True,
    )
    return nearness.index(True), length
