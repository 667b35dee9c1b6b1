"""What a message may have in its head."""

import pytest

from models.errors import Invalid
from models.journal.messages import check_envelope


def check(channel="email", address="li@example.com", subject="Hello", body="Text\nof two lines"):
    check_envelope(channel, address, subject, body)


@pytest.mark.parametrize(
    ("channel", "address"),
    [("email", "li.wei+ash@mail.example.com"), ("sms", "+8613800138000"), ("wecom", "li_wei")],
)
def test_plain_addresses_pass(channel, address):
    check(channel=channel, address=address)


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "li@example.com\r\nBcc: all@example.com"),
        ("email", "li@example.com\nBcc: all@example.com"),
        ("email", "li@example.com,all@example.com"),
        ("email", "li@example.com all@example.com"),
        ("email", "Li <li@example.com>"),
        ("email", "li@localhost"),
        ("email", ""),
        ("sms", "+86 138"),
        ("sms", "13800138000\n1"),
        ("sms", "١٣٨٠٠١٣٨٠٠٠"),
        ("wecom", "@all|li"),
        ("wecom", "li\n"),
    ],
)
def test_an_address_that_is_more_than_one_is_refused(channel, address):
    with pytest.raises(Invalid) as caught:
        check(channel=channel, address=address)
    assert (caught.value.code, caught.value.facts) == ("message-address", {"field": "address"})


@pytest.mark.parametrize("sign", ["\r", "\n", "\x00", "\u2028", "\x85"])
def test_a_subject_of_two_lines_is_refused(sign):
    with pytest.raises(Invalid, match="one line"):
        check(subject=f"Hello{sign}Bcc: all@example.com")


def test_a_body_is_text_of_bounded_length():
    with pytest.raises(Invalid, match="plain text"):
        check(body="x\x00")
    with pytest.raises(Invalid, match="plain text"):
        check(body="x" * 20_001)
