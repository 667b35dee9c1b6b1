"""Addresses, passwords and roles as they are sent."""

from __future__ import annotations

import pytest

from app.accounts.inputs import RegisterOrganization, RegisterUser
from app.accounts.inputs.organizations import OpenOrganization
from app.edge import read_input
from models.errors import Invalid

USER = {
    "email": "a@example.com",
    "name": "A",
    "password": "twelve signs",
    "role": "trader",
}


def complaints(model, content):
    with pytest.raises(Invalid) as refused:
        read_input(model, content)
    return refused.value.facts["errors"]


@pytest.mark.parametrize("email", ["A@Example.COM", " a@example.com ", "a@EXAMPLE.com\n"])
def test_an_address_is_the_same_however_it_is_written(email):
    assert read_input(RegisterUser, USER | {"email": email}).email == "a@example.com"


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("", "string_pattern_mismatch"),
        ("a", "string_pattern_mismatch"),
        ("a@b", "string_pattern_mismatch"),
        ("a b@example.com", "string_pattern_mismatch"),
        ("a@b@example.com", "string_pattern_mismatch"),
        ("a" * 65 + "@example.com", "string_pattern_mismatch"),
        ("a\x00@example.com", "unreadable"),
        ("a\ufffd@example.com", "unreadable"),
        ("<b>@example.com", "markup"),
        ("a@" + "b" * 200 + ".com", "string_too_long"),
        (None, "string_type"),
    ],
)
def test_what_is_no_address_is_refused_before_any_database_sees_it(email, kind):
    assert complaints(RegisterUser, USER | {"email": email}) == {"email": kind}


@pytest.mark.parametrize("role", ["visitor", "system", "admin", "", "OWNER"])
def test_only_a_members_role_is_given(role):
    assert complaints(RegisterUser, USER | {"role": role}) == {"role": "literal_error"}


@pytest.mark.parametrize(
    ("length", "kind"),
    [(11, "string_too_short"), (12, None), (128, None), (129, "string_too_long")],
)
def test_a_password_has_from_twelve_to_a_hundred_and_twenty_eight_signs(length, kind):
    content = USER | {"password": "p" * length}
    if kind is None:
        assert len(read_input(RegisterUser, content).password.get_secret_value()) == length
    else:
        assert complaints(RegisterUser, content) == {"password": kind}


def test_a_password_is_never_shown():
    command = read_input(RegisterUser, USER)
    assert "twelve signs" not in f"{command!r} {command.model_dump_json()}"


def test_an_organization_is_registered_by_name_alone():
    command = read_input(RegisterOrganization, {"name": "Works"})
    assert (command.demonstration, command.invented, command.name_zh) == (False, False, None)
    assert complaints(RegisterOrganization, {"name": "=1"}) == {"name": "formula"}


@pytest.mark.parametrize(
    "name",
    [
        "\u0410cme Recycling",  # a Cyrillic capital where Latin has its A
        "Acm\u0435",
        "\u039face",  # a Greek omicron
        "Ac\u200bme",  # a blank that nobody sees
        "\U0001d400cme",
        "Acme \u3164",
    ],
)
@pytest.mark.parametrize("field", ["name", "name_zh"])
@pytest.mark.parametrize("model", [RegisterOrganization, OpenOrganization])
def test_no_organization_is_named_so_that_it_looks_like_another(model, field, name):
    content = {"name": "Acme"} | ({"register_number": "1"} if model is OpenOrganization else {})
    assert complaints(model, content | {field: name}) == {field: "look_alike"}


@pytest.mark.parametrize("name", ["Acme", "宁波回收 Acme 公司", "Вторсырьё Acme", "Łódź Ökö 3"])
def test_a_name_whose_words_are_each_of_one_alphabet_is_taken(name):
    assert read_input(RegisterOrganization, {"name": name, "name_zh": name}).name == name
