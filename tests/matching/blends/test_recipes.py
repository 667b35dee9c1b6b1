"""What a blend is asked for: refused by array and index where it makes no sense."""

from __future__ import annotations

import numpy as np
import pytest

from matching.blends.recipes import (
    Amount,
    Compositions,
    Forms,
    Limits,
    Recipes,
    as_amount,
    as_compositions,
    check_forms,
)
from tests.matching.blend_cases import INF, NAN, free


def test_one_number_stands_for_all_and_what_is_left_out_is_unknown():
    parts = Compositions([[1.0, 2.0]] * 3, moisture=0.25, deviation=0.5, dry=True)
    assert parts.moisture.tolist() == [0.25] * 3
    assert parts.deviation.tolist() == [[0.5, 0.5]] * 3
    assert parts.dry.tolist() == [True, True]
    assert parts.mixing.tolist() == [True, True]
    assert np.isnan(parts.minimum).all()
    assert parts.dry_share().tolist() == [0.75] * 3
    assert len(parts) == 3


def test_arrays_are_copied_and_closed():
    typical = np.array([[1.0]])
    parts = as_compositions(typical)
    typical[0, 0] = 9.0
    assert parts.typical.tolist() == [[1.0]]
    assert as_compositions(parts) is parts
    for name in ("typical", "minimum", "maximum", "deviation", "moisture", "mixing", "dry"):
        assert not getattr(parts, name).flags.writeable


def test_what_is_held_is_expected_or_guaranteed():
    parts = Compositions([[5.0, NAN]], [[4.0, 1.0]], [[NAN, 3.0]], deviation=[[0.5, 1.0]])
    low, high = parts.held(Limits([0.0, 0.0], [9.0, 9.0], z=3.0))
    assert low.tolist() == [[3.5, pytest.approx(NAN, nan_ok=True)]]
    assert high[0, 0] == 6.5
    low, high = parts.held(Limits([0.0, 0.0], [9.0, 9.0], quality="guaranteed"))
    assert (low.tolist(), high.tolist()) == ([[4.0, 1.0]], [[5.0, 3.0]])


def test_a_number_is_an_exact_amount():
    amount = as_amount(7)
    assert (amount.least_t, amount.most_t) == (7.0, 7.0)
    assert amount.lots(2).tolist() == [0.0, 0.0]
    assert as_amount(amount) is amount


def test_forms_are_of_every_demand_or_of_those_named():
    forms = Forms([[1.0], [2.0]], [0.0, 1.0])
    assert [a.tolist() for a in forms.owners(2)] == [[0, 0, 1, 1], [0, 1, 0, 1]]
    forms = Forms([[1.0], [2.0]], [0.0, 1.0], [1, 0])
    assert [a.tolist() for a in forms.owners(2)] == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Compositions([1.0]), r"typical: expected shape \(any, any\), got \(1,\)"),
        (lambda: Compositions([[1.0]], [[INF]]), r"minimum\[0, 0\]: is infinite"),
        (lambda: Compositions([[1.0]], [[2.0]]), r"minimum\[0, 0\]: is above typical"),
        (lambda: Compositions([[1.0]], maximum=[[0.0]]), r"typical\[0, 0\]: is above maximum"),
        (lambda: Compositions([[NAN]], [[2.0]], [[1.0]]), r"minimum\[0, 0\]: is above maximum"),
        (lambda: Compositions([[1.0]], deviation=[[-1]]), r"deviation\[0, 0\]: is negative"),
        (lambda: Compositions([[1.0]], moisture=[1.0]), r"moisture\[0\]: is outside 0 to 1"),
        (lambda: Compositions([[1.0]], moisture=[1, 2]), r"moisture: expected shape \(1\)"),
        (lambda: Compositions([[1.0]], mixing=[1]), r"mixing: expected true or false, got int64"),
        (lambda: Compositions([[1.0]], dry=[True] * 2), r"dry: expected shape \(1\), got \(2,\)"),
        (lambda: Limits([NAN], [1.0]), r"lower\[0\]: is NaN; no limit is -inf"),
        (lambda: Limits([0.0], [NAN]), r"upper\[0\]: is NaN; no limit is \+inf"),
        (lambda: Limits([0.0, 2.0], [1.0, 1.0]), r"lower\[1\]: is above upper"),
        (lambda: Limits([INF], [INF]), r"lower\[0\]: is \+inf, which nothing can meet"),
        (lambda: Limits([-INF], [-INF]), r"upper\[0\]: is -inf, which nothing can meet"),
        (lambda: Limits([0.0], [1.0, 2.0]), r"upper: expected shape \(1\), got \(2,\)"),
        (lambda: Limits(0.0, 1.0), r"lower: expected shape \(any\), got \(\)"),
        (lambda: Limits([0.0], [1.0], "hoped"), r"quality: 'hoped' is neither"),
        (lambda: Limits([0.0], [1.0], z=-1.0), r"z: is negative"),
        (lambda: Limits([0.0], [1.0], "guaranteed", 1.0), r"z: only expected values"),
        (lambda: Forms([[NAN]], [1.0]), r"coef\[0, 0\]: is not a finite number"),
        (lambda: Forms([[1.0]], [NAN]), r"bound\[0\]: is NaN; no limit is \+inf"),
        (lambda: Forms([[1.0]], [-INF]), r"bound\[0\]: is -inf, which nothing can meet"),
        (lambda: Forms([[1.0]], [1.0, 2.0]), r"bound: expected shape \(1\), got \(2,\)"),
        (lambda: Forms([[1.0]], [1.0], [0.5]), r"demand: expected whole numbers"),
        (lambda: Amount(0.0, 0.0), r"most_t: 0.0 is not above 0"),
        (lambda: Amount(-1.0, 2.0), r"least_t: is negative"),
        (lambda: Amount(3.0, 2.0), r"least_t: 3.0 is above most_t, 2.0"),
        (lambda: Amount(0.0, INF), r"most_t: is not a finite number"),
        (lambda: Amount(1.0, 2.0, most_sources=0), r"most_sources: 0 is below 1"),
        (lambda: Amount(1.0, 2.0, [1.0, -1.0]).lots(2), r"smallest_lot_t\[1\]: is negative"),
        (lambda: as_amount(-3.0), r"amount_t: -3.0 is not a finite number above 0"),
        (lambda: Recipes([-1.0], free(1)), r"capacity_t\[0\]: is negative"),
        (lambda: Recipes([1.0], free(1)), r"lower: expected shape \(1, any\), got \(1,\)"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_and_index(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_form_of_dry_and_other_parameters_is_refused():
    parts = Compositions([[1.0, 2.0]], dry=[True, False])
    check_forms(Forms([[1.0, 0.0], [0.0, 1.0]], [1.0, 1.0]), parts)
    with pytest.raises(ValueError, match=r"coef\[1\]: speaks of dry parameters and of others"):
        check_forms(Forms([[1.0, 0.0], [1.0, 1.0]], [1.0, 1.0]), parts)


def test_single_numbers_are_kept_as_plain_floats_or_refused_by_name():
    limits = Limits([0.0], [1.0], z=np.array(2, dtype=np.int8))
    amount = Amount(np.array(1), np.float32(5))
    for number in (limits.z, amount.least_t, amount.most_t):
        assert type(number) is float
    for make, name in (
        (lambda: Limits([0.0], [1.0], z="1"), "z"),
        (lambda: Amount("1", 5.0), "least_t"),
        (lambda: Amount(1.0, "5"), "most_t"),
        (lambda: Amount(1.0, None), "most_t"),
    ):
        with pytest.raises(ValueError, match=f"^{name}: expected numbers"):
            make()
