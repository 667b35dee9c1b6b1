"""What a code stands for."""

import pytest

from models.catalogue.crosswalk import CodePlace, build_crosswalk

# EWC: 1 > 2 > 3 and 4; Chinese wastes: category 10 > 11 and 12; Chinese hazardous: 20 > 21.
CODES = {
    1: CodePlace(scheme="EWC", parent_id=None, hazardous=None),
    2: CodePlace(scheme="EWC", parent_id=1, hazardous=None),
    3: CodePlace(scheme="EWC", parent_id=2, hazardous=False),
    4: CodePlace(scheme="EWC", parent_id=2, hazardous=True),
    10: CodePlace(scheme="CN-SW", parent_id=None, hazardous=False),
    11: CodePlace(scheme="CN-SW", parent_id=10, hazardous=False),
    12: CodePlace(scheme="CN-SW", parent_id=10, hazardous=False),
    20: CodePlace(scheme="CN-HW", parent_id=None, hazardous=True),
    21: CodePlace(scheme="CN-HW", parent_id=20, hazardous=True),
}
# Material 100 is 3 and 11; 101 is 11 and nothing European; 102 is 3, 4 and 21; 103 is 4 and 20.
LINKS = [(100, 3), (100, 11), (101, 11), (102, 3), (102, 4), (102, 21), (103, 4), (103, 20)]


@pytest.fixture(scope="module")
def crosswalk():
    return build_crosswalk(CODES, LINKS)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({3}, {3, 11}),
        ({11}, {11, 3}),
        ({12}, {12}),
        ({10}, {10, 11, 12, 3}),
        ({2}, {2, 3, 4, 11, 20, 21}),
        ({1}, {1, 2, 3, 4, 11, 20, 21}),
        ({3, 12}, {3, 11, 12}),
        (set(), set()),
    ],
)
def test_a_code_stands_for_all_below_it_and_their_equals(crosswalk, asked, expected):
    assert crosswalk.accepted(asked) == expected


def test_a_code_that_is_not_hazardous_never_stands_for_one_that_is(crosswalk):
    assert crosswalk.equals[3] == {11}
    assert crosswalk.equals[4] == {20, 21}


def test_an_equal_category_does_not_bring_its_other_codes():
    links = [(100, 3), (100, 10)]
    assert build_crosswalk(CODES, links).accepted({3}) == {3, 10}


def test_a_second_hop_is_not_taken():
    links = [(100, 3), (100, 11), (101, 11), (101, 2)]
    assert build_crosswalk(CODES, links).accepted({3}) == {3, 11}
