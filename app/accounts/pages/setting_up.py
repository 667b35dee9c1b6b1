"""Flask-Security, configured and connected: settings, our classes, our forms, our signals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, cast

from flask import Flask
from flask_security import Security, signals

from app.accounts.pages import flows
from app.accounts.pages.forms import NewPasswordForm, OtherPasswordForm, ProofForm, SignUpForm
from app.accounts.pages.people import People, Person
from app.accounts.pages.proofs import (
    AuthenticatorApps,
    Letters,
    Passkeys,
    Passwords,
    RecoveryCodes,
)
from app.accounts.pages.rendering import render_flow
from app.accounts.pages.slow_work import LinkMarks, PasswordContext
from app.accounts.pages.words import MESSAGES
from app.accounts.services.factors import RECOVERY_CODES, TOTP_ISSUER
from app.clock import now_utc
from app.i18n import TRANSLATIONS
from app.settings import Settings
from models.accounts.passwords import PASSWORD_MIN

_URLS: Final = {
    "LOGIN_URL": "/sign-in",
    "REGISTER_URL": "/sign-up",
    "POST_LOGIN_VIEW": "/account",  # for whoever is signed in already
    "POST_REGISTER_VIEW": "/sign-up/sent",
    "CONFIRM_URL": "/confirm",
    "RESET_URL": "/forgot-password",
    "VERIFY_URL": "/verify",
    "WAN_VERIFY_URL": "/verify/passkey",
    "POST_VERIFY_VIEW": "/account",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
    "TWO_FACTOR_SELECT_URL": "/sign-in/way",
    "TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
    "TWO_FACTOR_ERROR_VIEW": "/sign-in",
    "MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery",
    "WAN_SIGNIN_URL": "/sign-in/passkey",
    "CHANGE_URL": "/account/password",
    "POST_CHANGE_VIEW": "/account",
    "CHANGE_EMAIL_URL": "/account/email",
    "POST_CHANGE_EMAIL_VIEW": "/account",
    "TWO_FACTOR_SETUP_URL": "/account/authenticator",
    "TWO_FACTOR_POST_SETUP_VIEW": "/account",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/account/recovery-codes",
    "WAN_REGISTER_URL": "/account/passkeys",
    "WAN_POST_REGISTER_VIEW": "/account",
    "WAN_DELETE_URL": "/account/passkeys/delete",
}
_SETTINGS: Final[dict[str, Any]] = {
    "STATIC_FOLDER": None,
    "LOGOUT_METHODS": None,  # our own sign-out ends the row
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
    "JOIN_USER_ROLES": False,
    # Links out of letters, and what they are good for.
    "REGISTERABLE": True,
    "USE_REGISTER_V2": True,
    "CONFIRMABLE": True,
    "CONFIRM_EMAIL_WITHIN": timedelta(hours=24),
    "AUTO_LOGIN_AFTER_CONFIRM": False,
    "RECOVERABLE": True,
    "RESET_PASSWORD_WITHIN": timedelta(hours=1),
    "AUTO_LOGIN_AFTER_RESET": False,
    "CHANGEABLE": True,
    "CHANGE_EMAIL": True,
    "CHANGE_EMAIL_WITHIN": timedelta(hours=2),
    "EMAIL_PLAINTEXT": False,  # our letters are written by app/accounts/services/notices.py
    "EMAIL_HTML": False,
    "RETURN_GENERIC_RESPONSES": True,
    "PASSWORD_LENGTH_MIN": PASSWORD_MIN,
    "PASSWORD_CONFIRM_REQUIRED": False,
    "PASSWORD_SINGLE_HASH": ["argon2"],
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    "DEPRECATED_PASSWORD_SCHEMES": [],
    # Second factors.
    "TWO_FACTOR": True,
    "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "TWO_FACTOR_RESCUE_EMAIL": False,
    "TWO_FACTOR_ALWAYS_VALIDATE": True,
    "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,  # one step to either side
    "TWO_FACTOR_SETUP_WITHIN": timedelta(minutes=15),
    "TOTP_ISSUER": TOTP_ISSUER,
    "MULTI_FACTOR_RECOVERY_CODES": True,
    "MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
    "WEBAUTHN": True,
    "WAN_ALLOW_AS_FIRST_FACTOR": True,
    "WAN_ALLOW_AS_MULTI_FACTOR": True,
    "WAN_ALLOW_AS_VERIFY": ["first", "secondary"],
    "WAN_ALLOW_USER_HINTS": False,
    "WAN_RP_NAME": TOTP_ISSUER,
    "WAN_REGISTER_WITHIN": timedelta(minutes=10),
    "WAN_SIGNIN_WITHIN": timedelta(minutes=5),
    # Our own row is the only way in.
    "DEFAULT_REMEMBER_ME": False,
    "API_ENABLED_METHODS": ["session"],
    "UNIFIED_SIGNIN": False,
    "OAUTH_ENABLE": False,
    "REFRESH_TOKEN": False,
    "FRESHNESS_GRACE_PERIOD": timedelta(0),
    "CSRF_COOKIE_NAME": None,
    # None: written bare. The library's own `no-store=True` is a word that no browser knows.
    "CACHE_CONTROL": {"no-store": None},
    "I18N_DOMAIN": "messages",
    "I18N_DIRNAME": [str(TRANSLATIONS)],
    "DATETIME_FACTORY": now_utc,
}


class _SignIn(Security):
    """Flask-Security without the module that draws QR codes: segno draws ours."""

    def _check_modules(self, module: str, config_name: str) -> Any:
        if module == "qrcode":
            return None
        return super()._check_modules(module, config_name)  # type: ignore[no-untyped-call]


def set_up_sign_in(app: Flask, settings: Settings) -> None:
    """Connect the flows. Needs CSRF protection and languages to be set up."""
    said = {f"MSG_{name}": (text, "info") for name, text in MESSAGES.items()}
    app.config.update({f"SECURITY_{k}": v for k, v in (_SETTINGS | _URLS | said).items()})
    app.config.update(
        SECURITY_TOTP_SECRETS=dict(settings.second_factor_keys),
        SECURITY_PASSWORD_SALT=settings.signing_key,  # asked for, not used: argon2 salts itself
        SECURITY_FRESHNESS=settings.sessions.fresh,
        SESSION_PROTECTION=None,
    )
    people = People()
    security = _SignIn(
        app,
        people,
        register_form=SignUpForm,
        reset_password_form=NewPasswordForm,
        change_password_form=OtherPasswordForm,
        verify_form=ProofForm,
        mail_util_cls=Letters,
        password_util_cls=Passwords,
        totp_cls=AuthenticatorApps,
        mf_recovery_codes_util_cls=RecoveryCodes,
        webauthn_util_cls=Passkeys,
        render_template=render_flow,
    )
    security.pwd_context = cast("Any", PasswordContext())
    security.hashing_context = cast("Any", LinkMarks(settings.signing_key))
    security.want_json(lambda _: False)
    security.login_manager.request_loader(lambda _: None)
    security.login_manager.user_loader(
        flows.load_person(lambda user_id: _active(people.find_user(id=user_id)))
    )
    for endpoint, view in list(app.view_functions.items()):
        blueprint, _, name = endpoint.partition(".")
        if blueprint == "security":
            app.view_functions[endpoint] = flows.in_house(name, cast("flows.View", view))
    _listen(app)


def _active(person: Any) -> Person | None:
    assert person is None or isinstance(person, Person)
    return person if person is not None and person.active else None


def _listen(app: Flask) -> None:
    for signal, hear in (
        (signals.user_authenticated, flows.on_authenticated),
        (signals.user_failed_authn, flows.on_failed),
        (signals.user_registered, flows.on_registered),
        (signals.user_confirmed, flows.on_confirmed),
        (signals.password_reset, flows.on_password_reset),
        (signals.password_changed, flows.on_password_changed),
        (signals.change_email_confirmed, flows.on_address_changed),
        (signals.tf_profile_changed, flows.on_factor_added),
        (signals.wan_registered, flows.on_factor_added),
        (signals.tf_disabled, flows.on_factor_removed),
        (signals.wan_deleted, flows.on_factor_removed),
    ):
        signal.connect(hear, app, weak=False)
