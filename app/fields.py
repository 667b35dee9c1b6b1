"""How quantities and texts look outside, and how they are read: integers with units inside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, TypeGuard

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from models.quantities import (
    MASS_MAX_G,
    PRICE_MAX_MINOR_PER_TONNE,
    Grams,
    Metres,
    Millionths,
    MinorPerTonne,
)

_DECIMAL: Final = re.compile(r"([-−]?)([0-9]{1,15})(?:\.([0-9]+))?")
# A comma is never a decimal sign: "0,125" and "1.234,567" are refused, not read as thousands.
_GROUPED: Final = re.compile(r"[-−]?[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:\.[0-9]+)?")
_MARKUP: Final = re.compile(r"<\s*[a-zA-Z/!?]")
_FORMULA_STARTS: Final = ("=", "+", "-", "@")
# They turn the order of what is read around, so that a name could look like another one.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Alphabets whose letters are taken for each other's.
_ALIKE: Final = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
_MATHEMATICAL: Final = ("\U0001d400", "\U0001d7ff")
_ROW_DIGITS_MAX: Final = 4
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TONNE_PLACES: Final = 6
SHOWN_TONNE_PLACES: Final = 3
MONEY_PLACES: Final = 2
MILLIONTH_PLACES: Final = 6
KILOMETRE_PLACES: Final = 3
HIGHEST: Final = 10**15
HIGHEST_VALUE: Final = 10**12  # a million units of any parameter
RADIUS_MAX_M: Final = 5_000_000
ID_MAX: Final = 2**63 - 1  # what a BIGINT holds; SQLite raises above it
NAME_MAX: Final = 120
TEXT_MAX: Final = 5_000

# Handed to `model_validate` by callers inside the product, whose numbers are whole already.
INTERNAL_UNITS: Final = {"units": "internal"}


class Command(BaseModel):
    """What somebody asks for, in the words of the API. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def scaled(value: object, places: int) -> int:
    """Read a decimal string as a whole number of its smallest unit; finer is refused."""
    text = unicodedata.normalize("NFKC", value).strip() if _has_plain_digits(value) else ""
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "").replace(" ", "")
    decimal = _DECIMAL.fullmatch(text)
    if decimal is None:
        raise PydanticCustomError("decimal_string", "Send a decimal number as a string.")
    sign, whole, fraction = decimal.groups(default="")
    fraction = fraction.rstrip("0")
    if len(fraction) > places:
        raise PydanticCustomError("too_fine", "Too many decimal places.")
    magnitude = int(whole + fraction.ljust(places, "0"))
    if magnitude > HIGHEST:
        raise PydanticCustomError("out_of_range", "Outside the range this market handles.")
    return -magnitude if sign else magnitude


def _has_plain_digits(value: object) -> TypeGuard[str]:
    """Whether it is a text without raised or circled digits, which would be read as plain ones."""
    return isinstance(value, str) and not any(unicodedata.category(s) == "No" for s in value)


def shown(value: int, places: int, at_least: int) -> str:
    """Write a scaled integer as a decimal string, without needless zeros and without rounding."""
    whole, _, rest = f"{Decimal(value).scaleb(-places):f}".partition(".")
    rest = rest.rstrip("0").ljust(at_least, "0")
    return f"{whole}.{rest}" if rest else whole


def _within(places: int, lowest: int, highest: int) -> Callable[[object, ValidationInfo], int]:
    def read(value: object, info: ValidationInfo) -> int:
        if type(value) is int and info.context is INTERNAL_UNITS:
            number = value
        else:
            number = scaled(value, places)
        if not lowest <= number <= highest:
            raise PydanticCustomError("out_of_range", "Outside the range this market handles.")
        return number

    return read


def _absent_if_blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _readable(value: object) -> object:
    if not isinstance(value, str):
        return value
    if "\ufffd" in value or any(
        sign in _TURNING
        or (unicodedata.category(sign) in {"Cc", "Cs", "Cn", "Co"} and sign not in "\n\r\t")
        for sign in value
    ):
        raise PydanticCustomError("unreadable", "This text has characters that cannot be read.")
    if _MARKUP.search(value):
        raise PydanticCustomError("markup", "Write plain text, without HTML.")
    return unicodedata.normalize("NFC", value)


def _plain_name(value: object) -> object:
    value = _readable(value)
    if not isinstance(value, str):
        return value
    # Blanks of every kind are stripped later, and a spreadsheet reads full-width signs alike.
    if unicodedata.normalize("NFKC", value.strip()[:1]) in _FORMULA_STARTS:
        raise PydanticCustomError("formula", "A name must not begin with = + - or @.")
    if re.search(r"[\r\n\t]", value.strip()):
        raise PydanticCustomError("one_line", "Write this on one line.")
    if value and all(
        unicodedata.category(sign) in {"Cf", "Zs"} or sign in _BLANK_LETTERS for sign in value
    ):
        return ""  # nothing that anybody could see
    return value


def mixes_alphabets(text: str) -> bool:
    """Whether one word holds letters of several alphabets, so that it looks like another word.

    Latin, Greek, Cyrillic and their neighbours share shapes: "Асme" with a Cyrillic А is another
    name than "Acme". Chinese characters look like none of them, and stand beside any of them.
    See Unicode Technical Standard 39, 5.2; the alphabet is the first word of a letter's name.
    """
    for word in re.split(r"[^\w]+|[\d_]+", unicodedata.normalize("NFKC", text)):
        alphabets = {_alphabet(letter) for letter in word if letter.isalpha()}
        if len(alphabets & _ALIKE) > 1:
            return True
    return False


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _one_alphabet(value: object) -> object:
    if isinstance(value, str) and (mixes_alphabets(value) or _is_disguised(value)):
        raise PydanticCustomError("look_alike", "Letters of different alphabets are mixed.")
    return value


def _is_disguised(text: str) -> bool:
    """Whether signs that nobody sees, or letters dressed up as symbols, hide in a name."""
    return any(
        unicodedata.category(sign) == "Cf"
        or sign in _BLANK_LETTERS
        or _MATHEMATICAL[0] <= sign <= _MATHEMATICAL[1]
        for sign in text
    )


def _written_day(value: object) -> object:
    """Refuse a number where a day is wanted: it would be read as seconds since 1970."""
    if isinstance(value, str):
        value = value.strip()
    if isinstance(value, date) or (isinstance(value, str) and _DAY.match(value)):
        return value
    raise PydanticCustomError("date_parsing", "Write a date, such as 2026-06-30.")


def show_mass(value: int) -> str:
    return shown(value, TONNE_PLACES, SHOWN_TONNE_PLACES)


def show_money(value: int) -> str:
    return shown(value, MONEY_PLACES, MONEY_PLACES)


def show_value(value: int) -> str:
    return shown(value, MILLIONTH_PLACES, 0)


def show_kilometres(value: int) -> str:
    return shown(value, KILOMETRE_PLACES, 0)


def _written(show: Callable[[int], str]) -> PlainSerializer:
    return PlainSerializer(show, return_type=str)


# Of an organization or a person: it must not look like another one's.
LookAlikeFree = BeforeValidator(_one_alphabet)
# The length stands before the validator, or pydantic would count a text as if it were a list.
Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX), BeforeValidator(_plain_name)]
LegalName = Annotated[Name, LookAlikeFree]
ShortText = Annotated[str, Field(max_length=NAME_MAX), BeforeValidator(_plain_name)]
LongText = Annotated[str, Field(max_length=TEXT_MAX), BeforeValidator(_readable)]
MassIn = Annotated[
    Grams, BeforeValidator(_within(TONNE_PLACES, 1, MASS_MAX_G)), _written(show_mass)
]
MassOrZeroIn = Annotated[
    Grams, BeforeValidator(_within(TONNE_PLACES, 0, MASS_MAX_G)), _written(show_mass)
]
PriceIn = Annotated[
    MinorPerTonne,
    BeforeValidator(_within(MONEY_PLACES, -PRICE_MAX_MINOR_PER_TONNE, PRICE_MAX_MINOR_PER_TONNE)),
    _written(show_money),
]
ValueIn = Annotated[
    Millionths,
    BeforeValidator(_within(MILLIONTH_PLACES, -HIGHEST_VALUE, HIGHEST_VALUE)),
    _written(show_value),
]
RadiusIn = Annotated[
    Metres,
    BeforeValidator(_within(KILOMETRE_PLACES, 1, RADIUS_MAX_M)),
    _written(show_kilometres),
]
DeviationIn = Annotated[
    Millionths,
    BeforeValidator(_within(MILLIONTH_PLACES, 0, HIGHEST_VALUE)),
    _written(show_value),
]
Id = Annotated[int, Field(ge=1, le=ID_MAX)]
Day = Annotated[date, BeforeValidator(_written_day)]
Blankable = BeforeValidator(_absent_if_blank)
Readable = BeforeValidator(_readable)

# Facts of a refusal keep their internal name and unit; outside they wear those people know.
FACT_UNITS: Final[tuple[tuple[str, str, Callable[[int], str]], ...]] = (
    ("_minor_per_tonne", "_per_t", show_money),
    ("_minor", "", show_money),
    ("mass_g", "mass_t", show_mass),
    ("_millionths", "", show_value),
    ("_m", "_km", show_kilometres),
)


def outside(name: str, value: object) -> tuple[str, object]:
    """Name and value of one fact as people and programs outside see them."""
    for suffix, replacement, show in FACT_UNITS:
        if name.endswith(suffix) and isinstance(value, int):
            return name.removesuffix(suffix) + replacement, show(value)
    return name, value


# Letters by their category that nobody can see: Hangul fillers and the empty Braille cell.
_BLANK_LETTERS: Final = "\u115f\u1160\u2800\u3164\uffa0"
# Fields of forms that are tables of rows, and never anything flat.
ROW_TABLES: Final = frozenset({"limits", "closures", "values"})


def nested(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Gather flat form fields under the names that errors have.

    `limits-0-upper` becomes `{"limits": [{"upper": …}]}` and rows left wholly blank are dropped;
    `months_t-0` becomes `{"months_t": […]}`; a name sent several times becomes a list.
    """
    flat: dict[str, list[str]] = {}
    rows: dict[str, dict[int, dict[str, str]]] = {}
    places: dict[str, dict[int, str]] = {}
    for name, value in items:
        match name.split("-", 2):
            case [first, place] if _is_place(place) and first not in ROW_TABLES:
                places.setdefault(first, {})[int(place)] = value
            case [first, row, field] if _is_place(row):
                rows.setdefault(first, {}).setdefault(int(row), {})[field] = value
            case [only] if only in ROW_TABLES:
                flat[f"{only}-"] = [value]  # no such field: what stands here is made of rows
            case _:
                flat.setdefault(name, []).append(value)
    tree: dict[str, Any] = {
        name: values if len(values) > 1 else values[0] for name, values in flat.items()
    }
    for first, numbered in rows.items():
        kept = (numbered[row] for row in sorted(numbered))
        tree[first] = [row for row in kept if any(value.strip() for value in row.values())]
    for first, placed in places.items():
        tree[first] = [placed[place] for place in sorted(placed)]
    return tree


def _is_place(text: str) -> bool:
    return text.isdecimal() and len(text) <= _ROW_DIGITS_MAX


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def several(value: object) -> object:
    """Check boxes: one ticked box arrives as a text, none as nothing."""
    return _listed(value) if isinstance(value, str) else value


def lines(value: object) -> object:
    """A list written one thing a line, as a text area sends it; blank lines say nothing."""
    if not isinstance(value, str | list):
        return value
    written = (text for part in _listed(value) for text in str(part).splitlines())
    return [text.strip() for text in written if text.strip()]


Several = BeforeValidator(several)
Lines = BeforeValidator(lines)


def among(words: Iterable[str]) -> AfterValidator:
    """A word of a literal table; anything else is not one of the options."""
    known = frozenset(words)

    def check(value: str) -> str:
        if value not in known:
            raise PydanticCustomError("literal_error", "Choose one of the options.")
        return value

    return AfterValidator(check)


def _zero_if_blank(value: object) -> object:
    return "0" if isinstance(value, str) and not value.strip() else value


MonthlyMassIn = Annotated[MassOrZeroIn, BeforeValidator(_zero_if_blank)]
