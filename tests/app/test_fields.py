"""How numbers and texts are read from outside and written again."""

from __future__ import annotations

from datetime import date
from time import perf_counter
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from app.fields import (
    FACT_UNITS,
    HIGHEST,
    INTERNAL_UNITS,
    Blankable,
    Day,
    Id,
    LongText,
    MassIn,
    MassOrZeroIn,
    MonthlyMassIn,
    Name,
    PriceIn,
    RadiusIn,
    Several,
    ShortText,
    ValueIn,
    among,
    nested,
    outside,
    scaled,
    show_kilometres,
    show_mass,
    show_money,
    show_value,
    shown,
)
from app.places.inputs import AddSite
from models.errors import Invalid
from models.places.coordinates import check_position

RIGHT_TO_LEFT = "\u202e"
UNREADABLE = ["\ufffd", "\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\ue000", "\U0010ffff"]


def complaint(kind, value, **named):
    """What pydantic complains about in one field, by its code."""

    class One(BaseModel):
        field: kind

    try:
        One.model_validate({"field": value}, **named)
    except ValidationError as error:
        ((item),) = error.errors()
        assert item["loc"][0] == "field"
        return item["type"]
    return None


def read(kind, value, **named):
    class One(BaseModel):
        field: kind

    return One.model_validate({"field": value}, **named).field


@pytest.mark.parametrize(
    ("text", "places", "number"),
    [
        ("1200", 2, 120_000),
        ("0.35", 2, 35),
        ("-35.00", 2, -3_500),
        ("−35", 2, -3_500),
        ("－35", 2, -3_500),
        ("1,200", 0, 1_200),
        ("1,200,000.50", 2, 120_000_050),
        ("12 345.5", 1, 123_455),
        ("12\u00a0345", 0, 12_345),
        ("12\u202f345", 0, 12_345),
        ("1，200", 0, 1_200),
        ("１２３", 0, 123),
        ("１２．５", 1, 125),
        (" 7 ", 0, 7),
        ("7.000000000000000000000000000000", 2, 700),
        ("-0", 2, 0),
        ("007", 0, 7),
        ("999999999999999", 0, 999_999_999_999_999),
    ],
)  # fmt: skip
def test_a_decimal_is_read_as_people_of_both_languages_write_it(text, places, number):
    assert scaled(text, places) == number


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "NaN", "nan", "inf", "-inf", "Infinity", "1e400", "1e3", "0x10", "abc", "1.2.3",
        ".5", "5.", "+5", "--5", "1_000", "12,34", "1,2", "0,125", "1.234,567", "1234,567",
        "1 200,300", "1,200 300", "1\n200", "٣", "1" * 16, "9" * 20, "1,,200", "½", "²", "10²", "①",
    ],
)  # fmt: skip
def test_what_could_be_misread_is_refused(text):
    assert complaint(ValueIn, text) == "decimal_string"


@pytest.mark.parametrize("value", [1, 1.5, True, None, [], {}, b"1", float("nan"), 10**30])
def test_numbers_that_are_not_texts_are_refused(value):
    assert complaint(ValueIn, value) == "decimal_string"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (PriceIn, "1.005"),
        (MassIn, "0.0000001"),
        (ValueIn, "1.0000001"),
        (RadiusIn, "1.0005"),
        (ValueIn, "1.0000000000000000000000000000001"),
        (ValueIn, "1." + "0" * 60 + "1"),
        (ValueIn, "123456789012345.00000000000000000000000000001"),
    ],
)
def test_finer_than_the_smallest_unit_is_refused_and_never_rounded(kind, text):
    assert complaint(kind, text) == "too_fine"


@pytest.mark.parametrize(
    ("kind", "lowest", "highest", "below", "above"),
    [
        (MassIn, "0.000001", "1000000000", "0", "1000000000.000001"),
        (MassOrZeroIn, "0", "1000000000", "-0.000001", "1000000001"),
        (MonthlyMassIn, "0", "1000000000", "-1", "1000000001"),
        (PriceIn, "-10000000", "10000000", "-10000000.01", "10000000.01"),
        (ValueIn, "-1000000", "1000000", "-1000000.000001", "1000000.000001"),
        (RadiusIn, "0.001", "5000", "0", "5000.001"),
    ],
)
def test_each_quantity_has_its_range(kind, lowest, highest, below, above):
    for text in (lowest, highest):
        assert complaint(kind, text) is None
    for text in (below, above, "999999999999999"):
        assert complaint(kind, text) == "out_of_range"


def test_whole_numbers_are_units_inside_only_for_callers_inside():
    assert read(MassIn, 5, context=INTERNAL_UNITS) == 5
    assert read(MassIn, "5", context=INTERNAL_UNITS) == 5_000_000
    assert complaint(MassIn, 5) == "decimal_string"
    assert complaint(MassIn, 5, context={"units": "internal"}) == "decimal_string"
    assert complaint(MassIn, True, context=INTERNAL_UNITS) == "decimal_string"
    assert complaint(MassIn, 0, context=INTERNAL_UNITS) == "out_of_range"


@pytest.mark.parametrize(
    ("show", "number", "text"),
    [
        (show_mass, 31_480_000, "31.480"),
        (show_mass, 1, "0.000001"),
        (show_mass, 0, "0.000"),
        (show_money, -35_00, "-35.00"),
        (show_money, 5, "0.05"),
        (show_money, -5, "-0.05"),
        (show_value, 4_200_000, "4.2"),
        (show_value, 5_000_000, "5"),
        (show_kilometres, 26_980, "26.98"),
        (show_kilometres, 100_000, "100"),
    ],
)
def test_a_number_is_written_without_needless_zeros(show, number, text):
    assert show(number) == text


@given(st.integers(-HIGHEST, HIGHEST), st.integers(0, 6), st.integers(0, 3))
def test_what_is_shown_is_read_back_as_the_same_number(number, places, at_least):
    text = shown(number, places, min(at_least, places))
    if len(text.lstrip("-").partition(".")[0]) <= 15:
        assert scaled(text, places) == number


@given(st.integers(0, 10**15 - 1), st.sampled_from([",", " ", "\u00a0", "\u202f", "，"]))
def test_grouping_never_changes_a_number(number, sign):
    assert scaled(f"{number:,}".replace(",", sign), 0) == number


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_but_never_breaks(text):
    assert complaint(ValueIn, text) in {None, "decimal_string", "too_fine", "out_of_range"}
    assert complaint(Name, text) in {
        None, "unreadable", "markup", "formula", "one_line", "string_too_short", "string_unicode",
    }  # fmt: skip


@pytest.mark.parametrize("kind", [Name, ShortText, LongText])
@pytest.mark.parametrize("sign", [*UNREADABLE, RIGHT_TO_LEFT, "\u2066"])
def test_signs_that_cannot_be_read_or_that_turn_the_text_are_refused(kind, sign):
    assert complaint(kind, f"Fly{sign}ash") == "unreadable"


@pytest.mark.parametrize("kind", [Name, ShortText, LongText])
@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "a <b>c</b>", "</p>", "<!-- -->", "<?xml", "< IMG src=x"]
)
def test_markup_is_refused(kind, text):
    assert complaint(kind, text) == "markup"


@pytest.mark.parametrize(
    "text", ["Ash < 5 % lime", "5 <6", "a > b", "Zement & Söhne", "粉煤灰 〈一〉"]
)
def test_signs_of_comparison_are_no_markup(text):
    assert read(Name, text) == text


@pytest.mark.parametrize("kind", [Name, ShortText])
@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", " =1", "\u00a0=1", "\u3000=1", "\t=1", "\n=1", "＝1", "＋1",
        "－1", "＠x", "\ufe6633",
    ],
)  # fmt: skip
def test_a_name_that_a_spreadsheet_would_compute_is_refused(kind, text):
    assert complaint(kind, text) == "formula"


@pytest.mark.parametrize("text", ["a=1", "E-glass", "A+B", "a@b", "−5 °C ash", "'=1"])
def test_such_signs_elsewhere_are_part_of_a_name(text):
    assert read(Name, text) == text


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\tb"])
def test_a_name_stays_on_one_line_and_a_description_need_not(text):
    assert complaint(Name, text) == "one_line"
    assert read(LongText, text) == text


@pytest.mark.parametrize(
    "text",
    ["", "\u200b", "\u200b \u2060", "\ufeff", "\u3164", "\uffa0\u115f \u1160", "\u2800\u200b"],
)
def test_a_name_has_something_to_see(text):
    assert complaint(Name, text) == "string_too_short"


def test_texts_have_their_lengths():
    assert read(Name, "粉" * 120) == "粉" * 120
    assert complaint(Name, "粉" * 121) == "string_too_long"
    assert complaint(ShortText, "a" * 121) == "string_too_long"
    assert len(read(LongText, "a" * 5_000)) == 5_000
    assert complaint(LongText, "a" * 6_000) == "string_too_long"


@pytest.mark.parametrize("value", [5, None, ["a"], b"a"])
def test_a_name_is_a_text(value):
    expected = {b"a": None}.get(value) if isinstance(value, bytes) else "string_type"
    assert complaint(Name, value) == expected


def test_one_letter_written_in_two_ways_is_stored_in_one():
    assert read(Name, "Mu\u0308ller") == "M\u00fcller"


@pytest.mark.parametrize(
    ("value", "day"),
    [("2026-06-01", date(2026, 6, 1)), (" 2026-06-01 ", date(2026, 6, 1)),
     (date(2026, 6, 1), date(2026, 6, 1)), ("2024-02-29", date(2024, 2, 29))],
)  # fmt: skip
def test_a_day_is_written_year_first(value, day):
    assert read(Day, value) == day


@pytest.mark.parametrize(
    "value",
    ["", "0", "86400", "1780272000", "20260601", "1.6.2026", "06/01/2026", "2026-6-1", "today",
     1780272000, 0.0, None, True],
)  # fmt: skip
def test_a_number_or_another_order_is_no_day(value):
    assert complaint(Day, value) == "date_parsing"


@pytest.mark.parametrize("value", ["2026-02-29", "2026-13-01", "2026-06-31", "2026-06-01x"])
def test_a_day_that_is_in_no_calendar_is_refused(value):
    assert complaint(Day, value) == "date_from_datetime_parsing"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", None),
        (str(2**63 - 1), None),
        (str(2**63), "less_than_equal"),
        ("9" * 20, "less_than_equal"),
        ("9" * 5_000, "int_parsing_size"),
        ("0", "greater_than_equal"),
        ("-1", "greater_than_equal"),
        ("1.5", "int_parsing"),
        (1.5, "int_from_float"),
        ("NaN", "int_parsing"),
        ("1e3", "int_parsing"),
        ("", "int_parsing"),
    ],
)
def test_a_number_of_a_row_is_one_that_databases_hold(value, expected):
    assert complaint(Id, value) == expected


def test_blank_is_absent_only_where_that_is_allowed():
    for blank in ("", "  ", "\u3000"):
        assert read(Annotated[MassIn | None, Blankable], blank) is None
        assert complaint(MassIn, blank) == "decimal_string"
        assert read(MonthlyMassIn, blank) == 0


def test_one_ticked_box_is_a_list_of_one():
    boxes = Annotated[list[str], Several]
    assert read(boxes, "tipper") == ["tipper"]
    assert read(boxes, ["tipper", "flatbed"]) == ["tipper", "flatbed"]


def test_only_the_words_of_the_table_are_options():
    kind = Annotated[str, among(("a", "b"))]
    assert read(kind, "b") == "b"
    for word in ("c", "A", "", "ａ"):
        assert complaint(kind, word) == "literal_error"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("lowest_price_minor_per_tonne", 12_34, ("lowest_price_per_t", "12.34")),
        ("amount_minor", -5, ("amount", "-0.05")),
        ("mass_g", 31_480_000, ("mass_t", "31.480")),
        ("sum_millionths", 102_500_000, ("sum", "102.5")),
        ("distance_m", 26_980, ("distance_km", "26.98")),
        ("state", "draft", ("state", "draft")),
        ("minimum_millionths", None, ("minimum_millionths", None)),
        ("most", 60, ("most", 60)),
    ],
)
def test_facts_wear_the_units_of_people_outside(name, value, expected):
    assert outside(name, value) == expected


def test_every_suffix_of_a_fact_is_reached():
    for suffix, replacement, show in FACT_UNITS:
        assert outside(f"some{suffix}", 1_000_000) == (f"some{replacement}", show(1_000_000))


def test_flat_fields_are_gathered_into_rows_and_lists():
    fields = [
        ("name", "Ash"),
        ("months_t-1", "2"),
        ("months_t-0", "1"),
        ("limits-0-parameter", "5"),
        ("limits-0-upper", "9"),
        ("limits-2-upper", "7"),
        ("vehicles", "tipper"),
        ("vehicles", "flatbed"),
    ]
    assert nested(fields) == {
        "name": "Ash",
        "months_t": ["1", "2"],
        "limits": [{"parameter": "5", "upper": "9"}, {"upper": "7"}],
        "vehicles": ["tipper", "flatbed"],
    }


def test_rows_left_wholly_blank_are_dropped():
    fields = [("limits-0-upper", " "), ("limits-0-lower", ""), ("limits-1-upper", "3")]
    assert nested(fields) == {"limits": [{"upper": "3"}]}


@pytest.mark.parametrize("table", ["limits", "closures", "values"])
def test_what_should_be_rows_and_is_flat_becomes_a_field_that_nobody_knows(table):
    assert nested([(f"{table}-0", "5")]) == {f"{table}-0": "5"}
    assert nested([(table, "5")]) == {f"{table}-": "5"}
    rows = [(table, "5"), (f"{table}-0-a", "1"), (f"{table}-0", "2")]
    assert nested(rows) == {f"{table}-": "5", f"{table}-0": "2", table: [{"a": "1"}]}


def test_a_name_sent_very_often_is_gathered_in_time_that_grows_with_it():
    started = perf_counter()
    gathered = nested([("vehicles", "tipper")] * 400_000)
    # Copying the list for each of them would take minutes.
    assert perf_counter() - started < 5
    assert gathered == {"vehicles": ["tipper"] * 400_000}


@pytest.mark.parametrize("digits", ["1" * 5, "1" * 5_000, "²", "x", ""])
def test_a_name_with_something_else_than_a_place_is_a_field_of_its_own(digits):
    assert nested([(f"months_t-{digits}", "1")]) == {f"months_t-{digits}": "1"}
    assert nested([(f"limits-{digits}-upper", "1")]) == {f"limits-{digits}-upper": "1"}


@given(st.lists(st.tuples(st.text("ab-019", max_size=8), st.text(max_size=3)), max_size=8))
def test_gathering_never_breaks_on_what_a_form_sends(items):
    assert set(nested(items)) <= {part for name, _ in items for part in (name, name.split("-")[0])}


def site(**changed):
    return {"name": "Works", "kind": "cement", "lat": "36.2", "lon": "117.6"} | changed


@pytest.mark.parametrize(
    ("changed", "field", "kind"),
    [
        ({"lat": ""}, "lat", "float_parsing"),
        ({"lat": "36,2"}, "lat", "float_parsing"),
        ({"lon": "117°36'"}, "lon", "float_parsing"),
        ({"lon": None}, "lon", "float_type"),
        ({"name": ""}, "name", "string_too_short"),
        ({"name": "=1+1"}, "name", "formula"),
        ({"kind": "<b>"}, "kind", "markup"),
        ({"name_zh": "厂\ufffd"}, "name_zh", "unreadable"),
        ({"coordinate_system": "mercator"}, "coordinate_system", "enum"),
        ({"precision": "guessed"}, "precision", "literal_error"),
        ({"blurred": "perhaps"}, "blurred", "bool_parsing"),
        ({"public_lat": "1"}, "public_lat", "extra_forbidden"),
        ({"organization_id": "1"}, "organization_id", "extra_forbidden"),
    ],
)
def test_a_bad_value_of_a_site_gives_one_complaint_at_its_field(changed, field, kind):
    with pytest.raises(ValidationError) as refused:
        AddSite.model_validate(site(**changed))
    assert [(e["loc"], e["type"]) for e in refused.value.errors()] == [((field,), kind)]


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        ("90.0001", "0", "latitude-impossible"),
        ("-91", "0", "latitude-impossible"),
        ("NaN", "0", "latitude-impossible"),
        ("1e400", "0", "latitude-impossible"),
        ("0", "180.0001", "longitude-impossible"),
        ("0", "NaN", "longitude-impossible"),
        ("0", "-inf", "longitude-impossible"),
    ],
)
def test_a_place_that_is_nowhere_on_earth_is_refused_by_field_or_by_rule(lat, lon, code):
    try:
        command = AddSite.model_validate(site(lat=lat, lon=lon))
    except ValidationError as error:
        ((item),) = error.errors()
        assert item["loc"] == ("lat" if code.startswith("lat") else "lon",)
    else:
        with pytest.raises(Invalid) as refused:
            check_position(command.lat, command.lon)
        assert refused.value.code == code
