"""What happens to streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamChanged(Event):
    """Published, changed, paused, closed or assayed: whatever may move its matches."""

    topic: ClassVar[str] = "stream.changed"

    stream_id: int
    action: str
    version: int
