"""Languages: which one a request wants, and texts that are not known until they are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.numbers import parse_pattern
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale, get_translations

from models.quantities import GRAMS_PER_TONNE, MINOR_PER_UNIT

LANGUAGES: Final = {"en": "English", "zh": "中文"}
LANGUAGE_COOKIE: Final = "language"
# Babel's name of each language a browser may ask for.
_LOCALES: Final = {"en": "en", "zh": "zh_Hans_CN", "zh-CN": "zh_Hans_CN", "zh-Hans": "zh_Hans_CN"}
TRANSLATIONS: Final = Path(__file__).parent.parent / "translations"

# What pydantic complains about, said to people; the codes are pydantic's own or of app/fields.py.
FIELD_MESSAGES: Final = {
    "missing": "This field is needed.",
    "extra_forbidden": "There is no such field.",
    "string_too_short": "This field is needed.",
    "string_too_long": "This text is too long.",
    "too_long": "These are too many.",
    "too_short": "These are too few.",
    "literal_error": "Choose one of the options.",
    "int_parsing": "Choose one of the options.",
    "bool_parsing": "Choose one of the options.",
    "float_parsing": "Write a number.",
    "finite_number": "Write a number.",
    "decimal_string": "Write a number, such as 1200 or 0.35.",
    "too_fine": "Too many decimal places.",
    "out_of_range": "Outside the range this market handles.",
    "greater_than_equal": "Outside the range this market handles.",
    "less_than_equal": "Outside the range this market handles.",
    "date_from_datetime_parsing": "Write a date, such as 2026-06-30.",
    "date_parsing": "Write a date, such as 2026-06-30.",
    "unreadable": "This text has characters that cannot be read.",
    "markup": "Write plain text, without HTML.",
    "formula": "A name must not begin with = + - or @.",
    "look_alike": "Letters of different alphabets are mixed in one word.",
    "one_line": "Write this on one line.",
    "phone": "Write the number with its country, as +86 or +49.",
    "six_digits": "A code has six digits.",
    "polygon": "Draw an area with at least three corners that does not cross itself.",
}
OTHER_FIELD_MESSAGE: Final = "This value is not valid."


def language_cookie() -> str:
    """The name of the cookie that keeps the choice; over HTTPS none that a neighbour could set."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return f"__Host-{LANGUAGE_COOKIE}" if secure else LANGUAGE_COOKIE


def wanted_language() -> str:
    """The reader's own choice, else what the browser asks for, else English."""
    if not has_request_context():
        return "en"
    if (chosen := request.cookies.get(language_cookie())) in LANGUAGES:
        return chosen
    # Not `best_match`: it holds a lesser wish that fits exactly above a first one such as en-GB.
    wishes = (tag.lower().partition("-")[0] for tag, weight in request.accept_languages if weight)
    return next((language for language in wishes if language in LANGUAGES), "en")


def current_language() -> str:
    if "language" not in g:
        g.language = wanted_language()
    return str(g.language)


def say(message: str, **values: object) -> str:
    text = _translate(message)
    return text % values if values else text


def field_message(kind: str) -> str:
    """What is wrong with a field, in English."""
    return FIELD_MESSAGES.get(kind, OTHER_FIELD_MESSAGE)


def say_field(kind: str) -> str:
    return say(field_message(kind))


def set_up_languages(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=lambda: _LOCALES[wanted_language()])
    # A page asks for hundreds of texts: looked up once a request, they cost a third of the time.
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        _translate, _translate_plural, newstyle=True
    )


def _translate(message: str) -> str:
    return str(_translations().ugettext(message))


def _translate_plural(singular: str, plural: str, number: int) -> str:
    return str(_translations().ungettext(singular, plural, number))


def _translations() -> Any:
    if "translations" not in g:
        g.translations = get_translations()
    return g.translations


def _locale() -> Locale:
    if "locale" not in g:
        g.locale = get_locale()
    locale = g.locale
    assert isinstance(locale, Locale)
    return locale


def named(row: object, field: str = "name") -> str:
    """The name of a thing in the reader's language; the one name it has, where it has only one.

    Proper names are never machine translated.
    """
    english, chinese = getattr(row, f"{field}_en", None), getattr(row, f"{field}_zh", None)
    wanted, other = (chinese, english) if current_language() == "zh" else (english, chinese)
    return str(wanted or other or "")


_pattern = cache(parse_pattern)  # reading a pattern takes longer than writing the number


def _written(value: float, pattern: str) -> str:
    return str(_pattern(pattern).apply(value, _locale()))


def show_number(value: float, places: int = 0) -> str:
    """A number with the reader's grouping and exactly `places` decimals."""
    return _written(value, "#,##0" + ("." + "0" * places if places else ""))


def show_up_to(value: float, places: int = 2) -> str:
    """A number with at most `places` decimals, as limits and assays are written."""
    return _written(value, "#,##0." + "#" * places)


def show_at_least(value: float, places: int = 1) -> str:
    """A number rounded up: what is said to suffice must suffice when it is done as said."""
    scale = 10**places
    return show_up_to(ceil(value * scale) / scale, places)


def show_tonnes(mass_g: int, places: int = 0) -> str:
    return show_number(mass_g / GRAMS_PER_TONNE, places)


def show_megatonnes(mass_g: int, places: int = 1) -> str:
    return show_number(mass_g / GRAMS_PER_TONNE / 1e6, places)


def show_price(price_minor: int, places: int = 0) -> str:
    """The size of a price; who pays is said in words beside it, never by a sign."""
    return show_number(abs(price_minor) / MINOR_PER_UNIT, places)


def show_signed(price_minor: int, places: int = 1) -> str:
    """A part of a sum, with a true minus sign."""
    sign = "−" if price_minor < 0 else ""
    return sign + show_number(abs(price_minor) / MINOR_PER_UNIT, places)


def show_kilometres(distance_m: int) -> str:
    return show_number(distance_m / 1000, 0 if distance_m >= 1000 else 1)


def show_percent(share: float, places: int = 1) -> str:
    return show_number(100 * share, places)


def show_date(day: date) -> str:
    return day.isoformat()


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "named": named,
    "number": show_number,
    "up_to": show_up_to,
    "at_least": show_at_least,
    "tonnes": show_tonnes,
    "megatonnes": show_megatonnes,
    "price": show_price,
    "signed": show_signed,
    "km": show_kilometres,
    "percent": show_percent,
    "iso": show_date,
}
