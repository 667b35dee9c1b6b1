"""How the search grows with the market: `python -m bench growth` measures it and draws it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

import matching
from bench.alone import PARTNERS, Alone, measure_alone
from bench.engine import ENGINE, same_percent, tolerance_per_t
from bench.figures import Figure
from bench.market import SIZES, demand_part, market
from bench.postgis import AbsentError, loaded

PICTURE: Final = Path(__file__).parent.parent / "docs/images/engine_growth.svg"
PLAN: Final = "join"
# Where a run would take minutes, the NumPy engine searches every so-many-th stream, and PostGIS
# joins every so-many-th demand with all streams; the work of both is in proportion.
EVERY_STREAM: Final = {"1M × 100k": 20}
EVERY_DEMAND: Final = {"1M × 100k": 50}

# Middle tones, which can be read on white and on black.
INK: Final = "#808890"
COLOURS: Final = {"numba": "#2f9e6e", "NumPy": "#4c8fd6", "PostGIS": "#d9822b"}
STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "offtake",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One size of market: what each engine takes, and what of it is scaled up from a sample."""

    size: str
    alone: Alone
    postgis_s: float | None
    absent: str = ""

    def seconds(self) -> dict[str, float | None]:
        return {
            "numba": self.alone.seconds,
            "NumPy": self.alone.reference_s,
            "PostGIS": self.postgis_s,
        }

    def every(self, engine: str) -> int:
        samples = {"NumPy": EVERY_STREAM, "PostGIS": EVERY_DEMAND}
        return samples.get(engine, {}).get(self.size, 1)


def measure() -> list[Figure]:
    steps = [_step(size) for size in SIZES]
    draw(steps, PICTURE)
    return [figure for step in steps for figure in _figures(step)]


def _step(size: str) -> Step:
    alone = measure_alone(SIZES[size], ENGINE, EVERY_STREAM.get(size, 1))
    try:
        return Step(size, alone, _postgis_s(size))
    except AbsentError as absent:
        return Step(size, alone, None, str(absent))


def _postgis_s(size: str) -> float:
    """Return the backend's processor seconds, after a look at whether it finds the same."""
    streams, all_demands, costs = market(*SIZES[size])
    every = EVERY_DEMAND.get(size, 1)
    demands = demand_part(all_demands, slice(None, None, every))
    with loaded(streams, demands, costs) as database:
        answer = database.top_k(PLAN, PARTNERS)
    best = matching.top_k(streams, demands, costs, PARTNERS, ENGINE)
    same_percent(best, answer, tolerance_per_t(demands, costs))
    return answer.cpu_s * len(all_demands) / len(demands)


def _figures(step: Step) -> list[Figure]:
    figures = []
    for engine, seconds in step.seconds().items():
        every = step.every(engine)
        scaled = f", 1 in {every} scaled up" if every > 1 else ""
        figures.append(
            Figure(
                subject="growth",
                name=f"{engine}, {step.size}{scaled}",
                value=seconds,
                unit="CPU-s",
                ratio=seconds / step.alone.seconds if seconds is not None else None,
                baseline="numba engine",
                skipped=step.absent if seconds is None else "",
            )
        )
    return figures


def draw(steps: list[Step], picture: Path) -> None:
    """Draw processor seconds over the size of the market, both in powers of ten."""
    with mpl.rc_context(STYLE):
        drawing = Drawing(figsize=(7.5, 4.4), layout="constrained")
        axes = drawing.add_subplot()
        axes.set_xscale("log")
        axes.set_yscale("log")
        for engine in COLOURS:
            _line(axes, steps, engine)
        axes.set_xticks(
            [SIZES[step.size][0] for step in steps], [step.size for step in steps], minor=False
        )
        axes.minorticks_off()
        axes.set_xlim(7e3, 2.4e6)
        axes.margins(y=0.14)
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xlabel("streams × demands (hollow: scaled up from a sample)")
        axes.set_ylabel("processor seconds, best 10 for every stream")
        axes.grid(visible=True, color=INK, alpha=0.25, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        picture.parent.mkdir(parents=True, exist_ok=True)
        metadata = {"Date": None, "Creator": None}
        drawing.savefig(picture, format="svg", transparent=True, metadata=metadata)
    # The backend ends some lines with blanks, which a later commit would be told about.
    lines = (line.rstrip() for line in picture.read_text("utf-8").splitlines())
    picture.write_text("\n".join(lines) + "\n", "utf-8")


def _line(axes: Axes, steps: list[Step], engine: str) -> None:
    points = [
        (SIZES[step.size][0], seconds, step.every(engine) > 1)
        for step in steps
        if (seconds := step.seconds()[engine]) is not None
    ]
    if not points:
        return
    colour = COLOURS[engine]
    x, y, _ = zip(*points, strict=True)
    axes.plot(x, y, color=colour, linewidth=2)
    for at, seconds, is_sample in points:
        face = "none" if is_sample else colour
        axes.plot(at, seconds, "o", color=colour, markerfacecolor=face, markersize=7)
        label = f"{seconds:,.2g} s" if seconds < 10 else f"{seconds:,.0f} s"
        place = (0, 9 if engine == "PostGIS" else -18)
        axes.annotate(
            label, (at, seconds), place, color=colour, ha="center", textcoords="offset points"
        )
    name = (14, -4)
    axes.annotate(
        engine, (x[-1], y[-1]), name, color=colour, weight="bold", textcoords="offset points"
    )
