"""How codes are read and written."""

import pytest

from models.catalogue.schemes import (
    FORMS,
    Scheme,
    normalize_code,
    possible_codes,
    shown_code,
)
from models.errors import Invalid


@pytest.mark.parametrize(
    ("scheme", "given", "expected"),
    [
        (Scheme.EWC, "100102", "10 01 02"),
        (Scheme.EWC, "10 01 02*", "10 01 02"),
        (Scheme.EWC, "１００１０２", "10 01 02"),
        (Scheme.EWC, " 10-01 ", "10 01"),
        (Scheme.EWC, "10", "10"),
        (Scheme.CN_HW, "hw08", "HW08"),
        (Scheme.CN_HW, "90021408", "900-214-08"),
        (Scheme.CN_HW, "900–214–08", "900-214-08"),
        (Scheme.CN_SW, "900001s02", "900-001-S02"),
        (Scheme.CN_SW, "sw 17", "SW17"),
        (Scheme.CN_SW, "l3", "L3"),
        (Scheme.BASEL, "h4.1", "H4.1"),
        (Scheme.BASEL, "y 46", "Y46"),
        (Scheme.GBT39198, "６３", "63"),
    ],
)
def test_a_code_is_written_as_its_scheme_writes_it(scheme, given, expected):
    assert normalize_code(scheme, given) == expected


@pytest.mark.parametrize(
    ("scheme", "given"),
    [
        (Scheme.EWC, "1001023"),
        (Scheme.EWC, "10 01 0"),
        (Scheme.EWC, ""),
        (Scheme.CN_HW, "SW08"),
        (Scheme.CN_HW, "900-214-8"),
        (Scheme.CN_SW, "900-001-02"),
        (Scheme.BASEL, "A1010"),
        (Scheme.GBT39198, "6"),
        (Scheme.GBT39198, "six"),
    ],
)
def test_what_is_no_code_of_the_scheme_is_refused(scheme, given):
    with pytest.raises(Invalid) as refusal:
        normalize_code(scheme, given)
    assert refusal.value.code == "waste-code-malformed"
    assert refusal.value.facts == {"scheme": scheme.value, "given": given}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EWC 10 01 02*", ((Scheme.EWC, "10 01 02"),)),
        ("cn-hw: 900-214-08", ((Scheme.CN_HW, "900-214-08"),)),
        ("GBT39198 63", ((Scheme.GBT39198, "63"),)),
        ("CN-SW：SW02", ((Scheme.CN_SW, "SW02"),)),
        ("900-214-08", ((Scheme.CN_HW, "900-214-08"),)),
        ("63", ((Scheme.EWC, "63"), (Scheme.GBT39198, "63"))),
        ("EWC 900-214-08", ()),
        ("fly ash", ()),
    ],
)
def test_a_named_scheme_is_meant_and_without_one_all_that_fit(text, expected):
    assert possible_codes(text) == expected


def test_only_a_hazardous_european_entry_wears_a_star():
    assert shown_code("EWC", "16 06 01", hazardous=True) == "16 06 01*"
    assert shown_code("EWC", "10 01 02", hazardous=False) == "10 01 02"
    assert shown_code("EWC", "10 01", hazardous=None) == "10 01"
    assert shown_code("CN-HW", "HW08", hazardous=True) == "HW08"


def test_every_scheme_has_a_form():
    assert set(FORMS) == set(Scheme)
