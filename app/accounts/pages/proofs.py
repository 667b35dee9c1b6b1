"""How people prove who they are: our answers to what Flask-Security asks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import segno
from flask import request
from flask_security import (
    MailUtil,
    MfRecoveryCodesUtil,
    PasswordUtil,
    Totp,
    UserMixin,
    WebauthnUtil,
)
from flask_security.mail_util import EmailValidateException
from pydantic import TypeAdapter, ValidationError
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.accounts.inputs.registration import Email
from app.accounts.pages.slow_work import noted_recovery_code, prepared_recovery_codes
from app.accounts.services import (
    authenticator_kind,
    check_new_password,
    store_recovery_codes,
    use_recovery_code,
    write_notice,
)
from app.clock import now_utc
from app.edge import request_session
from app.i18n import say
from models.accounts.passwords import normal_password
from models.errors import Invalid

_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_ABOUT = ("email", "name")
# What the library calls its letters, what ours are called, and where the link stands.
_LETTERS = {
    "security/email/welcome": ("welcome", "confirmation_link"),
    "security/email/confirmation_instructions": ("welcome", "confirmation_link"),
    "security/email/welcome_existing": ("known", "recovery_link"),
    "security/email/reset_instructions": ("reset", "reset_link"),
    "security/email/reset_notice": ("password_changed", ""),
    "security/email/change_notice": ("password_changed", ""),
    "security/email/change_email_instructions": ("new_address", "link"),
}


class Passwords(PasswordUtil):
    """Length and the offline list of what is tried first; nobody else is asked."""

    def normalize(self, password: str) -> str:
        return normal_password(password)

    def validate(
        self,
        password: str,
        is_register: bool,  # noqa: FBT001  (the signature is that of the class above)
        **facts: Any,
    ) -> tuple[list[str] | None, str]:
        owner = facts if is_register else {k: getattr(facts["user"], k) for k in _ABOUT}
        about = [str(owner.get(key) or "") for key in _ABOUT]
        try:
            check_new_password(password, about=about)
        except Invalid as refusal:
            return [say(refusal.message)], password
        return None, normal_password(password)


class AuthenticatorApps(Totp):
    """Codes of authenticator apps (RFC 6238); each works once."""

    def __init__(self, secrets: Any, issuer: str) -> None:
        super().__init__(secrets, issuer)
        self._totp = authenticator_kind(secrets)

    def get_last_counter(self, user: UserMixin) -> int | None:
        # Of two requests with the same code at the same time the second must see the first.
        request_session().refresh(user, with_for_update=True)
        found = user.tf_last_counter  # type: ignore[attr-defined]
        return None if found is None else int(found)

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        user.tf_last_counter = tmatch.counter  # type: ignore[attr-defined]
        request_session().flush()

    def generate_qrcode(self, username: str, totp: str) -> str:
        return segno.make(self.get_totp_uri(username, totp), error="m").svg_data_uri(scale=4)


class RecoveryCodes(MfRecoveryCodesUtil):
    """Shown once; only their hashes are kept, and each opens the door once."""

    def create_recovery_codes(self, user: UserMixin) -> list[str]:
        codes = prepared_recovery_codes()
        hashes = [code_hash for _, code_hash in codes]
        store_recovery_codes(request_session(), user.id, hashes, now=now_utc())
        return [code for code, _ in codes]

    def get_recovery_codes(self, user: UserMixin) -> list[str]:  # noqa: ARG002  (nobody has them)
        return []

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        return noted_recovery_code(user.id, code) is not None

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        found = noted_recovery_code(user.id, code)
        assert found is not None, "the form has checked it"
        use_recovery_code(request_session(), found, now=now_utc())
        return True


class Passkeys(WebauthnUtil):
    """Any authenticator that can be found without a name and that knows its owner."""

    def authenticator_selection(
        self,
        user: UserMixin,  # noqa: ARG002  (the same for everybody)
        usage: str,  # noqa: ARG002
    ) -> AuthenticatorSelectionCriteria:
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(
        self,
        user: UserMixin | None,  # noqa: ARG002
        usage: list[str],  # noqa: ARG002
    ) -> UserVerificationRequirement:
        return UserVerificationRequirement.REQUIRED


class Letters(MailUtil):
    """Letters leave with the transaction, by the journal, in the language of their reader."""

    def send_mail(
        self,
        template: str,
        subject: Any,  # noqa: ARG002  (our letters have their own)
        recipient: Any,
        *_: Any,
        **facts: Any,
    ) -> None:
        kind, link_name = _LETTERS[template]
        values = {"link": facts[link_name]} if link_name else {"account": account_address()}
        user = facts["user"]
        to = str(recipient) if kind == "new_address" else None
        write_notice(request_session(), user.id, kind, now=now_utc(), to=to, **values)

    def normalize(self, email: str) -> str:
        return self.validate(email)

    def validate(self, email: str) -> str:
        try:
            return _EMAIL.validate_python(email)
        except ValidationError:
            raise EmailValidateException(say("This is no e-mail address.")) from None


def account_address() -> str:
    """Where whoever reads a letter ends sessions and changes the password."""
    return f"{request.host_url.rstrip('/')}/account"


def own_next(address: str) -> str:
    """The address to go on to, if it is a page of ours; nothing otherwise."""
    address = address.replace("\\", "/")
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or "//" in parts.path:
        return ""
    if address.startswith("//") or any(
        sign.isspace() or not sign.isprintable() for sign in address
    ):
        return ""
    return parts._replace(fragment="").geturl()
