"""What happens to papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFiled(Event):
    """A site's right to receive may have changed."""

    topic: ClassVar[str] = "paper.filed"

    paper_id: int
    site_id: int
