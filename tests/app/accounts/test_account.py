"""The page of one's own account: name, language, phone."""

from __future__ import annotations

import re

import pytest

from tests.app.accounts.flows import ADDRESS, confirmed, enter, letters, person, send
from tests.app.browsing import IN_CHINESE, chinese, marked

pytestmark = pytest.mark.parametrize("facts_url", ["sqlite"], indirect=True)


@pytest.fixture
def client(app):
    confirmed(app)
    client = app.test_client()
    enter(client)
    return client


def test_name_and_language_are_changed_and_nothing_else(app, client):
    form = {"name": "张三", "language": "zh"}
    answer = send(client, "/account", form)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert (person(app).name, person(app).language) == ("张三", "zh")
    assert '<html lang="zh-CN">' in client.get("/account").text
    refused = send(client, "/account", form | {"email": "evil@example.com"})
    assert refused.status_code == 422
    assert person(app).email == ADDRESS


@pytest.mark.parametrize("name", ["", "<script>", "=1+1", "a\u202eb"])
def test_a_name_that_cannot_be_shown_is_refused_in_both_languages(client, name):
    form = {"name": name, "language": "en"}
    (said,) = marked(send(client, "/account", form).text).values()
    answer = send(client, "/account", form, headers=IN_CHINESE)
    assert (answer.status_code, marked(answer.text)) == (422, {"name": chinese(said)})


def test_a_phone_is_confirmed_by_the_code_of_its_message(app, client):
    send(client, "/account/phone", {"phone": "138 0013 8000"})
    assert person(app).phone == "+8613800138000"
    assert person(app).phone_confirmed_at is None
    (message,) = letters(app, "account.phone")
    assert (message.channel, message.address) == ("sms", "+8613800138000")
    assert message.confidential
    code = re.search(r"\d{6}", message.body)[0]
    wrong = f"{(int(code) + 1) % 10**6:06}"
    answer = send(client, "/account/phone/confirm", {"code": wrong})
    assert marked(answer.text)["code"] == "This code is wrong or too old. Ask for a new one."
    assert send(client, "/account/phone/confirm", {"code": code}).status_code == 303
    assert person(app).phone_confirmed_at is not None
    answer = send(client, "/account/phone/confirm", {"code": code})
    assert answer.status_code == 409


@pytest.mark.parametrize("phone", ["", "12", "1380013800x", "+0123456789", "+86 1\n2", "１３８"])
def test_what_is_no_phone_number_is_refused_in_both_languages(client, phone):
    answer = send(client, "/account/phone", {"phone": phone})
    said = "Write the number with its country, as +86 or +49."
    assert (answer.status_code, marked(answer.text)) == (422, {"phone": said})
    answer = send(client, "/account/phone", {"phone": phone}, headers=IN_CHINESE)
    assert marked(answer.text) == {"phone": chinese(said)}


def test_after_five_wrong_codes_of_a_phone_the_sixth_waits(client):
    send(client, "/account/phone", {"phone": "+4915112345678"})
    said = [
        send(client, "/account/phone/confirm", {"code": "000000"}).status_code for _ in range(6)
    ]
    assert said == [422] * 5 + [429]


def test_not_more_than_four_messages_an_hour_go_to_phones(client):
    said = [
        send(client, "/account/phone", {"phone": f"+491511234567{n}"}).status_code for n in range(5)
    ]
    assert said == [303] * 4 + [429]
