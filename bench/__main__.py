"""Run benchmarks, all or those named; print a table, and keep the figures in bench/results."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Final

from app.clock import now_utc
from bench.figures import Figure, table

RESULTS: Final = Path(__file__).parent / "results"
# In this order: the pages are those of the market that the demonstration has loaded. A subject is
# loaded when its turn comes, because some need what only a developer has installed.
SUBJECTS: Final = (
    "engine", "cluster", "allocation", "blending", "worker", "demonstration", "pages", "sign_in",
)  # fmt: skip
ON_REQUEST: Final = ("growth",)
FOLDERS: Final = {
    "worker": "worker",
    "demonstration": "country",
    "pages": "country",
    "sign_in": "door",
}


def main(asked: Sequence[str]) -> None:
    unknown = set(asked) - {*SUBJECTS, *ON_REQUEST}
    if unknown:
        known = ", ".join((*SUBJECTS, *ON_REQUEST))
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. There are {known}.")
    started = perf_counter()
    figures = measured(chosen(asked))
    print(table(figures))
    RESULTS.mkdir(exist_ok=True)
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
    # What was asked for alone does not replace the figures of all.
    name = "-".join(asked) if asked else "latest"
    content = json.dumps(kept, indent=2, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(content, "utf-8")


def chosen(asked: Sequence[str]) -> list[str]:
    """Return the subjects in their order; pages bring the market along that they show."""
    if not asked:
        return list(SUBJECTS)
    wanted = {*asked, "demonstration"} if "pages" in asked else set(asked)
    return [name for name in (*SUBJECTS, *ON_REQUEST) if name in wanted]


def measured(names: Sequence[str]) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="offtake-bench-") as folder:
        for name in names:
            print(f"{name} …", file=sys.stderr, flush=True)
            subject = import_module(f"bench.{name}")
            place = [Path(folder) / FOLDERS[name]] if name in FOLDERS else []
            figures += subject.measure(*place)
    return figures


if __name__ == "__main__":
    main(sys.argv[1:])
