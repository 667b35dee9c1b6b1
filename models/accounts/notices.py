"""What people are written about their own accounts, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from models.accounts.letters import Letter

_END: Final = "\n\nOfftake"
_NOT_YOU: Final = (
    "\n\nIf this was not you, change your password now and end the other sessions:\n{account}"
)
_NOT_YOU_ZH: Final = "\n\n如非本人操作，请立即修改密码并结束其他会话：\n{account}"

NOTICES: Final[Mapping[str, Mapping[str, Letter]]] = {
    "welcome": {
        "en": Letter(
            "Confirm your address",
            "{name}, open this link within 24 hours and press the button. It works once:\n{link}"
            "\n\nIf you did not sign up, do nothing." + _END,
        ),
        "zh": Letter(
            "请确认您的邮箱",
            "{name}，请在 24 小时内打开以下链接并按下按钮，链接仅可使用一次：\n{link}"
            "\n\n如果您没有注册，请忽略本邮件。" + _END,
        ),
    },
    "known": {
        "en": Letter(
            "You have an account already",
            "Somebody wanted to sign up with this address. You have an account: sign in, or ask "
            "for a new password here:\n{link}\n\nIf this was not you, do nothing." + _END,
        ),
        "zh": Letter(
            "您已有账户",
            "有人使用此邮箱注册。您已有账户：请直接登录，或在此重设密码：\n{link}"
            "\n\n如非本人操作，请忽略本邮件。" + _END,
        ),
    },
    "reset": {
        "en": Letter(
            "Choose a new password",
            "Open this link within an hour to choose a new password. It works once:\n{link}"
            "\n\nIf you did not ask for it, do nothing: your password stays as it is." + _END,
        ),
        "zh": Letter(
            "设置新密码",
            "请在一小时内打开以下链接设置新密码，链接仅可使用一次：\n{link}"
            "\n\n如非本人申请，请忽略本邮件，密码不会改变。" + _END,
        ),
    },
    "password_changed": {
        "en": Letter(
            "Your password was changed",
            "The password of your account was changed; every other browser was signed out."
            + _NOT_YOU
            + _END,
        ),
        "zh": Letter(
            "您的密码已修改",
            "您账户的密码已修改，其他浏览器均已退出登录。" + _NOT_YOU_ZH + _END,
        ),
    },
    "new_address": {
        "en": Letter(
            "Confirm your new address",
            "Open this link within two hours and press the button to use this address from now "
            "on:\n{link}\n\nIf you did not ask for it, do nothing." + _END,
        ),
        "zh": Letter(
            "请确认您的新邮箱",
            "请在两小时内打开以下链接并按下按钮，之后将使用此邮箱：\n{link}"
            "\n\n如非本人申请，请忽略本邮件。" + _END,
        ),
    },
    "address_changed": {
        "en": Letter(
            "Your address was changed",
            "Your account has another e-mail address now." + _NOT_YOU + _END,
        ),
        "zh": Letter("您的邮箱已更换", "您的账户已更换邮箱。" + _NOT_YOU_ZH + _END),
    },
    "new_browser": {
        "en": Letter(
            "A new sign-in",
            "Somebody signed in to your account from a browser or place not seen before: "
            "{agent}, {address}." + _NOT_YOU + _END,
        ),
        "zh": Letter(
            "新的登录",
            "您的账户在从未使用过的浏览器或地点登录：{agent}，{address}。" + _NOT_YOU_ZH + _END,
        ),
    },
    "factor_changed": {
        "en": Letter(
            "Your second factors were changed",
            "An authenticator app, a passkey or the recovery codes of your account were changed."
            + _NOT_YOU
            + _END,
        ),
        "zh": Letter(
            "您的第二重验证已变更",
            "您账户的身份验证器、通行密钥或恢复码已变更。" + _NOT_YOU_ZH + _END,
        ),
    },
    "disabled": {
        "en": Letter(
            "Your account was disabled",
            "The operator of this market has disabled your account and signed you out everywhere. "
            "Ask the operator if you do not know why." + _END,
        ),
        "zh": Letter(
            "您的账户已停用",
            "本市场的运营方已停用您的账户，并使其在所有浏览器中退出登录。如不清楚原因，请联系运营方。"
            + _END,
        ),
    },
    "enabled": {
        "en": Letter(
            "Your account is open again",
            "The operator of this market has opened your account again. You can sign in." + _END,
        ),
        "zh": Letter("您的账户已恢复", "本市场的运营方已恢复您的账户，您可以登录。" + _END),
    },
    "signed_out": {
        "en": Letter(
            "You were signed out everywhere",
            "The operator of this market has ended every session of your account. You can sign in "
            "again; ask the operator if you do not know why." + _END,
        ),
        "zh": Letter(
            "您已在所有地方退出登录",
            "本市场的运营方已结束您账户的所有会话。您可以重新登录；如不清楚原因，请联系运营方。"
            + _END,
        ),
    },
    "factors_reset": {
        "en": Letter(
            "Your second factors were taken off",
            "You told the operator of this market that you had lost your second factors, and they "
            "were taken off. Sign in with your password and set up new ones. If it was not you who "
            "asked for this, tell the operator at once." + _END,
        ),
        "zh": Letter(
            "您的第二重验证已移除",
            "您曾告知本市场的运营方第二重验证已丢失，现已移除。请用密码登录并重新设置。"
            "如非本人申请，请立即告知运营方。" + _END,
        ),
    },
    "phone": {
        "en": Letter("Your code", "{code} is your Offtake code. It is good for ten minutes."),
        "zh": Letter("您的验证码", "您的 Offtake 验证码是 {code}，十分钟内有效。"),
    },
}
# They open something: what they say is forgotten once they are sent.
CONFIDENTIAL: Final = frozenset({"welcome", "known", "reset", "new_address", "phone"})


def notice(kind: str, language: str, **values: str) -> Letter:
    """The words of a notice, in English where the language is not ours."""
    texts = NOTICES[kind]
    return texts.get(language, texts["en"]).filled(**values)
