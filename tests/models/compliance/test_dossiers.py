"""The digest of a dossier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import pytest

from models.compliance.dossiers import content_digest


@dataclass(frozen=True)
class Sheet:
    name: str
    on: date


def test_the_digest_is_that_of_the_content_as_canonical_json():
    written = '{"name":"工厂","on":"2026-06-01"}'
    expected = sha256(written.encode()).hexdigest()
    assert content_digest(Sheet("工厂", date(2026, 6, 1))) == expected
    assert content_digest({"on": date(2026, 6, 1), "name": "工厂"}) == expected


def test_any_other_content_has_another_digest():
    one = Sheet("a", date(2026, 6, 1))
    assert content_digest(one) != content_digest(Sheet("a", date(2026, 6, 2)))


def test_what_has_no_canonical_form_is_refused():
    with pytest.raises(TypeError, match="no place"):
        content_digest({"x": object()})
