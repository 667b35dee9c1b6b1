"""Countries and regions by their names in the reader's language."""

from __future__ import annotations

from functools import cache
from typing import Final

from babel import Locale

from app.accounts.inputs.organizations import COUNTRIES
from app.i18n import current_language

_LOCALES: Final = {"en": "en", "zh": "zh_Hans_CN"}
# Where this market began stands first.
_FIRST: Final = ("CN",)


def country_choices() -> tuple[tuple[str, str], ...]:
    return _named(current_language())


@cache
def _named(language: str) -> tuple[tuple[str, str], ...]:
    locale = Locale.parse(_LOCALES[language])
    names = locale.territories
    rest = sorted(set(COUNTRIES) - set(_FIRST), key=lambda code: str(names.get(code, code)))
    return tuple((code, str(names.get(code, code))) for code in (*_FIRST, *rest))
