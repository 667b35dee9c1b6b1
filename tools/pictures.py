"""Draw the pictures of docs/engine.md into docs/images: `python tools/pictures.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from bench.market import market
from matching import (
    Allocation,
    Costs,
    Demands,
    Limits,
    Streams,
    all_pairs,
    allocate,
    blend,
    clearing_prices,
    explain,
    geodesic_km,
    local_km,
    small_park,
)
from matching.checks import Floats, Integers
from matching.distance import (
    LOCAL_ERROR,
    LOCAL_LIMIT_KM,
    WGS84,
    points,
    sphere_km,
)
from matching.market.arrays import delivered_value

IMAGES: Final = Path(__file__).resolve().parent.parent / "docs/images"

# Middle tones, which can be read on white and on black, and told apart by the colour-blind.
INK: Final = "#737b83"
FAINT: Final = "#9aa1a7"
GREEN, BLUE, ORANGE = "#2f9e6e", "#4c8fd6", "#d9822b"
PURPLE, RED, YELLOW, CYAN = "#b064b8", "#d0564a", "#b8961e", "#3aa6b4"
STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "offtake",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "legend.frameon": False,
}

# The benchmark's market, strewn evenly over one region so that no place hides another, and in it a
# stream that is stopped at every gate by some demand.
SIZE, SEED, STREAM = 600, 7, 451
REGION: Final = (29.0, 37.0, 108.0, 117.0)  # south, north, west, east
NOT_TESTED: Final = 9  # a parameter whose value is taken out, so that some demands ask for a test
HAUL_PER_T_KM: Final = 0.30
KM_PER_DEGREE: Final = 111.2
VIEW_KM: Final = 430.0


@dataclass(frozen=True, slots=True)
class Look:
    """How one verdict is drawn and called."""

    kind: str
    words: str
    colour: str
    marker: str


LOOKS: Final = (
    Look("distance", "too far", FAINT, "o"),
    Look("vehicle", "no common vehicle", ORANGE, "s"),
    Look("month", "no common month", YELLOW, "D"),
    Look("composition", "composition", RED, "X"),
    Look("untested", "needs a test", PURPLE, "P"),
    Look("value", "worth nothing", BLUE, "v"),
    Look("feasible", "fits", GREEN, "*"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One stream, and the demands that take its code with the first gate that stops each."""

    streams: Streams
    demands: Demands
    takers: Integers
    stopped_by: list[str]

    @property
    def here(self) -> tuple[float, float]:
        return float(self.streams.lat[STREAM]), float(self.streams.lon[STREAM])

    def of(self, kind: str) -> Integers:
        return self.takers[[one == kind for one in self.stopped_by]]


def scene() -> Scene:
    """Return the seeded market of one region, as seen from one stream."""
    streams, demands, usual = market(SIZE, SIZE, SEED)
    chance = np.random.default_rng(SEED)
    streams = replace(streams, lat=_strewn(chance, 0), lon=_strewn(chance, 2))
    demands = replace(demands, lat=_strewn(chance, 0), lon=_strewn(chance, 2))
    untested = {name: getattr(streams, name).copy() for name in ("typical", "minimum", "maximum")}
    for values in untested.values():
        values[STREAM, NOT_TESTED] = np.nan
    streams = replace(streams, **untested)
    costs = Costs(usual.loading_per_t, HAUL_PER_T_KM, usual.handling_per_t)
    takers = np.unique(demands.code_owner()[demands.code_idx == streams.code[STREAM]])
    found = [explain(streams, STREAM, demands, int(j), costs) for j in takers]
    stopped_by = [_first([each.kind for each in findings]) for findings in found]
    return Scene(streams, demands, takers, stopped_by)


def _strewn(chance: np.random.Generator, side: int) -> Floats:
    return chance.uniform(REGION[side], REGION[side + 1], SIZE).round(3)


def _first(kinds: list[str]) -> str:
    """Return the gate that stops a pair; one that only lacks a value is stopped by nothing else."""
    broken = [kind for kind in kinds if kind != "untested"]
    return broken[0] if broken else kinds[0] if kinds else "feasible"


def gates() -> Figure:
    """Draw the demands around one stream by the gate that stops them, and how many pass each."""
    seen = scene()
    figure = Figure(figsize=(9.2, 5.0), layout="constrained")
    chart, funnel = figure.subplots(1, 2, width_ratios=(1.35, 1))
    _view(chart, *seen.here)
    others = np.setdiff1d(np.arange(len(seen.demands)), seen.takers)
    at = seen.demands.lon[others], seen.demands.lat[others]
    chart.plot(*at, ".", color=FAINT, ms=2.5, alpha=0.6)
    for look in LOOKS:
        for j in seen.of(look.kind):
            lat, lon = float(seen.demands.lat[j]), float(seen.demands.lon[j])
            if look.kind != "distance":
                _circle(chart, (lat, lon), float(seen.demands.radius_km[j]), look.colour)
            size = 14 if look.kind == "feasible" else 6 if look.kind == "distance" else 8.5
            chart.plot(lon, lat, look.marker, color=look.colour, ms=size, mew=0, zorder=3)
    here = seen.here[1], seen.here[0]
    chart.plot(*here, "o", color=INK, ms=13, mfc="none", mew=2.2, zorder=4)
    chart.plot(*here, "o", color=INK, ms=5, mew=0, zorder=4)
    chart.set_title("One stream (ring) and the demands around it")
    _funnel(funnel, seen)
    return figure


def _view(chart: Axes, lat: float, lon: float) -> None:
    """Set a map of degrees around a place, with its scale in km."""
    shortening = float(np.cos(np.radians(lat)))
    height = VIEW_KM / KM_PER_DEGREE
    width = height / shortening
    chart.set_aspect(1 / shortening)
    chart.set_xlim(lon - width, lon + width)
    chart.set_ylim(lat - height, lat + height)
    chart.set_xlabel("longitude, °E")
    chart.set_ylabel("latitude, °N")
    bar = 100 / KM_PER_DEGREE / shortening
    right, low = lon + 0.95 * width, lat - 0.93 * height
    chart.plot([right - bar, right], [low, low], color=INK, lw=2.5, solid_capstyle="butt")
    chart.text(right - bar / 2, low + 0.03 * height, "100 km", ha="center", va="bottom", size=9)


def _circle(chart: Axes, centre: tuple[float, float], radius_km: float, colour: str) -> None:
    """Draw a geodesic circle."""
    bearing = np.linspace(0.0, 360.0, 73)
    lat, lon = (np.full(len(bearing), degrees) for degrees in centre)
    east, north, _ = WGS84.fwd(lon, lat, bearing, np.full(len(bearing), radius_km * 1000))
    chart.plot(east, north, color=colour, lw=1.2, alpha=0.7)


def _funnel(axes: Axes, seen: Scene) -> None:
    left = len(seen.takers)
    rows = [("take the code", left, 0, FAINT, "")]
    for look in LOOKS[:-1]:
        lost = len(seen.of(look.kind))
        left -= lost
        rows.append((look.words, left, lost, look.colour, look.marker))
    rows.append(("fit", left, 0, GREEN, "*"))
    for y, (words, stay, lost, colour, marker) in enumerate(rows):
        is_end = y in {0, len(rows) - 1}
        axes.barh(
            y, stay, color=GREEN if is_end and y else INK, alpha=1 if is_end else 0.35, height=0.5
        )
        axes.barh(y, lost, left=stay, color=colour, height=0.5)
        number = f"{stay}" if is_end else f"−{lost}"
        axes.text(stay + lost + 0.8, y, number, va="center", color=INK)
        axes.text(-3.2, y, words, va="center", ha="right")
        if marker:
            axes.plot(
                -1.6, y, marker, color=colour, ms=10 if marker == "*" else 6.5, mew=0, clip_on=False
            )
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, len(seen.takers) * 1.12)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("demands")
    axes.set_title("How many each gate stops")


def distances() -> Figure:
    """Draw the errors of the sphere and of the local-radius formula against the geodesic."""
    bearing = np.linspace(0.0, 180.0, 181)
    figure = Figure(figsize=(8.6, 3.9), layout="constrained")
    axes: list[Axes] = list(figure.subplots(1, 2))
    colours = (BLUE, CYAN, GREEN, ORANGE, RED)
    for latitude, colour in zip((0.0, 25.0, 45.0, 65.0, 85.0), colours, strict=True):
        lat, lon = np.full(len(bearing), latitude), np.zeros(len(bearing))
        east, north, _ = WGS84.fwd(lon, lat, bearing, np.full(len(bearing), LOCAL_LIMIT_KM * 1000))
        true = geodesic_km(lat, lon, np.asarray(north), np.asarray(east))
        sphere = sphere_km(points(lat, lon), points(np.asarray(north), np.asarray(east)))
        local = local_km(lat, lon, np.asarray(north), np.asarray(east))
        label = f"{latitude:g}°"
        axes[0].plot(bearing, 1e6 * (sphere / true - 1), color=colour, lw=1.8, label=label)
        axes[1].plot(bearing, 1e6 * (local / true - 1), color=colour, lw=1.8, label=label)
    for limit in (-LOCAL_ERROR, LOCAL_ERROR):
        axes[1].axhline(1e6 * limit, color=INK, lw=1.2, ls="--")
    axes[1].text(90, 1e6 * LOCAL_ERROR, "promised: 20", ha="center", va="bottom", size=9)
    axes[0].set_title("Haversine, a sphere of 6371.0088 km")
    axes[1].set_title("Local-radius formula")
    for each in axes:
        each.axhline(0, color=FAINT, lw=0.8)
        each.set_xlim(0, 180)
        each.set_xticks([0, 45, 90, 135, 180], ["N", "NE", "E", "SE", "S"])
        each.set_xlabel(f"direction of a trip of {LOCAL_LIMIT_KM:.0f} km")
        each.grid(visible=True, color=INK, alpha=0.2, lw=0.6)
    axes[0].set_ylabel("error, millionths of the distance")
    axes[1].set_ylim(-26, 26)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=5, title="latitude of the start"
    )
    return figure


def waterfall() -> Figure:
    """Draw what the price of the small park's gypsum is made of."""
    park = small_park()
    i, j = 3, 2
    km = all_pairs(park.streams, park.demands, park.costs).distance_km[-1:]
    price, ask = park.demands.price_per_t[j : j + 1], park.streams.ask_per_t[i : i + 1]
    haul, handling = park.costs.haul_per_t(km), park.costs.handling_per_t
    value = float(delivered_value(price, haul, handling, ask)[0])
    netback = value + float(ask[0])
    steps = (
        ("gate price", 0.0, float(price[0]), BLUE),
        (f"haul, {km[0]:.0f} km", float(price[0]), -float(haul[0]), ORANGE),
        ("handling", float(price[0] - haul[0]), -handling, ORANGE),
        ("netback", 0.0, netback, BLUE),
        ("ask", netback, -float(ask[0]), PURPLE),
        ("delivered\nvalue", 0.0, value, GREEN),
    )
    figure = Figure(figsize=(7.2, 3.5), layout="constrained")
    axes = figure.subplots()
    for x, (_, start, height, colour) in enumerate(steps):
        axes.bar(x, height, bottom=start, color=colour, width=0.6)
        top = max(start, start + height)
        sign = "−" if height < 0 else ""
        axes.text(x, top + 0.7, f"{sign}{abs(height):g}", ha="center", va="bottom")
        if x < len(steps) - 1:
            axes.plot([x + 0.3, x + 0.7], [start + height] * 2, color=INK, lw=0.8)
    axes.set_xticks(range(len(steps)), [step[0] for step in steps])
    axes.tick_params(axis="x", length=0)
    axes.set_ylim(0, 45)
    axes.set_ylabel("currency per tonne")
    axes.set_title(f"{park.stream_names[i].capitalize()} to the {park.demand_names[j]}")
    return figure


def plans() -> Figure:
    """Draw the small park's plans as flows: the greatest value beside the most tonnes."""
    park = small_park()
    pairs = all_pairs(park.streams, park.demands, park.costs)
    masses = park.streams.quantity_t, park.demands.capacity_t
    figure = Figure(figsize=(9.4, 4.6), layout="constrained")
    best = allocate(pairs, *masses, "value"), allocate(pairs, *masses, "tonnes")
    titles = "Greatest value", "Most tonnes"
    panels = figure.subplots(1, 2, gridspec_kw={"wspace": 0.08})
    for axes, plan, title in zip(panels, best, titles, strict=True):
        _flows(axes, plan)
        axes.set_title(f"{title}: {plan.value:.0f} with {plan.tonnes:.0f} t", pad=12)
    return figure


def _flows(axes: Axes, plan: Allocation) -> None:
    park = small_park()
    pairs = all_pairs(park.streams, park.demands, park.costs)
    supply, capacity = park.streams.quantity_t, park.demands.capacity_t
    gap, colours = 22.0, (BLUE, ORANGE, RED, PURPLE)
    left = _stacked(supply, gap)
    right = _stacked(capacity, gap) + (left[-1] + supply[-1] - capacity.sum() - 2 * gap) / 2
    for i, name in enumerate(park.stream_names):
        axes.add_patch(Rectangle((0, left[i]), 0.05, supply[i], color=colours[i], lw=0))
        axes.text(0, left[i] - 3, f"{name}, {supply[i]:.0f} t", va="bottom", size=9)
    for j, name in enumerate(park.demand_names):
        axes.add_patch(Rectangle((0.95, right[j]), 0.05, capacity[j], fc="none", ec=INK, lw=1))
        words = f"{name}, {capacity[j]:.0f} t"
        axes.text(1.0, right[j] - 3, words, va="bottom", ha="right", size=9)
    start, end = left.copy(), right.copy()
    # By stream, then by demand from above to below: so no two ribbons of a stream cross.
    for pair in np.lexsort((pairs.demand, pairs.row())).tolist():
        i, j = int(pairs.row()[pair]), int(pairs.demand[pair])
        tonnes, value = plan.flow_t[pair], pairs.value_per_t[pair]
        if tonnes > 0:
            axes.add_patch(Rectangle((0.95, end[j]), 0.05, tonnes, color=colours[i], lw=0))
            _ribbon(axes, start[i], end[j], tonnes, colours[i])
            middle = (start[i] + end[j] + tonnes) / 2
            axes.text(
                0.5, middle, f"{tonnes:.0f} t × {value:.0f}", ha="center", va="center", size=9
            )
            start[i] += tonnes
            end[j] += tonnes
    for i in range(len(supply)):
        over = left[i] + supply[i] - start[i]
        if over > 0:
            axes.text(0.07, start[i] + over / 2, f"{over:.0f} t left over", va="center", size=9)
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(left[-1] + supply[-1] + 4, -16)
    axes.set_axis_off()


def _stacked(heights: Floats, gap: float) -> Floats:
    """Return where blocks begin that stand below each other."""
    return np.concatenate(([0.0], np.cumsum(heights + gap)[:-1]))


def _ribbon(axes: Axes, start: float, end: float, height: float, colour: str) -> None:
    bends = [(0.05, start), (0.45, start), (0.55, end), (0.95, end)]
    back = [(x, y + height) for x, y in reversed(bends)]
    codes = [Outline.MOVETO, *[Outline.CURVE4] * 3, Outline.LINETO, *[Outline.CURVE4] * 3]
    outline = Outline([*bends, *back], codes)
    axes.add_patch(PathPatch(outline, facecolor=colour, alpha=0.35, lw=0))


def prices() -> Figure:
    """Draw the interval of every clearing price of the small park."""
    park = small_park()
    pairs = all_pairs(park.streams, park.demands, park.costs)
    masses = park.streams.quantity_t, park.demands.capacity_t
    found = clearing_prices(pairs, allocate(pairs, *masses), *masses)
    rows = [
        *zip(park.stream_names, found.supply_low, found.supply_high, [BLUE] * 4, strict=True),
        *zip(park.demand_names, found.demand_low, found.demand_high, [ORANGE] * 3, strict=True),
    ]
    figure = Figure(figsize=(7.6, 3.7), layout="constrained")
    axes = figure.subplots()
    places = [0, 1, 2, 3, 4.6, 5.6, 6.6]
    for y, (_, low, high, colour) in zip(places, rows, strict=True):
        axes.plot([low, high], [y, y], color=colour, lw=9, alpha=0.45, solid_capstyle="butt")
        axes.plot([low, high], [y, y], "|", color=colour, ms=14, mew=2.5)
        words = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        axes.text(high + 0.8, y, words, va="center")
    axes.set_yticks(places, [str(name) for name, *_ in rows])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(7.3, -1.1)
    axes.set_xlim(-0.6, 30)
    axes.text(30, -0.75, "a tonne of supply", color=BLUE, ha="right", va="center")
    axes.text(30, 3.85, "room for a tonne", color=ORANGE, ha="right", va="center")
    axes.set_xlabel("clearing price, currency per tonne")
    axes.grid(visible=True, axis="x", color=INK, alpha=0.2, lw=0.6)
    axes.spines["left"].set_visible(False)
    return figure


def mixture() -> Figure:
    """Draw the cement works' blend and its parts as shares of the limits."""
    park = small_park()
    upper = park.demands.upper[0]
    sources = [0, 2]
    compositions = park.streams.typical[sources]
    best = blend(
        compositions, [10.0, 7.0], [80.0, 40.0], Limits(park.demands.lower[0], upper), 45.0
    )
    looks = (
        (f"mill slag, {best.tonnes[0]:.0f} t", compositions[0], BLUE, "s"),
        (f"heating plant ash, {best.tonnes[1]:.0f} t", compositions[1], RED, "v"),
        ("the mixture, 45 t", best.composition, GREEN, "D"),
    )
    figure = Figure(figsize=(7.8, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.axvspan(-5, 100, color=GREEN, alpha=0.1, lw=0)
    axes.axvspan(100, 165, color=RED, alpha=0.1, lw=0)
    axes.axvline(100, color=INK, lw=1.5)
    for words, values, colour, marker in looks:
        size = 11 if marker == "D" else 8
        shares = 100 * values / upper
        axes.plot(shares, range(3), marker, color=colour, ms=size, mew=0, label=words)
    for y, limit in enumerate(upper):
        axes.plot([0, 165], [y, y], color=FAINT, lw=0.8, zorder=0)
        for values, offset in ((compositions[0], 9), (compositions[1], 9), (best.composition, -12)):
            if offset > 0 and abs(values[y] - best.composition[y]) < 1e-9:
                continue  # all the same: said once
            same = ", all three" if np.ptp([look[1][y] for look in looks]) < 1e-9 else ""
            axes.annotate(
                f"{values[y]:g} %{same}",
                (100 * values[y] / limit, y),
                (0 if values[y] < limit or offset > 0 else -16, offset),
                textcoords="offset points",
                ha="center",
                va="center" if offset < 0 else "bottom",
                size=9,
            )
    labels = [f"{n}, ≤ {u:g} %" for n, u in zip(park.parameter_names, upper, strict=True)]
    axes.set_yticks(range(3), labels)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-5, 165)
    axes.set_ylim(2.6, -0.6)
    axes.set_xlabel("per cent of the limit")
    axes.spines["left"].set_visible(False)
    figure.legend(loc="outside upper center", ncols=3, handletextpad=0.3)
    return figure


PICTURES: Final[dict[str, Callable[[], Figure]]] = {
    "gates": gates,
    "waterfall": waterfall,
    "distances": distances,
    "plans": plans,
    "prices": prices,
    "mixture": mixture,
}


def save(figure: Figure, picture: Path) -> None:
    """Write a picture; the same picture has the same bytes."""
    metadata = {"Date": None, "Creator": None}
    figure.savefig(picture, format="svg", transparent=True, metadata=metadata)
    # The backend ends some lines with blanks, which a later commit would be told about.
    lines = (line.rstrip() for line in picture.read_text("utf-8").splitlines())
    picture.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        for name, draw in PICTURES.items():
            save(draw(), IMAGES / f"engine_{name}.svg")
            print(f"docs/images/engine_{name}.svg")


if __name__ == "__main__":
    main()
