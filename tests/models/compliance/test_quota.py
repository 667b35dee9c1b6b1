"""How a mass is shared among papers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.compliance.quota import PaperQuota, Part, left_of, share_among, take_from
from models.errors import Conflict
from models.quantities import Grams

JUNE, DECEMBER = date(2026, 6, 30), date(2026, 12, 31)


def paper(number, left_g, until=DECEMBER):
    return PaperQuota(paper_id=number, valid_until=until, left_g=left_g)


def shared(papers, mass_g):
    return [(part.paper_id, part.mass_g) for part in share_among(papers, Grams(mass_g))]


def test_the_paper_that_ends_first_is_used_first():
    papers = [paper(1, 50, None), paper(2, 50), paper(3, 50, JUNE)]
    assert shared(papers, 40) == [(3, 40)]
    assert shared(papers, 120) == [(3, 50), (2, 50), (1, 20)]


def test_of_papers_that_end_together_the_first_filed_is_used_first():
    assert shared([paper(9, 5), paper(4, 5)], 6) == [(4, 5), (9, 1)]


def test_the_whole_scale_can_be_taken_and_not_a_gram_more():
    assert shared([paper(1, 50)], 50) == [(1, 50)]
    with pytest.raises(Conflict) as refused:
        shared([paper(1, 50)], 51)
    assert (refused.value.code, refused.value.facts) == ("quota-exhausted", {"left_mass_g": 50})


def test_what_is_overdrawn_gives_nothing_and_takes_nothing_from_others():
    assert shared([paper(1, -7), paper(2, 10)], 10) == [(2, 10)]


def test_where_one_paper_sets_no_scale_nothing_is_counted():
    assert shared([paper(1, 5), paper(2, None)], 999) == []


def test_what_is_left_is_the_scale_less_what_is_held_and_used():
    assert left_of(Grams(100), reserved_g=Grams(30), used_g=Grams(25)) == 45
    assert left_of(None, reserved_g=Grams(30), used_g=Grams(25)) is None


def test_a_use_takes_what_is_held_and_says_what_was_not():
    held = (Part(paper_id=1, mass_g=Grams(30)), Part(paper_id=2, mass_g=Grams(10)))
    assert take_from(held, Grams(35)) == (
        (Part(paper_id=1, mass_g=30), Part(paper_id=2, mass_g=5)), 0,
    )  # fmt: skip
    assert take_from(held, Grams(50))[1] == 10


@given(st.lists(st.integers(0, 100), max_size=6), st.integers(1, 700))
def test_no_paper_gives_more_than_it_has_and_the_parts_make_the_whole(lefts, mass_g):
    papers = [paper(number, left) for number, left in enumerate(lefts)]
    if mass_g > sum(lefts):
        with pytest.raises(Conflict):
            share_among(papers, Grams(mass_g))
    else:
        parts = share_among(papers, Grams(mass_g))
        assert sum(part.mass_g for part in parts) == mass_g
        assert all(0 < part.mass_g <= lefts[part.paper_id] for part in parts)
