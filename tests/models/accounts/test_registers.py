"""Numbers of registers: each kind where it belongs, written alike however they are sent."""

from __future__ import annotations

import pytest

from models.accounts.registers import read_register
from models.errors import Invalid


@pytest.mark.parametrize(
    ("register", "country", "written", "stored"),
    [
        ("cn_credit_code", "CN", "91350100m000100y43", "91350100M000100Y43"),
        ("foreign", "DE", " hrb  86891 ", "HRB 86891"),
        ("foreign", "GB", "０１２３４５６７", "01234567"),
        ("foreign", "HK", "1234567-8", "1234567-8"),
    ],
)
def test_a_number_is_stored_in_one_way(register, country, written, stored):
    assert read_register(register, country, written) == stored


@pytest.mark.parametrize(
    ("register", "country", "written", "code", "field"),
    [
        ("cn_credit_code", "DE", "91350100M000100Y43", "register-of-china", "country"),
        ("foreign", "CN", "HRB 1", "register-credit-code", "register_kind"),
        ("foreign", "DE", "HRB", "register-number", "register_number"),
        ("foreign", "DE", "<script>1", "register-number", "register_number"),
        ("foreign", "DE", "H\u0420B 1", "register-number", "register_number"),
        ("foreign", "DE", "1" * 41, "register-number", "register_number"),
        ("cn_credit_code", "CN", "1", "credit-code-length", "register_number"),
    ],
)
def test_what_cannot_be_a_number_is_refused_by_field(register, country, written, code, field):
    with pytest.raises(Invalid) as refusal:
        read_register(register, country, written)
    assert (refusal.value.code, refusal.value.facts["field"]) == (code, field)
