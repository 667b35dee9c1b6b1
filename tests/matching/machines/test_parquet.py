"""What is written as Parquet comes back to the same bits."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import HealthCheck, given, settings

from matching.machines.parquet import (
    read_arrays,
    read_demands,
    read_streams,
    write_arrays,
    write_demands,
    write_streams,
)
from tests.matching.markets import markets


def assert_same(one, other):
    for field in fields(one):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if mine is None or mine.dtype == object:
            assert (mine is None) == (theirs is None)
            for area, read in zip(*(([] if a is None else a) for a in (mine, theirs)), strict=True):
                assert area == read
            continue
        assert (mine.dtype, mine.shape) == (theirs.dtype, theirs.shape)
        assert np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(market=markets)
def test_markets_come_back_to_the_same_bits(market, tmp_path):
    streams, demands = market
    write_streams(tmp_path / "streams", streams)
    write_demands(tmp_path / "demands", demands)
    assert_same(streams, read_streams(tmp_path / "streams"))
    assert_same(demands, read_demands(tmp_path / "demands"))


def test_arrays_of_any_lengths_share_a_file(tmp_path):
    arrays = {
        "table": np.arange(6).reshape(2, 3),
        "empty": np.empty((0, 3)),
        "values": np.array([1.5, np.nan, -0.0, np.inf]),
        "small": np.array([1, 2], dtype=np.int32),
        "flags": np.array([True, False]),
    }
    write_arrays(tmp_path / "file", arrays)
    found = read_arrays(tmp_path / "file")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()
