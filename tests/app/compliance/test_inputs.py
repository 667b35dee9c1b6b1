"""A paper as it is sent."""

from __future__ import annotations

import pytest

from app.compliance.inputs import FilePaper
from app.edge import read_input
from models.errors import Invalid

PAPER = {"site_id": "5", "kind": "eia_approval", "number": "EIA 7", "valid_from": "2026-01-01"}


@pytest.mark.parametrize(
    ("changed", "field", "kind"),
    [
        ({"site_id": "9" * 20}, "site_id", "less_than_equal"),
        ({"kind": "driving_licence"}, "kind", "literal_error"),
        ({"number": ""}, "number", "string_too_short"),
        ({"number": "-1"}, "number", "formula"),
        ({"number": "7\x00"}, "number", "unreadable"),
        ({"valid_from": ""}, "valid_from", "date_parsing"),
        ({"valid_from": "1780272000"}, "valid_from", "date_parsing"),
        ({"valid_until": "31.12.2026"}, "valid_until", "date_parsing"),
        ({"codes": ["HW18", "<b>"]}, "codes", "markup"),
        ({"codes": ["HW18"] * 201}, "codes", "too_long"),
        ({"yearly_quota_t": "0"}, "yearly_quota_t", "out_of_range"),
        ({"yearly_quota_t": "1.0000001"}, "yearly_quota_t", "too_fine"),
        ({"demonstration": "true"}, "demonstration", "extra_forbidden"),
    ],
)
def test_a_bad_value_of_a_paper_gives_one_complaint_at_its_field(changed, field, kind):
    with pytest.raises(Invalid) as refused:
        read_input(FilePaper, PAPER | changed)
    assert refused.value.facts["errors"] == {field: kind}


def test_a_paper_may_have_no_end_no_codes_and_no_quota():
    paper = read_input(FilePaper, PAPER | {"valid_until": "", "yearly_quota_t": " "})
    assert (paper.valid_until, paper.codes, paper.yearly_quota_g) == (None, [], None)


def test_one_code_or_several_are_read_alike():
    assert read_input(FilePaper, PAPER | {"codes": "HW18"}).codes == ["HW18"]
