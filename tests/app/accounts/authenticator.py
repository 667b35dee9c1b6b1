"""An authenticator in software: passkeys are tested without a browser (WebAuthn level 3)."""

from __future__ import annotations

import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from html import unescape
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.app.accounts.flows import send

_FORM = re.compile(r'action="([^"]+)" data-passkey="\w+" data-options="([^"]+)"')
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """Holds one key. `verifies`: whether it makes sure that its owner is there."""

    def __init__(self, *, verifies: bool = True, origin: str = "http://localhost") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.handle = b""
        self.flags = _PRESENT | (_VERIFIED if verifies else 0)
        self.origin = origin
        self.count = 0

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        self.handle = raw(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        name = len(self.credential_id).to_bytes(2) + self.credential_id
        facts = self._facts(options["rp"]["id"], _ATTESTED) + bytes(16) + name + cbor2.dumps(public)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": facts})
        said = self._said("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": text(said), "attestationObject": text(attested)})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        facts = self._facts(options["rpId"])
        said = self._said("webauthn.get", options["challenge"])
        signature = self.key.sign(facts + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {
            "clientDataJSON": text(said),
            "authenticatorData": text(facts),
            "signature": text(signature),
            "userHandle": text(self.handle),
        }
        return self._answer(answer)

    def _facts(self, rp_id: str, flags: int = 0) -> bytes:
        self.count += 1
        head = sha256(rp_id.encode()).digest() + bytes([self.flags | flags])
        return head + self.count.to_bytes(4)

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = text(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}


def question(page: TestResponse) -> tuple[str, dict[str, Any]]:
    """Where the answer goes, and what the authenticator is asked."""
    found = _FORM.search(page.text)
    assert found is not None, page.text
    return unescape(found[1]), json.loads(unescape(found[2]))


def add_passkey(client: FlaskClient, key: Authenticator, name: str = "key") -> TestResponse:
    page = send(client, "/account/passkeys", {"name": name, "usage": "first"})
    address, options = question(page)
    return send(client, address, {"credential": json.dumps(key.create(options))})


def show_passkey(client: FlaskClient, key: Authenticator, path: str, **more: str) -> TestResponse:
    address, options = question(send(client, path, more))
    return send(client, address, {"credential": json.dumps(key.get(options))} | more)
