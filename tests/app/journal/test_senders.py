"""Senders: files that overwrite themselves, mail without a second head, webhooks with a key."""

import json
import smtplib
import stat
import threading
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Network
from typing import ClassVar

import pytest

from app.journal.queries.messages import Letter
from app.journal.services.senders import (
    FileSender,
    RefusedForGood,
    SmtpSender,
    WebhookSender,
    as_email,
    relay_at,
    senders_for,
)
from app.settings import MessagePolicy, OutgoingPolicy, Settings
from models.errors import Invalid

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LI = "li@example.com"
FROM = "Offtake <offtake@example.com>"


def letter(**changed):
    content = {
        "id": 7,
        "channel": "email",
        "address": "li@example.com",
        "language": "zh",
        "subject": "确认邮箱",
        "body": "请打开链接\nhttps://example.com/x\n",
        "created_at": NOON,
    }
    return Letter(**(content | changed))


class Relay:
    """A relay that says what it is told to say."""

    def __init__(self, trouble=None):
        self.trouble, self.mails = trouble, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def send_message(self, mail):
        if self.trouble is not None:
            raise self.trouble
        self.mails.append(mail)


def test_a_file_is_private_and_a_retry_overwrites_itself(tmp_path):
    folder = tmp_path / "instance/outbox"
    sender = FileSender(folder=folder, mail_from=FROM)
    sender.send(letter(body="first"))
    sender.send(letter(body="second"))
    sender.send(letter(id=8, channel="sms", address="+8613800138000", subject="", body="code 1"))
    assert sorted(path.name for path in folder.iterdir()) == ["7.eml", "8.txt"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    mail = message_from_bytes((folder / "7.eml").read_bytes(), policy=default)
    assert mail.get_content().strip() == "second"
    assert "code 1" in (folder / "8.txt").read_text("utf-8")


def test_a_mail_has_one_receiver_and_the_same_id_at_every_attempt():
    mail = as_email(letter(), FROM)
    assert (mail["To"], mail["From"], mail["Subject"]) == ("li@example.com", FROM, "确认邮箱")
    assert mail["Message-ID"] == "<offtake-message-7@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    again = message_from_bytes(bytes(mail), policy=default)
    assert again.get_content().splitlines() == ["请打开链接", "https://example.com/x"]


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "Hello\r\nBcc: all@example.com"},
        {"address": "li@example.com\nBcc: all@example.com"},
    ],
)
def test_a_head_with_a_line_break_is_never_written(tmp_path, changed):
    with pytest.raises(Invalid):
        FileSender(folder=tmp_path, mail_from=FROM).send(letter(**changed))
    assert list(tmp_path.iterdir()) == []


def test_mail_goes_to_the_relay():
    relay = Relay()
    SmtpSender(connect=lambda: relay, mail_from=FROM).send(letter())
    assert [mail["To"] for mail in relay.mails] == ["li@example.com"]


@pytest.mark.parametrize(
    ("trouble", "raised"),
    [
        (smtplib.SMTPRecipientsRefused({LI: (550, b"no li@example.com")}), RefusedForGood),
        (smtplib.SMTPRecipientsRefused({LI: (451, b"later")}), ConnectionError),
        (smtplib.SMTPDataError(554, b"li@example.com is spam"), ConnectionError),
        (smtplib.SMTPSenderRefused(501, b"who?", FROM), ConnectionError),
    ],
)  # fmt: skip
def test_what_a_relay_refuses_is_told_without_the_address(trouble, raised):
    with pytest.raises(raised) as caught:
        SmtpSender(connect=lambda: Relay(trouble), mail_from=FROM).send(letter())
    assert "li@example.com" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_address_of_the_relay_says_how_it_is_spoken_to(monkeypatch):
    said = []

    class Fake:
        def __init__(self, host, port, **more):
            said.append((type(self).__name__, host, port, "context" in more))

        def starttls(self, context):
            said.append("starttls" if context.check_hostname else "in the clear")

        def login(self, user, password):
            said.append((user, password))

    monkeypatch.setattr(smtplib, "SMTP", type("SMTP", (Fake,), {}))
    monkeypatch.setattr(smtplib, "SMTP_SSL", type("SMTP_SSL", (Fake,), {}))
    relay_at("smtp://a%40b:p%3Aq@mail.example.com")()
    relay_at("smtps://mail.example.com")()
    relay_at("smtp://localhost:25?tls=no")()
    assert said == [
        ("SMTP", "mail.example.com", 587, False), "starttls", ("a@b", "p:q"),
        ("SMTP_SSL", "mail.example.com", 465, True),
        ("SMTP", "localhost", 25, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_url": "http://mail.example.com"},
        {"smtp_url": "smtp://"},
        {"smtp_url": "smtp://mail.example.com?tls=no"},
        {"mail_from": "offtake@example.com\nBcc: all@example.com"},
        {"mail_from": "offtake"},
    ],
)
def test_wrong_addresses_stop_the_start(wrong):
    with pytest.raises(ValueError, match=r"give|TLS"):
        Settings(**wrong)


def test_a_channel_without_a_provider_writes_files(tmp_path):
    policy = MessagePolicy(
        outbox=tmp_path, smtp_url="smtp://localhost:25?tls=no", sms_webhook="https://x.cn"
    )
    senders = senders_for(policy)
    assert {channel: type(sender) for channel, sender in senders.items()} == {
        "email": SmtpSender, "sms": WebhookSender, "wecom": FileSender,
    }  # fmt: skip
    assert "smtp" not in repr(policy)
    assert "x.cn" not in repr(policy)


class Gateway(BaseHTTPRequestHandler):
    status = 200
    heard: ClassVar[list[tuple[str, object]]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.headers["Idempotency-Key"], json.loads(body)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def gateway():
    Gateway.status, Gateway.heard = 200, []
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    policy = OutgoingPolicy(trusted_networks=(IPv4Network("127.0.0.0/8"),))
    yield WebhookSender(url=f"http://127.0.0.1:{server.server_port}/sms", policy=policy)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_is_told_the_key_of_the_message_at_every_attempt(gateway):
    sms = letter(channel="sms", address="+8613800138000", subject="", body="code 123456")
    gateway.send(sms)
    gateway.send(sms)
    told = {
        "id": 7, "channel": "sms", "to": "+8613800138000", "language": "zh", "subject": "",
        "text": "code 123456",
    }  # fmt: skip
    assert Gateway.heard == [("offtake-message-7", told)] * 2


@pytest.mark.parametrize(
    ("status", "raised"),
    [(400, RefusedForGood), (422, RefusedForGood), (401, ConnectionError), (429, ConnectionError),
     (503, ConnectionError), (302, ConnectionError)],
)  # fmt: skip
def test_the_answer_of_a_webhook_says_whether_to_try_again(gateway, status, raised):
    Gateway.status = status
    with pytest.raises(raised):
        gateway.send(letter(channel="sms", address="+8613800138000", subject=""))
