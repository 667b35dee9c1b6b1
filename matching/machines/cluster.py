"""The same questions answered by many machines: a Dask scheduler, and a folder they all see."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from matching.blends.joint import MarketBlend, join_parts, ready_market
from matching.blends.parts import BlendPart, PartBlend, blend_parts, solve_part
from matching.blends.recipes import Compositions, Recipes
from matching.checks import positive_count
from matching.machines.market_parts import parts_of, some_demands, some_streams
from matching.machines.parquet import (
    Array,
    read_arrays,
    read_demands,
    read_streams,
    write_arrays,
    write_demands,
    write_streams,
)
from matching.market.arrays import Costs, Demands, Streams, check_same_parameters
from matching.market.pairs import Listed, Pairs, Ranking, pairs_of
from matching.plans.allocation import AS_USUAL, Allocation, Terms, pose
from matching.plans.components import Batch, Objective, checked_objective, solve_batch
from matching.search.gates import GATES
from matching.search.index import Index, as_index
from matching.search.ranking import all_pairs, top_k

Task = Callable[[Path], None]
PARTS_PER_THREAD = 4  # parts differ in work, so that a few for each thread even out
BATCH_ARCS = 20_000


@dataclass(frozen=True, slots=True)
class Cluster:
    """Machines behind the Dask scheduler at `address`, such as tcp://10.0.0.5:8786.

    `folder` is where parts of a market go as Parquet files; every worker must see it under the same
    path, and have this package. A worker reads its part there and writes its answer beside it: only
    paths and costs pass through the scheduler. The methods take and return what the functions of
    the same names do, and the answers have the same bits; workers must have the same build of NumPy
    and kind of processor for that, as sines are not rounded alike everywhere.

    Raises OSError when the scheduler does not answer within `timeout_s` seconds, and what a worker
    raises.
    """

    address: str
    folder: Path
    timeout_s: float = 30.0

    def top_k(
        self, streams: Streams, demands: Demands | Index, costs: Costs, k: int = 10
    ) -> Ranking:
        """Answer `matching.top_k`, by code and stripes of latitude with their halo."""
        index, width = _index(streams, demands), positive_count("k", k)
        count, group = len(streams), index.groups(streams.code)
        ranking = Ranking(
            demand=np.full((count, width), -1, dtype=np.int64),
            value_per_t=np.full((count, width), np.nan),
            distance_km=np.full((count, width), np.nan),
            funnel=np.zeros((count, len(GATES)), dtype=np.int64),
            untested=np.zeros(count, dtype=np.int64),
        )
        with _Work(self) as work:
            for found in work.search(streams, index, partial(_rank, costs=costs, k=width)):
                rows, number = found.pop("streams"), found.pop("demands")
                local = found.pop("demand")
                # The last of `number` stands for none, which is -1.
                ranking.demand[rows] = np.append(number, -1)[local]
                for name, values in found.items():
                    getattr(ranking, name)[rows] = values
        # A part lacks the demands that take the code out of its reach.
        ranking.funnel[:, 0] = np.append(np.diff(index.ptr), 0)[group]
        return ranking

    def all_pairs(self, streams: Streams, demands: Demands | Index, costs: Costs) -> Pairs:
        """Answer `matching.all_pairs`, by code and stripes of latitude with their halo."""
        index = _index(streams, demands)
        listed = []
        with _Work(self) as work:
            for found in work.search(streams, index, partial(_list, costs=costs)):
                row = np.repeat(found["streams"], np.diff(found["ptr"]))
                demand = found["demands"][found["demand"]]
                listed.append(Listed(row, demand, found["value_per_t"], found["distance_km"]))
        return pairs_of(listed, len(streams))

    def allocate(
        self,
        pairs: Pairs,
        supply_t: ArrayLike,
        capacity_t: ArrayLike,
        objective: Objective = "value",
        max_share: float | None = None,
        terms: Terms = AS_USUAL,
    ) -> Allocation:
        """Answer `matching.allocate` without side constraints, by connected components."""
        problem = pose(pairs, supply_t, capacity_t, objective, max_share, terms)
        parts = (_plain(batch) for batch in problem.batch.parts(BATCH_ARCS))
        with _Work(self) as work:
            found = list(work.solve(parts, partial(_allocate, objective=problem.objective)))
        flows = [np.empty(0, dtype=np.int64), *(answer["flow"] for answer in found)]
        return problem.concluded(np.concatenate(flows))

    def blend_market(
        self,
        pairs: Pairs,
        compositions: Compositions | ArrayLike,
        supply_t: ArrayLike,
        recipes: Recipes,
        objective: Objective = "value",
    ) -> MarketBlend:
        """Answer `matching.blend_market`, by connected components."""
        checked_objective(objective)
        market = ready_market(pairs, compositions, supply_t, recipes)
        parts = list(blend_parts(market))
        with _Work(self) as work:
            found = work.solve(map(_plain, parts), partial(_blend, objective=objective))
            answers = [PartBlend(**answer) for answer in found]
        return join_parts(market, compositions, recipes, zip(parts, answers, strict=True))


class _Work(AbstractContextManager["_Work"]):
    """One question: a connection, and a folder of parts and answers that ends with it."""

    def __init__(self, cluster: Cluster) -> None:
        from distributed import Client  # noqa: PLC0415 - a second to load; few processes ask

        connect: Any = Client  # it states no types
        self._room = tempfile.TemporaryDirectory(prefix="offtake-", dir=cluster.folder)
        try:
            self._client = connect(cluster.address, timeout=cluster.timeout_s, set_as_default=False)
        except BaseException:
            self._room.cleanup()
            raise

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._room.cleanup()

    def search(self, streams: Streams, index: Index, task: Task) -> Iterable[dict[str, Array]]:
        """Write the parts of a market, and yield the answer to each with what it is about."""
        threads = sum(self._client.nthreads().values())
        parts = list(parts_of(streams, index, max(1, threads) * PARTS_PER_THREAD))
        places = []
        for number, part in enumerate(parts):
            place = self._place(number)
            write_streams(place / "streams.parquet", some_streams(streams, part.streams))
            write_demands(place / "demands.parquet", some_demands(index.demands, part.demands))
            places.append(place)
        for part, answer in zip(parts, self._answers(task, places), strict=True):
            yield answer | {"streams": part.streams, "demands": part.demands}

    def solve(self, parts: Iterable[dict[str, Array]], task: Task) -> Iterable[dict[str, Array]]:
        """Write parts as plain arrays, and yield the answer to each."""
        places = []
        for number, arrays in enumerate(parts):
            places.append(self._place(number))
            write_arrays(places[-1] / "part.parquet", arrays)
        return self._answers(task, places)

    def _place(self, number: int) -> Path:
        place = Path(self._room.name) / str(number)
        place.mkdir()
        return place

    def _answers(self, task: Task, places: list[Path]) -> Iterable[dict[str, Array]]:
        futures = self._client.map(task, places, pure=False)
        for place, future in zip(places, futures, strict=True):
            future.result()
            yield read_arrays(place / "answer.parquet")


def _index(streams: Streams, demands: Demands | Index) -> Index:
    index = as_index(demands)
    check_same_parameters(streams, index.demands)
    return index


def _rank(place: Path, *, costs: Costs, k: int) -> None:
    _answer(place, _plain(top_k(*_market(place), costs, k, engine="numba")))


def _list(place: Path, *, costs: Costs) -> None:
    _answer(place, _plain(all_pairs(*_market(place), costs, engine="numba")))


def _allocate(place: Path, *, objective: Objective) -> None:
    batch = Batch(**read_arrays(place / "part.parquet"))
    _answer(place, {"flow": solve_batch(batch, objective)})


def _blend(place: Path, *, objective: Objective) -> None:
    part = BlendPart(**read_arrays(place / "part.parquet"))
    _answer(place, _plain(solve_part(part, objective)))


def _market(place: Path) -> tuple[Streams, Demands]:
    return read_streams(place / "streams.parquet"), read_demands(place / "demands.parquet")


def _plain(answer: Any) -> dict[str, Array]:
    return {field.name: getattr(answer, field.name) for field in fields(answer)}


def _answer(place: Path, arrays: dict[str, Array]) -> None:
    write_arrays(place / "answer.parquet", arrays)
