"""Run every benchmark, print a table, and keep the figures in bench/results/latest.json."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Final

from app.clock import now_utc
from bench import demonstration, engine, pages, worker
from bench.figures import Figure, table

RESULTS: Final = Path(__file__).parent / "results/latest.json"
# In this order: the pages are those of the market that the demonstration has loaded.
SUBJECTS: Final[Mapping[str, Callable[[Path], list[Figure]]]] = {
    "engine": lambda _: engine.measure(),
    "worker": lambda folder: worker.measure(folder / "worker"),
    "demonstration": lambda folder: demonstration.measure(folder / "country"),
    "pages": lambda folder: pages.measure(folder / "country"),
}


def main() -> None:
    figures: list[Figure] = []
    started = perf_counter()
    with tempfile.TemporaryDirectory(prefix="offtake-bench-") as folder:
        for name, measure in SUBJECTS.items():
            print(f"{name} …", file=sys.stderr, flush=True)
            figures += measure(Path(folder))
    print(table(figures))
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {
        "measured_at": now_utc().isoformat(),
        "seconds": round(perf_counter() - started, 1),
        "machine": {
            "processors": os.cpu_count(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
        },
        "figures": [asdict(figure) | {"verdict": figure.verdict} for figure in figures],
    }
    RESULTS.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
