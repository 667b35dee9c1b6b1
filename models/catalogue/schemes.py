"""Schemes of waste codes, how their codes look, and how what people type becomes one of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.errors import Invalid


class Scheme(StrEnum):
    EWC = "EWC"  # European List of Waste, Decision 2000/532/EC
    CN_HW = "CN-HW"  # China's national list of hazardous wastes, edition 2021
    CN_SW = "CN-SW"  # China's classification of solid waste, edition 2024
    BASEL = "BASEL"  # Y, H, D and R codes of the annexes of the Basel Convention
    GBT39198 = "GBT39198"  # classes of general industrial waste of GB/T 39198-2020


SCHEMES: Final = tuple(scheme.value for scheme in Scheme)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeForm:
    """`compact` matches a code without separators; `write` sets it the way the scheme does."""

    name_en: str
    name_zh: str
    compact: re.Pattern[str]
    write: Callable[[str], str]


def _in_pairs(compact: str) -> str:
    return " ".join(compact[start : start + 2] for start in range(0, len(compact), 2))


def _three_three(compact: str) -> str:
    """Set 90021408 as 900-214-08; a category such as HW08 stands as it is."""
    if not compact[:3].isdigit():
        return compact
    return f"{compact[:3]}-{compact[3:6]}-{compact[6:]}"


def _as_it_is(compact: str) -> str:
    return compact


FORMS: Final[Mapping[Scheme, SchemeForm]] = {
    Scheme.EWC: SchemeForm(
        name_en="European List of Waste",
        name_zh="欧洲废物名录",
        compact=re.compile(r"(\d\d){1,3}"),
        write=_in_pairs,
    ),
    Scheme.CN_HW: SchemeForm(
        name_en="National list of hazardous wastes (China, 2021)",
        name_zh="国家危险废物名录（2021年版）",
        compact=re.compile(r"HW\d\d|\d{8}"),
        write=_three_three,
    ),
    Scheme.CN_SW: SchemeForm(
        name_en="Classification of solid waste (China, 2024)",
        name_zh="固体废物分类与代码目录（2024年）",
        compact=re.compile(r"L\d|SW\d\d|\d{6}S\d\d"),
        write=_three_three,
    ),
    Scheme.BASEL: SchemeForm(
        name_en="Basel Convention",
        name_zh="巴塞尔公约",
        compact=re.compile(r"[YHDR]\d{1,2}(\.\d)?"),
        write=_as_it_is,
    ),
    Scheme.GBT39198: SchemeForm(
        name_en="General industrial waste classes (GB/T 39198-2020)",
        name_zh="一般固体废物分类与代码（GB/T 39198-2020）",
        compact=re.compile(r"\d\d"),
        write=_as_it_is,
    ),
}
_NAMED: Final = re.compile(
    rf"(?P<scheme>{'|'.join(SCHEMES)})\s*[:\s]\s*(?P<code>.+)", re.IGNORECASE
)
_SEPARATORS: Final = re.compile(r"[\s*\-‐‑–—_/·]+")


def compact_code(text: str) -> str:
    """Strip what people put between and around the characters; full-width becomes plain."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def normalize_code(scheme: Scheme, text: str) -> str:
    """Return a code as its scheme writes it, from "100102", "10 01 02*" or full-width digits."""
    form = FORMS[scheme]
    compact = compact_code(text)
    if not form.compact.fullmatch(compact):
        raise Invalid(
            "waste-code-malformed",
            "This is not how a code of this scheme looks.",
            scheme=scheme.value,
            given=text[:40],
        )
    return form.write(compact)


def possible_codes(text: str) -> tuple[tuple[Scheme, str], ...]:
    """Read "EWC 10 01 02*" as that code, and "10 01 02" as every code it could be."""
    plain = unicodedata.normalize("NFKC", text).strip()
    named = _NAMED.fullmatch(plain)
    schemes = [Scheme(named["scheme"].upper())] if named else list(Scheme)
    compact = compact_code(named["code"] if named else plain)
    return tuple(
        (scheme, FORMS[scheme].write(compact))
        for scheme in schemes
        if FORMS[scheme].compact.fullmatch(compact)
    )


def shown_code(scheme: str, code: str, *, hazardous: bool | None) -> str:
    """Return the code as it is printed: the European list marks a hazardous entry with a star."""
    return f"{code}*" if scheme == Scheme.EWC and hazardous else code
