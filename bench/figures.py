"""What a benchmark answers: figures with unit, goal, and a ratio to a baseline of the same run."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final, TypeVar

SEED: Final = 2026
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value. `ratio` compares it with `baseline`, so that machines can differ.

    `most` is the goal, where there is one: the value must not be above it.
    """

    subject: str
    name: str
    value: float
    unit: str
    ratio: float | None = None
    baseline: str = ""
    most: float | None = None

    @property
    def verdict(self) -> str:
        if self.most is None:
            return ""
        return "met" if self.value <= self.most else "missed"


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Seconds that the work takes once, and what it answers; no garbage of others is counted."""
    gc.collect()
    started = perf_counter()
    answer = work()
    return perf_counter() - started, answer


def share_below(seconds: Sequence[float], share: float) -> float:
    """The time that `share` of the measurements do not exceed, by the nearest rank."""
    ordered = sorted(seconds)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def middle(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text, with the columns aligned."""
    heads = ("subject", "figure", "value", "unit", "ratio", "against", "goal", "")
    rows = [heads, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    right = {2, 4, 6}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.subject,
        figure.name,
        f"{figure.value:,.4g}" if figure.value < 1000 else f"{figure.value:,.0f}",
        figure.unit,
        "" if figure.ratio is None else f"{figure.ratio:,.3g}",
        figure.baseline,
        "" if figure.most is None else f"≤ {figure.most:g}",
        figure.verdict,
    )
