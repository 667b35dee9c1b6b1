"""A hundred thousand random requests over every route as every role, in ten markets."""

import pytest

from tests.canaries import make_world
from tests.fuzzing import Fuzzer, unlimited


@pytest.mark.soak
@pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_random_requests_break_nothing_and_show_nothing_of_others(app, market, seed):
    unlimited(app)
    report = Fuzzer(make_world(app, market), seed=1_000 + seed).run(10_000)
    assert not report.failures, "\n\n".join(report.failures.values())
    assert report.asked == 10_000
