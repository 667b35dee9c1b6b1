"""Names of files: what a sender calls a file, made fit to be stored, shown and saved."""

from __future__ import annotations

import unicodedata
from typing import Final

NAME_MAX: Final = 120
UNNAMED: Final = "file"
_SEPARATORS: Final = ("/", "\\", "\u2044", "\u2215", "\uff0f", "\uff3c")
# Letters that nobody sees: Hangul fillers and the empty Braille cell.
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# What Windows and shells read as something else than a letter of a name.
_RESERVED: Final = frozenset('<>:"|?*;%$`')
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
)


def clean_name(sent: str, endings: tuple[str, ...]) -> str:
    """The name without path, controls and marks that turn text around, with one of `endings`.

    A second ending before the true one is harmless once the file is only ever served with the
    type that its content has; it stays, because people know their files by their names.
    """
    name = unicodedata.normalize("NFC", sent)
    for separator in _SEPARATORS:
        name = name.rpartition(separator)[2]
    name = "".join("_" if sign in _RESERVED else sign for sign in name if _is_visible(sign))
    name = " ".join(name.split()).rstrip(". ")
    stem, ending = _split(name, endings)
    stem = stem.strip(". ") or UNNAMED
    if stem.partition(".")[0].casefold() in _DEVICES:
        stem = f"_{stem}"
    return stem[: NAME_MAX - len(ending)].rstrip(". ") + ending


def has_ending(sent: str, endings: tuple[str, ...]) -> bool:
    """Whether the sender calls the file by one of the endings."""
    return unicodedata.normalize("NFKC", sent).strip().lower().endswith(endings)


def _split(name: str, endings: tuple[str, ...]) -> tuple[str, str]:
    for ending in endings:
        if name.lower().endswith(ending):
            return name[: -len(ending)], ending
    return name, endings[0]


def _is_visible(sign: str) -> bool:
    if sign in _BLANK:
        return False
    # Controls, marks of direction, zero-width joiners, surrogates, private and unassigned letters.
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
