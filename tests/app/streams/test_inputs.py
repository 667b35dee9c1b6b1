"""Each bad value of a stream or an assay gives one complaint, at the name of its field."""

from __future__ import annotations

import pytest

from app.edge import read_input
from app.streams.inputs import AddAssay, StreamTerms
from models.errors import Invalid
from tests.market import stream_terms

MONTHS = ["1000"] * 12


def complaints(model, content):
    with pytest.raises(Invalid) as refused:
        read_input(model, content)
    assert refused.value.code == "input"
    return refused.value.facts["errors"]


def read(**changed):
    return read_input(StreamTerms, stream_terms(5, **changed))


def month(number, value):
    return [*MONTHS[:number], value, *MONTHS[number + 1 :]]


def closure(**changed):
    return {"first_day": "2026-07-01", "last_day": "2026-07-31", "reason": "Overhaul"} | changed


def assay(**changed):
    return {
        "sampled_on": "2026-05-01",
        "valid_until": "2027-05-01",
        "laboratory": "Works laboratory",
        "provenance": "own_laboratory",
        "basis": "dry",
        "values": [{"parameter": "1", "typical": "4.2"}],
    } | changed


def value(**changed):
    return {"values": [{"parameter": "1", "typical": "4.2"} | changed]}


@pytest.mark.parametrize(
    ("changed", "field", "kind"),
    [
        ({"months_t": month(3, "NaN")}, "months_t-3", "decimal_string"),
        ({"months_t": month(0, "inf")}, "months_t-0", "decimal_string"),
        ({"months_t": month(11, "1e400")}, "months_t-11", "decimal_string"),
        ({"months_t": month(3, "-1")}, "months_t-3", "out_of_range"),
        ({"months_t": month(3, "9" * 20)}, "months_t-3", "decimal_string"),
        ({"months_t": month(3, "9" * 15)}, "months_t-3", "out_of_range"),
        ({"months_t": month(3, "1.0000001")}, "months_t-3", "too_fine"),
        ({"months_t": month(3, 1.5)}, "months_t-3", "decimal_string"),
        ({"months_t": month(3, None)}, "months_t-3", "decimal_string"),
        ({"months_t": MONTHS[:11]}, "months_t", "too_short"),
        ({"months_t": [*MONTHS, "1"]}, "months_t", "too_long"),
        ({"months_t": "1000"}, "months_t", "list_type"),
        ({"name": ""}, "name", "string_too_short"),
        ({"name": "   "}, "name", "string_too_short"),
        ({"name": "a" * 121}, "name", "string_too_long"),
        ({"name": "<script>alert(1)</script>"}, "name", "markup"),
        ({"name": "=HYPERLINK(1)"}, "name", "formula"),
        ({"name": "Ash\ufffd"}, "name", "unreadable"),
        ({"name": "Ash\x00"}, "name", "unreadable"),
        ({"name": "Ash\x08"}, "name", "unreadable"),
        ({"description": "a" * 6_000}, "description", "string_too_long"),
        ({"description": "<img src=x>"}, "description", "markup"),
        ({"vehicles": "bicycle"}, "vehicles", "literal_error"),
        ({"vehicles": ["tipper", "bicycle"]}, "vehicles", "literal_error"),
        ({"vehicles": []}, "vehicles", "too_short"),
        ({"vehicles": ["tipper"] * 10}, "vehicles", "too_long"),
        ({"physical_form": "plasma"}, "physical_form", "literal_error"),
        ({"rhythm": "sometimes"}, "rhythm", "literal_error"),
        ({"delivery_term": "fob"}, "delivery_term", "literal_error"),
        ({"visibility": "secret"}, "visibility", "literal_error"),
        ({"legal_status": "gift"}, "legal_status", "literal_error"),
        ({"vat_included": "perhaps"}, "vat_included", "bool_parsing"),
        ({"ask_per_t": ""}, "ask_per_t", "decimal_string"),
        ({"ask_per_t": "1.005"}, "ask_per_t", "too_fine"),
        ({"ask_per_t": "10000000.01"}, "ask_per_t", "out_of_range"),
        ({"ask_per_t": -35}, "ask_per_t", "decimal_string"),
        ({"stock_t": "-1"}, "stock_t", "out_of_range"),
        ({"storage_limit_t": "0"}, "storage_limit_t", "out_of_range"),
        ({"waste_code": ""}, "waste_code", "string_too_short"),
        ({"site_id": "0"}, "site_id", "greater_than_equal"),
        ({"site_id": "9" * 20}, "site_id", "less_than_equal"),
        ({"material_id": "x"}, "material_id", "int_parsing"),
        ({"material_id": "9" * 20}, "material_id", "less_than_equal"),
        ({"version": "first"}, "version", "int_parsing"),
        ({"state": "published"}, "state", "extra_forbidden"),
        ({"organization_id": "1"}, "organization_id", "extra_forbidden"),
        ({"ask_minor_per_tonne": "1"}, "ask_minor_per_tonne", "extra_forbidden"),
        ({"closures": [closure()] * 25}, "closures", "too_long"),
        ({"closures": [closure(), closure(last_day="")]}, "closures-1-last_day", "date_parsing"),
        ({"closures": [closure(first_day="86400")]}, "closures-0-first_day", "date_parsing"),
        ({"closures": [closure(reason="=1")]}, "closures-0-reason", "formula"),
        ({"closures": [closure(hours="5")]}, "closures-0-hours", "extra_forbidden"),
    ],
)
def test_a_bad_value_of_a_stream_gives_one_complaint_at_its_field(changed, field, kind):
    assert complaints(StreamTerms, stream_terms(5) | changed) == {field: kind}


@pytest.mark.parametrize(
    "field",
    ["name", "months_t", "vehicles", "site_id", "waste_code", "physical_form", "rhythm",
     "ask_per_t"],
)  # fmt: skip
def test_what_a_stream_needs_is_asked_for(field):
    content = stream_terms(5)
    del content[field]
    assert complaints(StreamTerms, content) == {field: "missing"}


def test_every_bad_field_is_named_at_once():
    content = stream_terms(5, name="", months_t=month(7, "x"), rhythm="never")
    assert complaints(StreamTerms, content) == {
        "name": "string_too_short",
        "months_t-7": "decimal_string",
        "rhythm": "literal_error",
    }


def test_numbers_are_read_as_people_write_them():
    found = read(months_t=["１２３", "1,200", "1 200", "0.5", *[""] * 8], ask_per_t="−35.00")
    assert found.months_g == [123_000_000, 1_200_000_000, 1_200_000_000, 500_000] + [0] * 8
    assert found.ask_minor_per_tonne == -35_00


def test_one_vehicle_or_several_are_read_alike():
    assert read(vehicles="tipper").vehicle_bits == read(vehicles=["tipper"]).vehicle_bits == 2
    assert read(vehicles=["powder_tanker", "tipper"]).vehicle_bits == 3


def test_what_is_left_blank_is_unknown():
    found = read(material_id="", stock_t=" ", storage_limit_t="", legal_status="", version="")
    assert [found.material_id, found.stock_g, found.storage_limit_g] == [None] * 3
    assert [found.legal_status, found.version] == [None] * 2


def test_an_empty_store_is_not_an_unknown_one():
    assert read(stock_t="0").stock_g == 0


def test_twenty_four_closures_are_taken():
    closures = read(closures=[closure()] * 24).closure_rules()
    assert len(closures) == 24
    assert (closures[0].first_day.isoformat(), closures[0].reason) == ("2026-07-01", "Overhaul")


@pytest.mark.parametrize(
    ("changed", "field", "kind"),
    [
        ({"sampled_on": ""}, "sampled_on", "date_parsing"),
        ({"sampled_on": "01.05.2026"}, "sampled_on", "date_parsing"),
        ({"valid_until": "2026-02-30"}, "valid_until", "date_from_datetime_parsing"),
        ({"laboratory": ""}, "laboratory", "string_too_short"),
        ({"laboratory": "@lab"}, "laboratory", "formula"),
        ({"sampling_plan": "a" * 121}, "sampling_plan", "string_too_long"),
        ({"provenance": "hearsay"}, "provenance", "literal_error"),
        ({"basis": "none"}, "basis", "literal_error"),
        ({"moisture": "wet"}, "moisture", "decimal_string"),
        ({"values": []}, "values", "too_short"),
        ({"values": [{"parameter": "1", "typical": "1"}] * 121}, "values", "too_long"),
        (value(parameter="0"), "values-0-parameter", "greater_than_equal"),
        (value(parameter="9" * 20), "values-0-parameter", "less_than_equal"),
        (value(parameter="CaO"), "values-0-parameter", "int_parsing"),
        (value(typical=""), "values-0-typical", "decimal_string"),
        (value(typical="NaN"), "values-0-typical", "decimal_string"),
        (value(typical="<0.1"), "values-0-typical", "decimal_string"),
        (value(typical="1000000.1"), "values-0-typical", "out_of_range"),
        (value(minimum="0.0000001"), "values-0-minimum", "too_fine"),
        (value(maximum="1e3"), "values-0-maximum", "decimal_string"),
        (value(deviation="-0.1"), "values-0-deviation", "out_of_range"),
        (value(method="<b>"), "values-0-method", "markup"),
        (value(unit="%"), "values-0-unit", "extra_forbidden"),
        ({"estimated": "true"}, "estimated", "extra_forbidden"),
    ],
)
def test_a_bad_value_of_an_assay_gives_one_complaint_at_its_field(changed, field, kind):
    assert complaints(AddAssay, assay(**changed)) == {field: kind}


def test_an_assay_is_read_in_millionths():
    found = read_input(AddAssay, assay(moisture="0.5", **value(minimum="", maximum="5,000")))
    assert found.moisture == 500_000
    (only,) = found.values
    assert (only.typical, only.minimum, only.maximum) == (4_200_000, None, 5_000_000_000)
