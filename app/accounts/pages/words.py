"""What Flask-Security tells people, in our words; their Chinese stands in our own catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_START_OVER: Final = "This took too long. Start again."
_WRONG_CODE: Final = "This code is wrong or has been used. Wait for the next one."
_NOT_DONE: Final = "The passkey could not be checked. Try again, or use another way."
# Who asks and who is known are told the same.
_IF_KNOWN: Final = "If the address is known here, a letter is on its way to it."

MESSAGES: Final[Mapping[str, str]] = {
    "API_ERROR": "This request cannot be read. Go back, reload the page and send again.",
    "GENERIC_AUTHN_FAILED": "Address or password is wrong.",
    "GENERIC_RECOVERY": _IF_KNOWN,
    "UNAUTHENTICATED": "Sign in first.",
    "UNAUTHORIZED": "Your role does not allow this.",
    "REAUTHENTICATION_REQUIRED": "Show once more that it is you: this step needs it.",
    "REAUTHENTICATION_SUCCESSFUL": "Thank you.",
    "CONFIRM_REGISTRATION": "A letter is on its way to %(email)s. Open the link in it.",
    "CONFIRMATION_REQUEST": _IF_KNOWN,
    "CONFIRMATION_REQUIRED": "Address or password is wrong.",
    "CONFIRMATION_EXPIRED": "This link is too old. Ask for a new one here.",
    "INVALID_CONFIRMATION_TOKEN": "This link does not open anything. Ask for a new one here.",
    "EMAIL_CONFIRMED": "Your address is confirmed. Sign in.",
    "ALREADY_CONFIRMED": "This link has been used. Sign in.",
    "EMAIL_ALREADY_ASSOCIATED": "This address cannot be used.",
    "EMAIL_NOT_PROVIDED": "This field is needed.",
    "INVALID_EMAIL_ADDRESS": "This is no e-mail address.",
    "DISABLED_ACCOUNT": "Address or password is wrong.",
    "USER_DOES_NOT_EXIST": "Address or password is wrong.",
    "INVALID_PASSWORD": "The password is wrong.",
    "PASSWORD_NOT_PROVIDED": "This field is needed.",
    "PASSWORD_IS_THE_SAME": "This is your old password. Choose another one.",
    "PASSWORD_CHANGE": "Your password is changed. Every other browser was signed out.",
    "PASSWORD_RESET_REQUEST": _IF_KNOWN,
    "PASSWORD_RESET_EXPIRED": "This link is too old. Ask for a new one here.",
    "INVALID_RESET_PASSWORD_TOKEN": "This link does not open anything. Ask for a new one here.",
    "PASSWORD_RESET_NO_LOGIN": "Your password is changed. Sign in with the new one.",
    "RETYPE_PASSWORD_MISMATCH": "The passwords differ.",
    "INVALID_REDIRECT": "This link leads elsewhere.",
    "INVALID_RECOVERY_CODE": "This recovery code is wrong or has been used.",
    "INVALID_CODE": _WRONG_CODE,
    "INVALID_INPUT": "This value is not valid.",
    "INVALID_INPUT_LENGTH": "This text is too long.",
    "NO_RECOVERY_CODES_SETUP": "There are no recovery codes.",
    "LOGIN": "Sign in first.",
    "REFRESH": "Show once more that it is you: this step needs it.",
    "ANONYMOUS_USER_REQUIRED": "You are signed in.",
    "FORGOT_PASSWORD": "Forgot the password?",
    "TWO_FACTOR_INVALID_TOKEN": _WRONG_CODE,
    "TWO_FACTOR_LOGIN_SUCCESSFUL": "You are signed in.",
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": "Your authenticator app is set up.",
    "TWO_FACTOR_PERMISSION_DENIED": "Sign in again from the start.",
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": "Choose one of the options.",
    "TWO_FACTOR_DISABLED": "Your authenticator app is removed.",
    "TWO_FACTOR_SETUP_EXPIRED": _START_OVER,
    "WEBAUTHN_EXPIRED": _START_OVER,
    "WEBAUTHN_NAME_REQUIRED": "This field is needed.",
    "WEBAUTHN_NAME_INUSE": "Another of your passkeys has this name.",
    "WEBAUTHN_NAME_NOT_FOUND": "There is no such passkey.",
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": "This text has characters that cannot be read.",
    "WEBAUTHN_CREDENTIAL_DELETED": "The passkey is removed.",
    "WEBAUTHN_REGISTER_SUCCESSFUL": "The passkey is added.",
    "WEBAUTHN_CREDENTIAL_ID_INUSE": "This passkey is known already.",
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": _NOT_DONE,
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": _NOT_DONE,
    "WEBAUTHN_NO_VERIFY": _NOT_DONE,
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": _NOT_DONE,
    "WEBAUTHN_MISMATCH_USER_HANDLE": _NOT_DONE,
    "CHANGE_EMAIL_EXPIRED": "This link is too old. Ask for a new one here.",
    "CHANGE_EMAIL_CONFIRMED": "Your new address is confirmed.",
    "CHANGE_EMAIL_SENT": "A letter is on its way to %(email)s. Open the link in it.",
}
