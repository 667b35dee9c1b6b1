"""How messages leave: into files, by SMTP, by a webhook; with the id, so that a retry is told.

Whatever is raised here is tried again later; `RefusedForGood` is not.
"""

from __future__ import annotations

import json
import os
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from app.journal.queries.messages import Letter
from app.outgoing import post
from app.settings import MessagePolicy, OutgoingPolicy
from models.journal.messages import CHANNELS, check_envelope

_TIMEOUT_SECONDS: Final = 20
_REFUSED_FOR_GOOD: Final = range(500, 600)
_TAKEN: Final = range(200, 300)
_CLIENT_ERRORS: Final = range(400, 500)
_LATER: Final = frozenset({401, 403, 404, 408, 425, 429})  # a wrong key or address is mended by us
Connect = Callable[[], smtplib.SMTP]


class RefusedForGood(Exception):
    """The provider will not take this message, however often it is asked. Says why, as a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sender(Protocol):
    """Takes a message to its provider. Called outside any transaction, and maybe again."""

    def send(self, letter: Letter) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSender:
    """Writes each message into a file of its own, named by its id: a retry overwrites itself."""

    folder: Path
    mail_from: str

    def send(self, letter: Letter) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if letter.channel == "email":
            name, content = f"{letter.id}.eml", bytes(as_email(letter, self.mail_from))
        else:
            said = f"To: {letter.address}\nChannel: {letter.channel}\n\n{letter.body}\n"
            name, content = f"{letter.id}.txt", said.encode()
        draft = self.folder / f".{name}.{os.getpid()}"
        with open(draft, "wb", opener=_private) as file:
            file.write(content)
        draft.replace(self.folder / name)  # whole or not at all


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSender:
    """Hands mail to a relay. `Message-ID` stays the same, so that a retry can be told apart."""

    connect: Connect
    mail_from: str

    def send(self, letter: Letter) -> None:
        mail = as_email(letter, self.mail_from)
        try:
            with self.connect() as relay:
                relay.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            if codes and all(code in _REFUSED_FOR_GOOD for code in codes):
                raise RefusedForGood(f"smtp_{codes[0]}") from None
            raise ConnectionError(f"the relay put the recipient off: {codes}") from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            # Its text may quote the address; the code says enough.
            raise ConnectionError(f"the relay answered {error.smtp_code}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSender:
    """Posts a message as JSON to a gateway for SMS or WeCom, with a key that makes it count once.

    `Idempotency-Key` is the same at every attempt. 2xx: taken; another 4xx than "later": refused
    for good; everything else is tried again.
    """

    url: str
    policy: OutgoingPolicy

    def send(self, letter: Letter) -> None:
        check_envelope(letter.channel, letter.address, letter.subject, letter.body)
        body = {
            "id": letter.id,
            "channel": letter.channel,
            "to": letter.address,
            "language": letter.language,
            "subject": letter.subject,
            "text": letter.body,
        }
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": f"offtake-message-{letter.id}",
        }
        answer = post(self.url, json.dumps(body).encode(), headers, self.policy)
        if answer.status in _TAKEN:
            return
        if answer.status in _CLIENT_ERRORS and answer.status not in _LATER:
            raise RefusedForGood(f"http_{answer.status}")
        raise ConnectionError(f"the gateway answered {answer.status}")


def as_email(letter: Letter, mail_from: str) -> EmailMessage:
    """The message as RFC 5322 has it; a line break in its head is refused, never sent."""
    check_envelope(letter.channel, letter.address, letter.subject, letter.body)
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = f"<offtake-message-{letter.id}@{mail_from.rpartition('@')[2].strip('>')}>"
    mail["Date"] = format_datetime(letter.created_at)
    mail["From"] = mail_from
    mail["To"] = letter.address
    mail["Subject"] = letter.subject
    mail["Content-Language"] = letter.language
    mail["Auto-Submitted"] = "auto-generated"  # no holiday greeting in return, RFC 3834
    mail.set_content(letter.body)
    return mail


def relay_at(url: str) -> Connect:
    """A connection to `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`.

    `smtp://localhost:25?tls=no` speaks in the clear; the settings allow that to this machine only.
    """
    parts = urlsplit(url)
    host, encrypted = parts.hostname or "", parts.scheme == "smtps"
    clear = parse_qs(parts.query).get("tls") == ["no"]

    def connect() -> smtplib.SMTP:
        context = ssl.create_default_context()
        if encrypted:
            relay: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=_TIMEOUT_SECONDS, context=context
            )
        else:
            relay = smtplib.SMTP(host, parts.port or 587, timeout=_TIMEOUT_SECONDS)
            if not clear:
                relay.starttls(context=context)
        if parts.username:
            relay.login(unquote(parts.username), unquote(parts.password or ""))
        return relay

    return connect


def senders_for(policy: MessagePolicy) -> Mapping[str, Sender]:
    """The configured sender of each channel; what has none writes files."""
    files = FileSender(folder=policy.outbox, mail_from=policy.mail_from)
    senders: dict[str, Sender] = dict.fromkeys(CHANNELS, files)
    if policy.smtp_url:
        senders["email"] = SmtpSender(connect=relay_at(policy.smtp_url), mail_from=policy.mail_from)
    for channel, url in (("sms", policy.sms_webhook), ("wecom", policy.wecom_webhook)):
        if url:
            senders[channel] = WebhookSender(url=url, policy=policy.outgoing)
    return senders


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
