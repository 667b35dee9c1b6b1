"""Pages of accounts."""

from app.accounts.pages import account, drivers, members, operator, organization, sharing, tokens
from app.accounts.pages.setting_up import set_up_sign_in
from app.accounts.pages.sign_in import accounts_pages

__all__ = [
    "account",
    "accounts_pages",
    "drivers",
    "members",
    "operator",
    "organization",
    "set_up_sign_in",
    "sharing",
    "tokens",
]
