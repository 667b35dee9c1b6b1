"""Several verdicts together."""

from __future__ import annotations

import pytest

from models.compliance.rules.verdicts import Outcome, Verdict, gravest

ORDER = list(Outcome)


def verdict(outcome):
    return Verdict(rule="r", outcome=outcome, reason="x", clause="")


@pytest.mark.parametrize("graver", range(1, len(ORDER)))
def test_the_gravest_outcome_counts_whatever_the_order(graver):
    pair = [verdict(ORDER[graver - 1]), verdict(ORDER[graver])]
    assert gravest(pair) is gravest(reversed(pair)) is ORDER[graver]


def test_no_verdict_allows():
    assert gravest([]) is Outcome.ALLOWED


def test_a_filing_and_an_approval_can_be_had_and_do_not_stop():
    assert [verdict(outcome).stops for outcome in ORDER] == [False, False, False, True, True]
