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
_PUNCTUATION: Final = str.maketrans(dict.fromkeys("()（）[],，、;；:：/.·-", " "))
LONGEST_QUESTION: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for: a code if the text may be one, and pieces that must all be found."""

    code: str
    pieces: tuple[str, ...]
    code_piece: str
    wanted: str

    @property
    def surely_code(self) -> bool:
        return _CODE.fullmatch(self.code) is not None


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
    pieces = tuple(dict.fromkeys(w if _IS_HAN.match(w) else f" {w}" for w in words))
    code = compact_code(text[:LONGEST_QUESTION]).casefold()
    return Question(code=code, pieces=pieces, code_piece=f"#{code}", wanted="".join(pieces).strip())


def _plain(name: str | None) -> str:
    # No regular expression here: a question such as "waste" ranks a thousand names.
    return (name or "").casefold().translate(_PUNCTUATION).strip()


def rank(asked: Question, line: str, name_en: str | None, name_zh: str | None) -> tuple[int, int]:
    """Return what to sort by, best first: code, whole name, its beginning, its words, the rest.

    Among equals the shorter name is nearer to what was asked.
    """
    english, chinese = _plain(name_en), _plain(name_zh)
    if english and chinese:
        length = min(len(english), len(chinese))
    else:
        length = len(english) or len(chinese)
    if asked.code_piece in line:
        return (0 if f"{asked.code_piece} " in line else 1), length
    wanted = asked.wanted
    if english.startswith(wanted) or chinese.startswith(wanted):
        return (2 if wanted in {english, chinese} else 3), length
    said = f" {english} {chinese} "
    if not all(piece in said for piece in asked.pieces):
        return 6, length
    return (4 if all(f"{piece} " in said for piece in asked.pieces) else 5), length
