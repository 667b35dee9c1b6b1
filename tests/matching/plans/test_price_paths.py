"""The two ways to the extreme prices: round by round, and the compiled queue."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.plans import price_paths
from matching.plans.allocation import allocate
from matching.plans.price_kernel import by_queue
from matching.plans.price_paths import Links, by_rounds, dearest, turned
from matching.search.engines import compiled_module
from tests.matching.plan_oracles import markets_of

ENOUGH = 10**6


def links_of(plain, share=None):
    """Return a market's best plan by value as links from its streams."""
    plan = allocate(plain.pairs, *plain.tonnes, max_share=share)
    pairs, units = plain.pairs, plan.units
    return Links(
        ptr=pairs.ptr,
        taker=pairs.demand,
        gain=np.array(plain.gain, dtype=np.int64),
        opens=np.ones(len(pairs), np.bool_) if plan.limit is None else units < plan.limit,
        used=units > 0,
        giver_spare=plan.unplaced_t > 0.05,
        taker_spare=plan.unused_t > 0.05,
    )


def chain(length):
    """Return sellers in a row, each with its own buyer and, for 1 less, the next one's; all full.

    Only the first seller has something left, so that its price of 0 travels down the whole row.
    """
    node = np.arange(length)
    ptr = np.minimum(2 * np.arange(length + 1), 2 * length - 1)
    taker = np.column_stack((node, node + 1)).ravel()[:-1]
    gain = np.tile([length, length - 1], length)[:-1]
    return Links(
        ptr=ptr,
        taker=taker,
        gain=gain,
        opens=np.ones(len(taker), np.bool_),
        used=gain == length,
        giver_spare=node == 0,
        taker_spare=np.zeros(length, np.bool_),
    )


@settings(max_examples=100, deadline=None)
@given(markets_of(least=0), st.sampled_from([None, 0.5]))
def test_rounds_and_queue_give_the_same_prices_from_either_side(plain, share):
    links = links_of(plain, share)
    for seen in (links, turned(links)):
        expected = by_rounds(seen, ENOUGH)
        for one, other in zip(by_queue(seen), expected, strict=True):
            assert one.tolist() == other.tolist()


@settings(max_examples=50, deadline=None)
@given(markets_of(least=0))
def test_turned_twice_a_plan_is_the_same(plain):
    links = links_of(plain)
    again = turned(turned(links))
    for name in Links.__dataclass_fields__:
        assert getattr(again, name).tolist() == getattr(links, name).tolist()


def test_a_price_travels_down_a_chain_of_sellers_who_compete():
    links = chain(6)
    giver, taker = dearest(links)
    assert giver.tolist() == [0, 1, 2, 3, 4, 5]
    assert taker.tolist() == [6, 5, 4, 3, 2, 1]


def test_rounds_that_do_not_suffice_are_said_and_the_queue_takes_over(monkeypatch):
    links = chain(40)
    assert by_rounds(links, 39) is None
    assert by_rounds(links, 41) is not None
    monkeypatch.setattr(price_paths, "WORTH_LOADING", 1)
    monkeypatch.delitem(sys.modules, "matching.plans.price_kernel")
    for one, other in zip(dearest(links), by_rounds(links, ENOUGH), strict=True):
        assert one.tolist() == other.tolist()


def test_where_nothing_compiles_the_reference_answers_with_a_notice(monkeypatch, caplog):
    links = chain(40)
    expected = dearest(links)
    compiled_module.cache_clear()
    monkeypatch.setitem(sys.modules, "matching.plans.price_kernel", None)
    monkeypatch.delattr("matching.plans.price_kernel")
    for one, other in zip(dearest(links), expected, strict=True):
        assert one.tolist() == other.tolist()
    assert "matching.plans.price_kernel is not available, the reference answers" in caplog.text
    compiled_module.cache_clear()


@pytest.mark.parametrize("way", [by_queue, lambda links: by_rounds(links, ENOUGH)])
def test_a_plan_that_a_swap_would_improve_is_refused_by_both(way):
    # Two sellers and two buyers, each with the partner that the other one should have.
    links = Links(
        ptr=np.array([0, 2, 4]),
        taker=np.array([0, 1, 0, 1]),
        gain=np.array([1, 5, 5, 1]),
        opens=np.ones(4, np.bool_),
        used=np.array([True, False, False, True]),
        giver_spare=np.zeros(2, np.bool_),
        taker_spare=np.zeros(2, np.bool_),
    )
    with pytest.raises(ValueError, match="allocation: is not an optimal plan"):
        way(links)
