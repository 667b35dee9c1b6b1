"""Each bad value of a demand gives one complaint, at the name of its field; areas are read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from app.demands.inputs import AREA_CORNERS_MAX, AREA_TEXT_MAX, DemandTerms
from app.edge import read_input
from models.errors import Invalid
from tests.market import demand_terms

SQUARE = [[117, 36], [118, 36], [118, 37], [117, 37], [117, 36]]


def complaints(**changed):
    with pytest.raises(Invalid) as refused:
        read_input(DemandTerms, demand_terms(5) | changed)
    assert refused.value.code == "input"
    return refused.value.facts["errors"]


def read(**changed):
    return read_input(DemandTerms, demand_terms(5, **changed))


def limits(**changed):
    return {"limits": [{"parameter": "1", "upper": "5"} | changed]}


def geojson(kind="Polygon", coordinates=(SQUARE,)):
    return json.dumps({"type": kind, "coordinates": coordinates})


@pytest.mark.parametrize(
    ("changed", "field", "kind"),
    [
        (limits(upper="NaN"), "limits-0-upper", "decimal_string"),
        (limits(upper="inf"), "limits-0-upper", "decimal_string"),
        (limits(upper="1e400"), "limits-0-upper", "decimal_string"),
        (limits(upper="0.0000001"), "limits-0-upper", "too_fine"),
        (limits(upper="9" * 15), "limits-0-upper", "out_of_range"),
        (limits(upper="0,5"), "limits-0-upper", "decimal_string"),
        (limits(lower="<5"), "limits-0-lower", "decimal_string"),
        (limits(parameter=""), "limits-0-parameter", "int_parsing"),
        (limits(parameter="9" * 20), "limits-0-parameter", "less_than_equal"),
        (limits(basis="wet"), "limits-0-basis", "literal_error"),
        (limits(hard="perhaps"), "limits-0-hard", "bool_parsing"),
        (limits(method="=1"), "limits-0-method", "formula"),
        (limits(any_of="a" * 121), "limits-0-any_of", "string_too_long"),
        (limits(unit="%"), "limits-0-unit", "extra_forbidden"),
        ({"limits": [{"parameter": "1", "upper": "5"}] * 61}, "limits", "too_long"),
        ({"months_t": ["2000"] * 3 + ["-1"] + ["2000"] * 8}, "months_t-3", "out_of_range"),
        ({"codes": []}, "codes", "too_short"),
        ({"codes": ["SW02"] * 61}, "codes", "too_long"),
        ({"codes": ["SW02", "<b>"]}, "codes", "markup"),
        ({"price_per_t": "1.5.0"}, "price_per_t", "decimal_string"),
        ({"radius_km": "0"}, "radius_km", "out_of_range"),
        ({"radius_km": "5000.001"}, "radius_km", "out_of_range"),
        ({"radius_km": "1e400"}, "radius_km", "decimal_string"),
        ({"reach": "everywhere"}, "reach", "literal_error"),
        ({"route": "9" * 20}, "route", "less_than_equal"),
        ({"specification": "-1"}, "specification", "greater_than_equal"),
        ({"site_id": "9" * 20}, "site_id", "less_than_equal"),
        ({"name": "\u3000=cmd"}, "name", "formula"),
        ({"description": "a" * 6_000}, "description", "string_too_long"),
        ({"estimated": "true"}, "estimated", "extra_forbidden"),
    ],
)
def test_a_bad_value_of_a_demand_gives_one_complaint_at_its_field(changed, field, kind):
    assert complaints(**changed) == {field: kind}


def test_of_radius_and_area_only_the_chosen_one_is_judged():
    assert read(reach="radius", radius_km="100", area="nonsense").area is None
    assert read(reach="area", radius_km="nonsense", area=geojson()).radius_m is None
    assert complaints(reach="area", radius_km="100", area="nonsense") == {"area": "polygon"}


def test_one_code_or_several_are_read_alike():
    assert read(codes="SW02").codes == ["SW02"]


def test_an_area_is_read_from_a_text_from_an_object_and_as_it_is():
    square = Polygon(SQUARE)
    for area in (geojson(), json.loads(geojson()), square):
        assert read(reach="area", area=area).area.equals(square)


def test_an_area_may_have_several_parts_or_stand_in_a_feature():
    parts = read(reach="area", area=geojson("MultiPolygon", [[SQUARE]])).area
    assert parts.geom_type == "MultiPolygon"
    feature = json.dumps({"type": "Feature", "geometry": json.loads(geojson())})
    assert read(reach="area", area=feature).area.equals(Polygon(SQUARE))


def test_heights_in_an_area_are_left_out():
    high = [[*corner, 100] for corner in SQUARE]
    for area in (geojson(coordinates=[high]), json.loads(geojson(coordinates=[high]))):
        found = read(reach="area", area=area).area
        assert not found.has_z
        assert [list(corner) for corner in found.exterior.coords] == SQUARE


def test_a_blank_area_is_none():
    assert read(reach="area", area="  ").area is None


@pytest.mark.parametrize(
    "area",
    [
        "nonsense", "5", "[]", "null", '"text"', "{}", "[" * 50_000, '{"type": 5}',
        '{"type": "Nonsense", "coordinates": []}',
        '{"type": "GeometryCollection", "geometries": [{"type": "Nonsense"}]}',
        '{"type": "Polygon"}',
        geojson("Point", [117, 36]),
        geojson("LineString", SQUARE),
        geojson(coordinates=[]),
        geojson(coordinates=[SQUARE[:2]]),
        geojson(coordinates=[[[117, 36]] * 4]),
        geojson(coordinates={}),
        geojson(coordinates=[[["a", "b"], *SQUARE]]),
        geojson(coordinates=[[[117, 36, 5], *SQUARE[1:]]]),
        geojson(coordinates=[[[None, 36], *SQUARE[1:]]]),
        '{"type": "Polygon", "coordinates": [[[NaN,0],[1,0],[1,1],[NaN,0]]]}',
        '{"type": "Polygon", "coordinates": [[[1e400,0],[1,0],[1,1],[1e400,0]]]}',
        geojson(coordinates=[[[10**400, 0], [1, 0], [1, 1], [0, 0]]]),
        geojson(coordinates=[[[181, 0], [182, 0], [182, 1], [181, 0]]]),
        geojson(coordinates=[[[0, 91], [1, 91], [1, 92], [0, 91]]]),
    ],
)  # fmt: skip
def test_what_is_no_area_on_earth_is_refused(area):
    assert complaints(reach="area", area=area) == {"area": "polygon"}


@pytest.mark.parametrize("area", [5, True, [], ["a"], {}, {"type": "Polygon"}, 1.5])
def test_an_object_that_is_no_area_is_refused_too(area):
    assert complaints(reach="area", area=area) == {"area": "polygon"}


def test_an_area_that_crosses_itself_is_refused():
    bow_tie = [[117, 36], [118, 37], [118, 36], [117, 37], [117, 36]]
    assert complaints(reach="area", area=geojson(coordinates=[bow_tie])) == {"area": "polygon"}


def test_an_area_of_too_many_corners_is_refused_wherever_they_are():
    allowed = Polygon(SQUARE).buffer(1, quad_segs=AREA_CORNERS_MAX // 4 - 2)
    assert read(reach="area", area=allowed).area.equals(allowed)
    many = Polygon(SQUARE).buffer(1, quad_segs=AREA_CORNERS_MAX // 4)
    holed = box(100, 20, 130, 50).difference(many)
    for area in (many, holed):
        assert complaints(reach="area", area=area) == {"area": "polygon"}


def test_a_huge_text_is_refused_before_it_is_read():
    text = geojson() + " " * AREA_TEXT_MAX
    assert complaints(reach="area", area=text) == {"area": "polygon"}


NUMBERS = st.floats() | st.integers() | st.none() | st.text(max_size=2)
SHAPES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Polygon", "MultiPolygon", "Point", "Feature", "x"]),
        "coordinates": st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=5)),
    }
)


@given(SHAPES)
def test_whatever_is_sent_as_an_area_is_read_or_refused_and_never_breaks(sent):
    try:
        found = read(reach="area", area=json.dumps(sent)).area
    except Invalid as refusal:
        found = refusal.facts["errors"]
    assert found == {"area": "polygon"} or found.is_valid


def test_an_area_is_written_as_it_was_read():
    terms = read(reach="area", area=geojson())
    written = terms.model_dump(mode="json", by_alias=True)["area"]
    assert read(reach="area", area=written).area.equals(terms.area)


def test_the_basis_of_a_limit_is_that_of_its_parameter_unless_said():
    terms = read(limits=[{"parameter": "1", "upper": "5"},
                         {"parameter": "2", "lower": "1", "basis": "as_received"}])  # fmt: skip
    rules = terms.limit_rules({1: "dry", 2: "dry"})
    assert [rule.basis for rule in rules] == ["dry", "as_received"]
    assert [(rule.lower, rule.upper) for rule in rules] == [(None, 5_000_000), (1_000_000, None)]
    assert [rule.hard for rule in rules] == [True, True]
