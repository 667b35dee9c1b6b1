"""Forms of Flask-Security that differ from what it brings."""

from __future__ import annotations

from typing import Any

from flask_security import ChangePasswordForm, RegisterFormV2, ResetPasswordForm
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
