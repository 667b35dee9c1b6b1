"""Forms of Flask-Security that differ from what it brings."""

from __future__ import annotations

from typing import Any

from flask import current_app, g
from flask_security import ChangePasswordForm, RegisterFormV2, ResetPasswordForm, VerifyForm
from flask_security.utils import get_message
from pydantic import TypeAdapter, ValidationError
from wtforms import StringField
from wtforms.validators import StopValidation

from app.fields import Name
from app.i18n import say_field

_NAME: TypeAdapter[str] = TypeAdapter(Name)


def _readable_name(form: object, field: StringField) -> None:  # noqa: ARG001  (wtforms hands it)
    """The same that is asked of every other name, see `app.fields`."""
    try:
        field.data = _NAME.validate_python((field.data or "").strip())
    except ValidationError as error:
        raise StopValidation(say_field(error.errors()[0]["type"])) from None


class SignUpForm(RegisterFormV2):
    """Name, address, password. The language is the one the page is read in."""

    name = StringField(validators=[_readable_name])


class NewPasswordForm(ResetPasswordForm):
    """One field: what is typed can be shown, so nobody has to type it twice."""

    password_confirm: Any = None


class OtherPasswordForm(ChangePasswordForm):
    new_password_confirm: Any = None


class ProofForm(VerifyForm):
    """The password once more; or the code of the authenticator app, where the person has one.

    The last code of a person is kept in one place, so one that has let in proves nothing more.
    """

    code = StringField()

    @property
    def takes_code(self) -> bool:
        return bool(self.user.tf_primary_method and self.user.tf_totp_secret)

    def validate(self, **more: Any) -> bool:
        if self.password.data or self.code.data is None or not self.takes_code:
            return bool(super().validate(**more))
        del self.password
        if not super(VerifyForm, self).validate(**more):
            return False
        apps = current_app.extensions["security"].totp_factory
        window = current_app.config["SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY"]
        if not apps.verify_totp(self.code.data, self.user.tf_totp_secret, self.user, window):
            self.user.track_failed_authn("code", True)
            self.code.errors = [get_message("TWO_FACTOR_INVALID_TOKEN")[0]]
            return False
        g.showed_factor = True
        return True
