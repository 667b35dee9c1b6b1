"""One market searched in a process of its own, `python -m bench.alone`: what it takes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np

import matching
from bench.figures import middle, worked
from bench.market import market, part
from matching.search.engines import Name

ROOT: Final = Path(__file__).parent.parent
PARTNERS: Final = 10
REPEATS: Final = 3
ASKED_ALONE: Final = 200
BYTES_PER_MB: Final = 1 << 20
KILOBYTES_PER_MB: Final = 1 << 10


@dataclass(frozen=True, slots=True)
class Alone:
    """Processor seconds and resident memory of one search by one engine.

    The index is timed with everything an engine builds only when it is first asked. The reference,
    the NumPy engine, searched every so-many-th stream and found the same; its time is scaled up.
    """

    base_mb: float
    input_mb: float
    peak_mb: float
    warm_up_s: float
    index_s: float
    search_s: float
    reference_index_s: float
    reference_search_s: float
    pairs_per_stream: float
    one_stream_ms: float
    one_stream_reference_ms: float

    @property
    def seconds(self) -> float:
        return self.index_s + self.search_s

    @property
    def reference_s(self) -> float:
        return self.reference_index_s + self.reference_search_s


def measure_alone(size: tuple[int, int], engine: Name, every: int) -> Alone:
    """Search a market of so many streams and demands in a new process, and wait for it."""
    command = [sys.executable, "-m", "bench.alone", *map(str, (*size, every)), engine]
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603  (our own command)
    return Alone(**json.loads(ended.stdout))


def search(size: tuple[int, int], engine: Name, every: int) -> Alone:
    """Search in this process, the engine first, while nothing else has taken memory."""
    warm_up_s, _ = worked(lambda: matching.top_k(*market(100, 50), PARTNERS, engine))
    base = resident_mb("VmRSS")
    streams, demands, costs = market(*size)
    first = part(streams, slice(1))

    def indexed(name: Name) -> matching.Index:
        index = matching.build_index(demands)
        matching.top_k(first, index, costs, PARTNERS, name)
        return index

    def ranked(some: matching.Streams, name: Name, index: matching.Index) -> matching.Ranking:
        return matching.top_k(some, index, costs, PARTNERS, name)

    index_s, index = worked(lambda: indexed(engine))
    found_s, found = worked(lambda: ranked(streams, engine, index))
    peak = resident_mb("VmHWM")
    again = [worked(lambda: ranked(streams, engine, index))[0] for _ in range(REPEATS - 1)]

    few = part(streams, slice(None, None, every))
    reference_index_s, reference = worked(lambda: indexed("numpy"))
    reference_s, expected = worked(lambda: ranked(few, "numpy", reference))
    check_identical(found, expected, every)
    ones = [
        part(streams, slice(i, i + 1)) for i in range(0, len(streams), len(streams) // ASKED_ALONE)
    ]
    return Alone(
        base_mb=base,
        input_mb=(_bytes_of(streams) + _bytes_of(demands)) / BYTES_PER_MB,
        peak_mb=peak,
        warm_up_s=warm_up_s,
        index_s=index_s,
        search_s=middle([found_s, *again]),
        reference_index_s=reference_index_s,
        reference_search_s=reference_s * len(streams) / len(few),
        pairs_per_stream=float(found.funnel[:, -1].mean()),
        one_stream_ms=_asked_ms(ones, lambda one: ranked(one, engine, index)),
        one_stream_reference_ms=_asked_ms(ones, lambda one: ranked(one, "numpy", reference)),
    )


def check_identical(found: matching.Ranking, expected: matching.Ranking, every: int = 1) -> None:
    """Raise AssertionError unless every so-many-th row is the expected one, to the last bit."""
    for name in matching.Ranking.__dataclass_fields__:
        given, wanted = getattr(found, name)[::every], getattr(expected, name)
        if not np.array_equal(given, wanted, equal_nan=given.dtype.kind == "f"):
            raise AssertionError(f"the engines disagree about {name}")


def resident_mb(field: str) -> float:
    """Return the memory of this process from the kernel's own book, now or at its peak.

    `getrusage` would tell the peak of the parent too: it survives the start of another program.
    """
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    told = next(line for line in lines if line.startswith(f"{field}:"))
    return int(told.split()[1]) / KILOBYTES_PER_MB


def _asked_ms(
    ones: list[matching.Streams], ask: Callable[[matching.Streams], matching.Ranking]
) -> float:
    """Return the median milliseconds, by the clock, of a question about one stream."""
    spent = []
    for one in ones:
        started = perf_counter()
        ask(one)
        spent.append(1000 * (perf_counter() - started))
    return middle(spent)


def _bytes_of(table: matching.Streams | matching.Demands) -> int:
    fields = (getattr(table, name) for name in table.__dataclass_fields__)
    return sum(field.nbytes for field in fields if field is not None)


if __name__ == "__main__":
    count, others, step = map(int, sys.argv[1:4])
    named: Name = "numpy" if sys.argv[4] == "numpy" else "numba"
    print(json.dumps(asdict(search((count, others), named, step))))
