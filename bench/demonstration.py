"""The demonstration of the whole country, loaded by `offtake` in processes of their own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.figures import Figure, timed

ROOT: Final = Path(__file__).parent.parent
LOAD_MOST_S: Final = 60.0
BYTES_PER_KILOBYTE: Final = 1024


@dataclass(frozen=True, slots=True)
class Run:
    """What one command printed, and what it took."""

    printed: str
    seconds: float
    peak_mb: float


def measure(folder: Path) -> list[Figure]:
    init = run_command(folder, "init")
    demo = run_command(folder, "demo", "--all", "--json")
    told: dict[str, Any] = json.loads(demo.printed)
    bare_s, rows = bare_load(folder)

    def figure(name: str, value: float, unit: str, most: float | None = None) -> Figure:
        return Figure(subject="demonstration", name=name, value=value, unit=unit, most=most)

    return [
        figure("init: schema and catalogue", init.seconds, "s"),
        Figure(
            subject="demonstration",
            name="demo --all: load and match",
            value=told["seconds"],
            unit="s",
            ratio=told["seconds"] / bare_s,
            baseline=f"bare insert of its {rows:,} rows, {bare_s:.2f} s",
            most=LOAD_MOST_S,
        ),
        figure("demo --all: whole command", demo.seconds, "s", LOAD_MOST_S),
        figure("demo --all: peak memory", demo.peak_mb, "MB"),
        figure("streams", told["streams"], "rows"),
        figure("demands", told["demands"], "rows"),
        figure("feasible pairs", told["feasible_pairs"], "pairs"),
    ]


def run_command(folder: Path, *arguments: str) -> Run:
    """Run `offtake` in a process of its own and wait for it, watching its memory."""
    environment = os.environ | {"OFFTAKE_INSTANCE": str(folder), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "app.cli", *arguments]
    printed = folder.with_name(f"{arguments[0]}.out")

    def run() -> tuple[int, int]:
        with printed.open("w") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output)  # noqa: S603  (our own command)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, used.ru_maxrss

    seconds, (code, peak_kb) = timed(run)
    if code:
        raise RuntimeError(f"offtake {' '.join(arguments)} ended with {code}")
    return Run(printed.read_text("utf-8"), seconds, peak_kb / BYTES_PER_KILOBYTE)


def bare_load(folder: Path) -> tuple[float, int]:
    """Seconds to insert as many plain rows as the market has into a database of its own."""
    with closing(sqlite3.connect(folder / "offtake.db")) as market:
        names = [
            name for (name,) in market.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        rows = sum(market.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names)  # noqa: S608  (names of our own tables)
    with closing(sqlite3.connect(folder / "bare.db")) as bare:
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, c TEXT)")

        def insert() -> None:
            plain = ((number, number, f"row {number}") for number in range(rows))
            bare.executemany("INSERT INTO bare (a, b, c) VALUES (?, ?, ?)", plain)
            bare.commit()

        seconds, _ = timed(insert)
    return seconds, rows
