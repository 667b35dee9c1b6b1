"""Use cases of accounts."""

from app.accounts.services.door import Door
from app.accounts.services.factors import (
    add_authenticator,
    authenticator_kind,
    code_at,
    end_second_factor,
    find_recovery_code,
    invent_recovery_codes,
    rename_passkey,
    store_recovery_codes,
    use_recovery_code,
)
from app.accounts.services.notices import write_notice
from app.accounts.services.passwords import check_new_password
from app.accounts.services.people import (
    change_account,
    check_address_free,
    confirm_phone,
    set_phone,
)
from app.accounts.services.registration import (
    register_organization,
    register_organizations,
    register_user,
)
from app.accounts.services.sessions import (
    admit_person,
    choose_organization,
    end_login_session,
    end_login_sessions_of,
    end_one_factor_sessions_of,
    open_login_session,
    renew_login_session,
)
from app.accounts.services.trail import note_of_person, person_as_actor

__all__ = [
    "Door",
    "add_authenticator",
    "admit_person",
    "authenticator_kind",
    "change_account",
    "check_address_free",
    "check_new_password",
    "choose_organization",
    "code_at",
    "confirm_phone",
    "end_login_session",
    "end_login_sessions_of",
    "end_one_factor_sessions_of",
    "end_second_factor",
    "find_recovery_code",
    "invent_recovery_codes",
    "note_of_person",
    "open_login_session",
    "person_as_actor",
    "register_organization",
    "register_organizations",
    "register_user",
    "rename_passkey",
    "renew_login_session",
    "set_phone",
    "store_recovery_codes",
    "use_recovery_code",
    "write_notice",
]
