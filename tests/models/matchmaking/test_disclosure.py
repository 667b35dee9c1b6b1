"""What sums over a few say: no sum, rest or total lets anybody work out one or two."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.matchmaking.disclosure import Contributors, disclose, is_shown


def behind(everybody, known=()):
    return Contributors(all=frozenset(everybody), known=frozenset(known))


@pytest.mark.parametrize(
    ("everybody", "known", "shown"),
    [
        ((), (), False),
        ((1,), (), False),
        ((1, 2), (), False),
        ((1, 2), (1, 2), False),
        ((1, 2, 3), (), True),
        ((1, 2, 3), (1, 2, 3), True),
        # Whoever knows two of three knows the third by subtraction.
        ((1, 2, 3), (1, 2), False),
        ((1, 2, 3), (1,), False),
        ((1, 2, 3, 4), (1,), True),
        ((1, 2, 3, 4, 5), (1, 2, 3), False),
    ],
)
def test_three_stand_behind_a_sum_and_three_are_left_of_the_unknown(everybody, known, shown):
    assert is_shown(behind(everybody, known)) is shown


def test_small_categories_are_put_together_and_the_total_goes_with_them():
    found = disclose({"ash": behind({1, 2, 3}), "slag": behind({1, 2}), "sludge": behind({4})})
    assert (found.shown, found.rest) == ({"ash"}, {"slag", "sludge"})
    assert (found.rest_is_shown, found.total_is_shown) == (True, True)


def test_a_rest_that_bares_somebody_takes_the_total_with_it():
    found = disclose({"ash": behind({1, 2, 3}), "slag": behind({4})})
    assert (found.shown, found.rest) == ({"ash"}, {"slag"})
    assert (found.rest_is_shown, found.total_is_shown) == (False, False)


def test_without_a_rest_the_total_is_said():
    found = disclose({"ash": behind({1, 2, 3}), "slag": behind({3, 4, 5})})
    assert (found.rest, found.rest_is_shown, found.total_is_shown) == (set(), False, True)
    assert disclose({}).total_is_shown is False


categories = st.dictionaries(
    st.integers(0, 5),
    st.tuples(st.frozensets(st.integers(0, 7), min_size=1), st.frozensets(st.integers(0, 7))).map(
        lambda pair: behind(pair[0], pair[0] & pair[1])
    ),
    max_size=5,
)


@given(categories)
def test_no_sum_or_difference_of_what_is_said_has_one_or_two_hidden_ones_alone(contributors):
    """Every total less any of the shown parts still has none or three hidden behind it."""
    found = disclose(contributors)
    said = [contributors[key] for key in found.shown]
    for part in said:
        assert len(part.all) >= 3
        assert len(part.all - part.known) not in {1, 2}
    if found.total_is_shown and found.rest:
        hidden = set()
        for key in found.rest:
            hidden |= contributors[key].all - contributors[key].known
        assert len(hidden) not in {1, 2}
        assert found.rest_is_shown
    # Everything shown taken away from the total is the rest, and nothing less can be taken.
    for size in range(len(found.shown) + 1):
        for chosen in combinations(sorted(found.shown), size):
            left = (found.shown | found.rest) - set(chosen)
            if found.total_is_shown and left:
                hidden = set()
                for key in left:
                    hidden |= contributors[key].all - contributors[key].known
                assert len(hidden) not in {1, 2}
