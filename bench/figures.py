"""What a benchmark answers: figures with unit, goal, and a ratio to a baseline of the same run."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time
from typing import Final, TypeVar

SEED: Final = 2026
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value. `ratio` compares it with `baseline`, so that machines can differ.

    `most` and `least` are the goal, where there is one: the value must not be above, or below, it.
    Where something needed is absent there is no value, and `skipped` says what that is; `reason` is
    what is known of why the goal may be missed.
    """

    subject: str
    name: str
    value: float | None
    unit: str
    ratio: float | None = None
    baseline: str = ""
    most: float | None = None
    least: float | None = None
    skipped: str = ""
    reason: str = ""

    @property
    def verdict(self) -> str:
        if self.value is None:
            return f"skipped: {self.skipped}"
        if self.most is None and self.least is None:
            return ""
        below = self.most is None or self.value <= self.most
        above = self.least is None or self.value >= self.least
        return "met" if below and above else "missed"


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Seconds that the work takes once, and what it answers; no garbage of others is counted."""
    gc.collect()
    started = perf_counter()
    answer = work()
    return perf_counter() - started, answer


def worked(work: Callable[[], Answer], repeats: int = 1) -> tuple[float, Answer]:
    """Processor seconds of this process and all its threads (the median), and the first answer.

    On a machine that others use too, these say more than the clock does.
    """
    spent: list[float] = []
    answers: list[Answer] = []
    for _ in range(repeats):
        gc.collect()
        started = process_time()
        answer = work()
        spent.append(process_time() - started)
        answers = answers or [answer]
    return statistics.median(spent), answers[0]


def share_below(seconds: Sequence[float], share: float) -> float:
    """The time that `share` of the measurements do not exceed, by the nearest rank."""
    ordered = sorted(seconds)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def middle(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text, with the columns aligned, and why goals were missed."""
    heads = ("subject", "figure", "value", "unit", "ratio", "against", "goal", "")
    rows = [heads, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    right = {2, 4, 6}
    lines = [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    missed = [figure for figure in figures if figure.verdict == "missed" and figure.reason]
    return "\n".join((*lines, *(f"missed: {each.name}: {each.reason}" for each in missed)))


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.subject,
        figure.name,
        _amount(figure.value),
        figure.unit,
        "" if figure.ratio is None else f"{figure.ratio:,.3g}",
        figure.baseline,
        _goal(figure),
        figure.verdict,
    )


def _amount(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"


def _goal(figure: Figure) -> str:
    most = "" if figure.most is None else f"≤ {figure.most:g}"
    least = "" if figure.least is None else f"≥ {figure.least:g}"
    return " ".join(filter(None, (least, most)))
