"""The largest search on a Dask cluster of two workers on this machine, and what that costs."""

from __future__ import annotations

import tempfile
from dataclasses import fields
from pathlib import Path
from time import process_time
from typing import Any, Final

import numpy as np
from distributed import Client, LocalCluster

import matching
from bench.figures import Figure, timed
from bench.market import SIZES, market

WORKERS: Final = 2
PARTNERS: Final = 10
SMALL, _, LARGE = SIZES


def measure() -> list[Figure]:
    streams, demands, costs = market(*SIZES[LARGE])
    warm_streams, warm_demands, warm_costs = market(*SIZES[SMALL])
    matching.top_k(warm_streams, warm_demands, warm_costs, PARTNERS, engine="numba")
    started = process_time()
    one_s, one = timed(lambda: matching.top_k(streams, demands, costs, PARTNERS, engine="numba"))
    one_cpu_s = process_time() - started
    with (
        tempfile.TemporaryDirectory(prefix="offtake-bench-") as folder,
        LocalCluster(WORKERS, threads_per_worker=1, dashboard_address=None) as local,
    ):
        cluster = matching.Cluster(local.scheduler_address, Path(folder))
        # The first search starts the compiled engine on each worker.
        cluster.top_k(warm_streams, warm_demands, warm_costs, PARTNERS)
        before = process_time(), _workers_s(local)
        many_s, many = timed(lambda: cluster.top_k(streams, demands, costs, PARTNERS))
        client_s, workers_s = process_time() - before[0], _workers_s(local) - before[1]
    size = f"{len(streams):,} × {len(demands):,}"
    here = f"one process, {one_s:,.3g} s"
    return [
        _figure(f"top {PARTNERS}, {size}, {WORKERS} workers, wall time", many_s, "s", here, one_s),
        _figure("of it written, read and put together by the client", client_s, "CPU-s"),
        _figure("and read, searched and written by the workers", workers_s, "CPU-s"),
        _figure("the same search in one process", one_cpu_s, "CPU-s"),
        Figure(
            subject="cluster",
            name="numbers that differ from those of one process",
            value=_differing(one, many),
            unit="",
            most=0,
        ),
    ]


def _workers_s(local: Any) -> float:
    """Return the processor seconds of all workers so far."""
    with Client(local.scheduler_address, set_as_default=False) as client:
        return float(sum(client.run(process_time).values()))


def _differing(one: matching.Ranking, other: matching.Ranking) -> int:
    """Count the numbers of which one ranking has other bits than the other."""
    return sum(
        int((getattr(one, name).view(np.int64) != getattr(other, name).view(np.int64)).sum())
        for name in (field.name for field in fields(one))
    )


def _figure(
    name: str, value: float, unit: str, baseline: str = "", whole: float | None = None
) -> Figure:
    ratio = None if whole is None else value / whole
    return Figure(
        subject="cluster", name=name, value=value, unit=unit, ratio=ratio, baseline=baseline
    )
