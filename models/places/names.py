"""How names of places are compared: without suffixes, accents, case and spaces."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Longest first, so that 自治区 is taken off whole and not as 区.
_SUFFIXES: Final = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "街道",
    "地区",
    "苏木",
    *"省市县区旗盟镇乡",
)
# The peoples that autonomous areas carry between their own name and the suffix. Those of one
# character also end ordinary names, so they count only with 族.
_WITH_PEOPLES: Final = re.compile(
    "(.{2,}?)(?:(?:维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|蒙古|布依|朝鲜|土家|哈尼|傈僳|拉祜|东乡|纳西|景颇|达斡尔"
    "|仫佬|布朗|撒拉|毛南|仡佬|阿昌|普米|鄂温克|德昂|保安|裕固|独龙|鄂伦春|门巴|珞巴|基诺)族?"
    "|[壮回藏苗彝满侗瑶白傣黎佤畲水土羌怒各]族)+"
)
_ENGLISH_SUFFIXES: Final = re.compile(
    r"\b(uygur|zhuang|hui|special|autonomous|administrative|province|sheng|municipality|city|shi"
    r"|prefecture|league|banner|county|xian|district|qu|region|town|zhen|township|new area)\b"
)
_CHINESE: Final = re.compile(r"[㐀-鿿]")
_SHORTEST_STEM: Final = 2


def is_chinese(text: str) -> bool:
    """Tell whether a name has Chinese characters in it."""
    return _CHINESE.search(text) is not None


def stem_zh(name: str) -> str:
    """A Chinese name without its administrative suffix; names of one character keep theirs."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= _SHORTEST_STEM:
            stem = name.removesuffix(suffix)
            return _without_peoples(stem) if suffix.startswith("自治") else stem
    return name


def _without_peoples(name: str) -> str:
    found = _WITH_PEOPLES.fullmatch(name)
    shorter = found.group(1) if found else name
    return shorter.removesuffix("族") if len(shorter) > _SHORTEST_STEM else shorter


def folded(name: str) -> str:
    """A name in Latin letters as a key: no accents, case, spaces or punctuation."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if c.isalnum() and c.isascii())


def folded_stem(name: str) -> str:
    """As `folded`, and without words such as "city" or "province" (unless nothing were left)."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return folded(_ENGLISH_SUFFIXES.sub(" ", plain)) or folded(name)


def key_of(name: str) -> str:
    """The key under which a name is stored: Chinese as it is, everything else folded."""
    compact = "".join(unicodedata.normalize("NFKC", name).split())
    return compact if is_chinese(compact) else folded(name)
