"""What happens to the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueLoaded(Event):
    """Facts were added or changed; loading the same facts again says nothing."""

    topic: ClassVar[str] = "catalogue.loaded"

    inserted: int
    updated: int
