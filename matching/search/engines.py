"""Which engine answers: the compiled one where it can and pays, else the reference."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Literal, Protocol, cast, get_args

from matching.checks import Integers
from matching.market.arrays import Costs, Streams
from matching.market.pairs import Best, Listed
from matching.search import by_tree
from matching.search.index import Index

Name = Literal["auto", "numpy", "numba"]
NAMES = get_args(Name)
# Loading the compiled engine takes about two seconds, in which the other one looks at so many
# pairs of streams and demands.
PAIRS_WORTH_LOADING = 1_000_000_000


class Engine(Protocol):
    """What an engine answers; both give the same bits."""

    def ranked(
        self, streams: Streams, index: Index, costs: Costs, best: Best
    ) -> Iterator[tuple[Integers, Integers]]:
        """Write the best demands of each stream that has takers; yield (streams, tally)."""

    def listed(self, streams: Streams, index: Index, costs: Costs, wanted: int) -> Iterator[Listed]:
        """Yield every pair of one verdict, block by block."""


def engine_for(name: str, streams: Streams, index: Index) -> Engine:
    """Return the engine of that name; "auto" takes the compiled one where it is loaded or pays.

    Where the compiled engine cannot be loaded the reference answers, with a notice in the log.
    Raises ValueError for an unknown name.
    """
    if name not in NAMES:
        raise ValueError(f"engine: {name!r} is not one of {', '.join(NAMES)}")
    is_loaded = "matching.search.by_kernel" in sys.modules
    is_large = len(streams) * len(index.demands) >= PAIRS_WORTH_LOADING
    if name == "numba" or (name == "auto" and (is_loaded or is_large)):
        return compiled_engine() or cast("Engine", by_tree)
    return cast("Engine", by_tree)


def compiled_engine() -> Engine | None:
    """Return the compiled engine, or None where it cannot be loaded."""
    return cast("Engine | None", compiled_module("matching.search.by_kernel"))


@cache
def compiled_module(name: str) -> ModuleType | None:
    """Load a module that is compiled, which takes seconds, or return None; tried once a process.

    Where it cannot be loaded the reference answers, and the log says so.
    """
    try:
        return import_module(name)
    except Exception as reason:  # noqa: BLE001 - whatever the compiler says, the reference serves
        message = "%s is not available, the reference answers: %s"
        logging.getLogger(__name__).warning(message, name, reason)
        return None
