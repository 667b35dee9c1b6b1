"""The choice of an engine, and what happens where nothing can be compiled."""

from __future__ import annotations

import sys

import pytest

from matching import top_k
from matching.search import by_kernel, by_tree, engines, kernel
from matching.search.index import build_index
from tests.matching.markets import BEELINE, make_demands, make_streams


@pytest.fixture
def nothing_compiles(monkeypatch):
    """Forget the compiled engine, and make loading it fail as where numba is missing."""
    monkeypatch.delitem(sys.modules, "matching.search.by_kernel")
    monkeypatch.delattr("matching.search.by_kernel")
    monkeypatch.delitem(sys.modules, "matching.search.kernel")
    monkeypatch.setitem(sys.modules, "numba", None)
    engines.compiled_module.cache_clear()
    yield
    engines.compiled_module.cache_clear()


def market():
    return make_streams(), build_index(make_demands())


def test_each_engine_answers_to_its_name():
    assert engines.engine_for("numpy", *market()) is by_tree
    assert engines.engine_for("numba", *market()) is by_kernel


def test_the_compiled_engine_answers_by_itself_once_it_is_loaded(monkeypatch):
    assert engines.engine_for("auto", *market()) is by_kernel
    monkeypatch.delitem(sys.modules, "matching.search.by_kernel")
    assert engines.engine_for("auto", *market()) is by_tree


def test_a_large_market_is_worth_loading_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "matching.search.by_kernel")
    monkeypatch.setattr(engines, "PAIRS_WORTH_LOADING", 1)
    assert engines.engine_for("auto", *market()).__name__ == "matching.search.by_kernel"


def test_an_unknown_engine_is_refused():
    with pytest.raises(ValueError, match="engine: 'abacus' is not one of auto, numpy, numba"):
        engines.engine_for("abacus", *market())


@pytest.mark.usefixtures("nothing_compiles")
def test_without_a_compiler_the_reference_answers_and_the_log_says_so(caplog):
    ranking = top_k(make_streams(), make_demands(), BEELINE, engine="numba")
    assert ranking.demand[0, 0] == 0
    assert "matching.search.by_kernel is not available, the reference answers" in caplog.text
    assert engines.engine_for("numba", *market()) is by_tree
    assert len(caplog.records) == 1


def test_the_kernel_is_kept_for_the_next_process():
    assert kernel.search.stats.cache_path is not None


def test_a_function_is_compiled_for_one_process_where_no_cache_can_be_written(monkeypatch, caplog):
    compile_it = kernel.njit

    def refuse_to_cache(**options):
        if options.get("cache"):
            raise RuntimeError("no locator available")
        return compile_it(**options)

    monkeypatch.setattr(kernel, "njit", refuse_to_cache)
    assert kernel.compiled(lambda number: number + 1)(2) == 3
    assert "The compiled engine is not cached: no locator available" in caplog.text
