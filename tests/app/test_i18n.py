"""Numbers, names and prices as each reader sees them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import Flask

from app.i18n import (
    named,
    say,
    set_up_languages,
    show_at_least,
    show_number,
    show_price,
    show_signed,
    show_tonnes,
    show_up_to,
)

CHINESE = {"Accept-Language": "zh-CN"}


@pytest.fixture(scope="module")
def site():
    app = Flask(__name__)
    set_up_languages(app)
    return app


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (lambda: show_number(1234567.891, 1), "1,234,567.9"),
        (lambda: show_number(0.5), "0"),
        (lambda: show_up_to(0.10), "0.1"),
        (lambda: show_up_to(12.0), "12"),
        (lambda: show_tonnes(1_500_000_000_000), "1,500,000"),
        (lambda: show_price(-3550, 1), "35.5"),
        (lambda: show_signed(-3550), "−35.5"),
        (lambda: show_signed(3550), "35.5"),
        (lambda: show_at_least(192.301), "192.4"),
        (lambda: show_at_least(192.3), "192.3"),
        (lambda: show_at_least(192.0), "192"),
    ],
)
def test_numbers_are_grouped_and_never_longer_than_asked(site, shown, wanted):
    with site.test_request_context():
        assert shown() == wanted


def test_what_is_said_to_suffice_is_never_rounded_down(site):
    with site.test_request_context():
        for tenths in range(1, 400):
            value = tenths / 37
            assert float(show_at_least(value)) >= value


def test_a_name_is_in_the_readers_language_and_never_translated(site):
    both = SimpleNamespace(name_en="Fly ash", name_zh="粉煤灰")
    only_english = SimpleNamespace(name_en="Togtoh power station", name_zh=None)
    with site.test_request_context():
        assert (named(both), named(only_english)) == ("Fly ash", "Togtoh power station")
    with site.test_request_context(headers=CHINESE):
        assert (named(both), named(only_english)) == ("粉煤灰", "Togtoh power station")


def test_a_text_is_said_in_the_language_of_the_request(site):
    with site.test_request_context():
        assert say("This field is needed.") == "This field is needed."
    with site.test_request_context(headers=CHINESE):
        assert say("This field is needed.") == "此项必填。"
