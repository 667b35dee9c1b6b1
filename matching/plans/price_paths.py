"""The extreme dual prices of a transport plan: shortest paths from what is left over."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from scipy.sparse import csr_array

from matching.checks import Flags, Integers
from matching.market.pairs import pointers
from matching.search.engines import compiled_module

UNREACHED = 2**62
# Loading the compiled pass takes about two seconds, in which the reference does so much: arcs times
# rounds. Only long chains of sellers that compete for the same buyers take many rounds.
WORTH_LOADING = 100_000_000

Labels = tuple[Integers, Integers]


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """A plan seen from its givers: what each arc offers, and which way prices may pass along it.

    | field | shape, dtype    | meaning                                                          |
    |-------|-----------------|------------------------------------------------------------------|
    | ptr   | (R + 1,) int64  | giver i has the arcs ptr[i]:ptr[i + 1]                           |
    | taker | (E,) int64      | where an arc ends                                                |
    | gain  | (E,) int64      | what one unit through it is worth                                |
    | opens | (E,) bool       | more could flow: giver + taker must earn at least the gain       |
    | used  | (E,) bool       | something flows: giver + taker may earn at most the gain         |
    | spare | (R,), (S,) bool | the giver, and the taker, has something left: its price is 0     |
    """

    ptr: Integers
    taker: Integers
    gain: Integers
    opens: Flags
    used: Flags
    giver_spare: Flags
    taker_spare: Flags

    def row(self) -> Integers:
        """Return the giver of each arc, (E,)."""
        return np.repeat(np.arange(len(self.giver_spare)), np.diff(self.ptr))


class Pass(Protocol):
    """The compiled pass."""

    def __call__(self, links: Links) -> Labels:
        """Return the highest prices of the givers (R,) with the lowest of the takers (S,)."""


def dearest(links: Links) -> Labels:
    """Return the optimal dual prices that are highest for all givers and lowest for all takers.

    They are shortest paths: from a giver with something left (price 0) and from a taker's price
    of 0, over -gain along arcs that could carry more and +gain back along arcs in use. A giver that
    no path reaches has nothing to give; it gets the least price that the takers' prices leave it.
    Raises ValueError where paths never end: then the plan is not optimal.
    """
    giver, taker = _paths(links)
    lost = giver == UNREACHED
    if lost.any():
        row = links.row()
        at = np.flatnonzero(links.opens & lost[row])
        giver[lost] = 0
        np.maximum.at(giver, row[at], links.gain[at] - taker[links.taker[at]])
    return giver, taker


def _paths(links: Links) -> Labels:
    if "matching.plans.price_kernel" not in sys.modules:
        settled = by_rounds(links, WORTH_LOADING // max(len(links.gain), 1))
        if settled is not None:
            return settled
    compiled = compiled_pass()
    settled = compiled(links) if compiled else by_rounds(links, UNREACHED)
    assert settled is not None
    return settled


def by_rounds(links: Links, rounds: int) -> Labels | None:
    """The reference: all arcs at once, round after round (Bellman 1958, Ford 1956).

    After the first round only arcs whose start fell are looked at. None where so many rounds do not
    suffice.
    """
    used = np.flatnonzero(links.used)
    giver_used, taker_used, gain_used = links.row()[used], links.taker[used], links.gain[used]
    giver = np.where(links.giver_spare, 0, UNREACHED).astype(np.int64)
    below = np.zeros(len(links.taker_spare), dtype=np.int64)  # minus the takers' prices
    giver_fell = links.giver_spare
    taker_fell = np.ones(len(below), dtype=np.bool_)
    for _ in range(rounds):
        there, label = _offers(links, np.flatnonzero(giver_fell), giver)
        taker_fell |= _lower(below, links.taker[there], label)
        back = np.flatnonzero(taker_fell[taker_used])
        label = below[taker_used[back]] + gain_used[back]
        giver_fell = _lower(giver, giver_used[back], label)
        if (giver < 0).any():
            raise not_optimal()
        if not giver_fell.any():
            return giver, -below
        taker_fell = np.zeros(len(below), dtype=np.bool_)
    return None


def _offers(links: Links, givers: Integers, label: Integers) -> tuple[Integers, Integers]:
    """Return the open arcs of these givers, and what each of them asks for at its end."""
    first = links.ptr[givers]
    length = links.ptr[givers + 1] - first
    skipped = first - (np.cumsum(length) - length)
    arc = np.repeat(skipped, length)
    arc += np.arange(len(arc))
    asked = np.repeat(label[givers], length)
    asked -= links.gain[arc]
    if links.opens.all():
        return arc, asked
    kept = links.opens[arc]
    return arc[kept], asked[kept]


def _lower(labels: Integers, at: Integers, to: Integers) -> Flags:
    """Lower labels to what arcs ask for at their ends; return which fell."""
    before = labels.copy()
    np.minimum.at(labels, at, to)
    fell: Flags = labels < before
    return fell


def not_optimal() -> ValueError:
    return ValueError("allocation: is not an optimal plan of these pairs and masses")


def turned(links: Links) -> Links:
    """Return the same plan seen from its takers."""
    row = links.row()
    # A sparse matrix sorts by counting; its entries are the places of the arcs.
    places = csr_array(
        (np.arange(len(row)), links.taker, links.ptr),
        shape=(len(links.giver_spare), len(links.taker_spare)),
    )
    order = places.tocsc().data
    return Links(
        ptr=pointers(links.taker, len(links.taker_spare)),
        taker=row[order],
        gain=links.gain[order],
        opens=links.opens[order],
        used=links.used[order],
        giver_spare=links.taker_spare,
        taker_spare=links.giver_spare,
    )


def compiled_pass() -> Pass | None:
    """Return the compiled pass, or None, with a notice in the log, where it cannot be had."""
    module = compiled_module("matching.plans.price_kernel")
    return None if module is None else cast("Pass", module.by_queue)
