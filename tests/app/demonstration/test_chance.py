"""Drawn values depend on seed, key and label, and on nothing else."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.demonstration.chance import Chance


@given(st.integers(), st.text(), st.integers(-1000, 1000), st.integers(0, 1000))
def test_a_whole_number_stays_between_its_ends(seed, key, lowest, width):
    assert lowest <= Chance(seed, key).between("x", lowest, lowest + width) <= lowest + width


def test_the_order_of_draws_does_not_matter():
    first, second = Chance(7, "a"), Chance(7, "a")
    forward = [first.share("x"), first.share("y")]
    backward = [second.share("y"), second.share("x")]
    assert forward == backward[::-1]


def test_seed_key_and_label_each_change_the_draw():
    draws = {Chance(s, k).share(x) for s in (1, 2) for k in ("a", "b") for x in ("x", "y")}
    assert len(draws) == 8


def test_a_percentage_is_met_on_the_whole():
    met = sum(Chance(1, str(i)).happens("x", 30) for i in range(2_000))
    assert met == 613
    assert not any(Chance(1, str(i)).happens("x", 0) for i in range(100))
    assert all(Chance(1, str(i)).happens("x", 100) for i in range(100))


def test_a_draw_is_an_exact_fraction_of_the_unit():
    share = Chance(7, "a").share("x")
    assert 0 <= share < 1
    assert share * 2**64 == Fraction(int(share * 2**64))
