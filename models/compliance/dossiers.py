"""What makes a dossier the same dossier: a digest of its content, whatever the language."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any


def content_digest(content: object) -> str:
    """SHA-256 of the content as canonical JSON: sorted names, no blanks, days as ISO 8601."""
    text = json.dumps(
        content, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return sha256(text.encode()).hexdigest()


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no place in a dossier")
