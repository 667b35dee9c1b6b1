"""What happens to demands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandChanged(Event):
    """Published, changed, paused or closed: whatever may move its matches."""

    topic: ClassVar[str] = "demand.changed"

    demand_id: int
    action: str
    version: int
