"""Statuses and their order."""

import pytest

from models.catalogue.vocabulary import STATUSES, weakest


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("verified",), "verified"),
        (("verified", "derived"), "derived"),
        (("own_judgement", "secondary", "verified"), "own_judgement"),
        (STATUSES, "unverified"),
    ],
)
def test_a_mixed_fact_is_as_good_as_its_weakest_part(statuses, expected):
    assert weakest(*statuses) == expected
    assert weakest(*reversed(statuses)) == expected
