"""What people are written about their organizations, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Letter(NamedTuple):
    subject: str
    body: str

    def filled(self, **values: str) -> Letter:
        return Letter(*(text.format_map(_OneLine(values)) for text in self))


class _OneLine(dict[str, str]):
    """What people wrote fits on a line, so that no subject gets a second header."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__({name: " ".join(value.split()) for name, value in values.items()})


_SIGNED_EN: Final = "\n\nOfftake"
_SIGNED_ZH: Final = "\n\nOfftake"
LETTERS: Final[Mapping[str, Mapping[str, Letter]]] = {
    "invitation": {
        "en": Letter(
            "{organization} invites you to Offtake",
            "{inviter} invites you to act for {organization} on Offtake.\n\n"
            "Open this link within seven days. It works once, and only for this address:\n{link}"
            "\n\nIf you do not know the organization, do nothing." + _SIGNED_EN,
        ),
        "zh": Letter(
            "{organization} 邀请您加入 Offtake",
            "{inviter} 邀请您在 Offtake 上代表 {organization} 办理业务。\n\n"
            "请在七天内打开此链接。链接仅可使用一次，且只对本邮箱有效：\n{link}"
            "\n\n如果您不认识该单位，请忽略本邮件。" + _SIGNED_ZH,
        ),
    },
    "submit": {
        "en": Letter(
            "{organization} has been submitted for verification",
            "The operator looks at the papers of {organization}. You will be told of the result."
            + _SIGNED_EN,
        ),
        "zh": Letter(
            "{organization} 已提交审核",
            "运营方正在审核 {organization} 的材料，结果将另行通知。" + _SIGNED_ZH,
        ),
    },
    "verify": {
        "en": Letter(
            "{organization} is verified",
            "From now on {organization} can publish streams and demands, make tokens and give "
            "drivers access." + _SIGNED_EN,
        ),
        "zh": Letter(
            "{organization} 已通过审核",
            "{organization} 现在可以发布供应和需求、创建令牌并授权司机。" + _SIGNED_ZH,
        ),
    },
    "return": {
        "en": Letter(
            "{organization} could not be verified yet",
            "The operator returned the papers of {organization}:\n\n{reason}\n\n"
            "Correct them and submit again." + _SIGNED_EN,
        ),
        "zh": Letter(
            "{organization} 的审核材料被退回",
            "运营方退回了 {organization} 的材料：\n\n{reason}\n\n请更正后重新提交。" + _SIGNED_ZH,
        ),
    },
    "suspend": {
        "en": Letter(
            "{organization} is suspended",
            "The operator suspended {organization}:\n\n{reason}\n\n"
            "What runs can be finished. Listings are paused, tokens and invitations are refused."
            + _SIGNED_EN,
        ),
        "zh": Letter(
            "{organization} 已被暂停",
            "运营方暂停了 {organization}：\n\n{reason}\n\n"
            "进行中的业务可以完成；挂牌信息已暂停，令牌和邀请不再有效。" + _SIGNED_ZH,
        ),
    },
    "reinstate": {
        "en": Letter(
            "{organization} may trade again",
            "The suspension of {organization} has ended. Paused listings stay paused until you "
            "publish them." + _SIGNED_EN,
        ),
        "zh": Letter(
            "{organization} 恢复交易",
            "{organization} 的暂停已解除。已暂停的挂牌信息需由您重新发布。" + _SIGNED_ZH,
        ),
    },
    "role": {
        "en": Letter(
            "Your role at {organization} has changed",
            "You now act for {organization} as: {role}." + _SIGNED_EN,
        ),
        "zh": Letter(
            "您在 {organization} 的角色已变更",
            "您现在以“{role}”的身份代表 {organization}。" + _SIGNED_ZH,
        ),
    },
    "removed": {
        "en": Letter(
            "You no longer act for {organization}",
            "Your membership of {organization} has ended." + _SIGNED_EN,
        ),
        "zh": Letter(
            "您不再代表 {organization}",
            "您在 {organization} 的成员资格已终止。" + _SIGNED_ZH,
        ),
    },
}
ROLE_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "owner": {"en": "owner", "zh": "负责人"},
    "trader": {"en": "trader", "zh": "交易员"},
    "weighbridge": {"en": "weighbridge", "zh": "过磅员"},
    "accountant": {"en": "accountant", "zh": "财务"},
    "viewer": {"en": "viewer", "zh": "查看者"},
    "park_manager": {"en": "park manager", "zh": "园区管理员"},
    "facilitator": {"en": "facilitator", "zh": "撮合员"},
    "auditor": {"en": "auditor", "zh": "审计员"},
    "operator": {"en": "operator", "zh": "运营方"},
}


def letter(kind: str, language: str, **values: str) -> Letter:
    """The letter of this kind in the reader's language, English where it has no other."""
    texts = LETTERS[kind]
    return texts.get(language, texts["en"]).filled(**values)
