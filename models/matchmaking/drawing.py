"""Where the parts of a price and the limits of a composition lie on their drawings.

All places are per cent of the drawing's width, so the pages only write them down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from models.quantities import MinorPerTonne

_ROOM: Final = 1.25  # what is drawn ends a quarter beyond the last mark
_FULL: Final = 100.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a sum, drawn from where the running total stood to where it stands then."""

    part: str
    amount: MinorPerTonne
    x: float
    width: float
    total: bool


def waterfall(parts: Sequence[tuple[str, int, bool]]) -> tuple[float, tuple[Bar, ...]]:
    """Bars of signed parts (name, amount, is a total), and the place of zero.

    A part that is a total shows the running sum itself and must equal it; it adds nothing.
    """
    spans: list[tuple[int, int]] = []
    running = 0
    for name, amount, total in parts:
        if total:
            assert amount == running, f"{name}: a total is the sum of the parts before it"
            spans.append((0, running))
        else:
            spans.append((running, running + amount))
            running += amount
    lowest = min(0, *(min(span) for span in spans))
    highest = max(0, *(max(span) for span in spans))
    scale = _FULL / ((highest - lowest) or 1)
    bars = tuple(
        Bar(
            part=name,
            amount=MinorPerTonne(amount),
            x=(min(span) - lowest) * scale,
            width=abs(span[1] - span[0]) * scale,
            total=total,
        )
        for (name, amount, total), span in zip(parts, spans, strict=True)
    )
    return -lowest * scale, bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The stretch of a parameter's values that is drawn."""

    start: float
    end: float

    def place(self, value: float) -> float:
        share = (value - self.start) / (self.end - self.start)
        return _FULL * min(1.0, max(0.0, share))


def scale_of(marks: Sequence[float | None]) -> Scale:
    """A stretch that shows every finite mark with room beyond it, from zero where none is below."""
    values = [mark for mark in marks if mark is not None and isfinite(mark)]
    lowest, highest = min(values, default=0.0), max(values, default=1.0)
    if lowest >= 0 and lowest < highest / 2:
        start = 0.0
    else:
        start = lowest - (_ROOM - 1) * ((highest - lowest) or abs(lowest) or 1.0)
        start = max(0.0, start) if lowest >= 0 else start
    end = start + (highest - start) * _ROOM
    return Scale(start=start, end=end if end > start else start + 1.0)
