"""Use cases of accounts."""

from app.accounts.services.door import Door
from app.accounts.services.registration import (
    register_organization,
    register_organizations,
    register_user,
    sign_in,
)
from app.accounts.services.sessions import (
    choose_organization,
    end_login_session,
    end_login_sessions_of,
    open_login_session,
)

__all__ = [
    "Door",
    "choose_organization",
    "end_login_session",
    "end_login_sessions_of",
    "open_login_session",
    "register_organization",
    "register_organizations",
    "register_user",
    "sign_in",
]
