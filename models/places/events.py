"""What happens to sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAdded(Event):
    topic: ClassVar[str] = "site.added"

    site_id: int
    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkAdded(Event):
    topic: ClassVar[str] = "park.added"

    park_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesLoaded(Event):
    topic: ClassVar[str] = "places.loaded"

    added: int
    changed: int
