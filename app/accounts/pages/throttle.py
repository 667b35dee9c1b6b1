"""How often somebody may try, asked before anything is hashed and before any lock is taken."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from flask import request, session

from app.accounts.queries.people import came_here_before
from app.edge import begin, current_actor
from app.limits import network_of, rate_limits

# Tries of one account from one address: five at once, then ever fewer.
_PAIR: Final = ("5 per minute", "10 per 10 minutes", "25 per hour")
# Tries of one account from everywhere: its owner stays welcome where the owner has been before,
# and with a passkey everywhere. So few that hashing them keeps nobody else waiting.
_ACCOUNT: Final = ("10 per minute", "40 per hour")
_PERSON: Final = ("5 per 5 minutes", "20 per hour")
_LETTERS: Final = "5 per hour"
_ONCE: Final = "1 per hour"
# Endpoints at which a letter is asked for, and those at which a second means is tried.
LETTER_ENDPOINTS: Final = frozenset(
    {"register", "forgot_password", "send_confirmation", "change_email"}
)
CODE_ENDPOINTS: Final = frozenset({"two_factor_token_validation", "mf_recovery"})
OWN_ENDPOINTS: Final = frozenset({"verify", "change_password"})
ANSWER_ENDPOINTS: Final = frozenset(
    {"wan_signin_response", "wan_verify_response", "wan_register_response"}
)


def throttle(endpoint: str) -> None:
    """Count this try; refuse with 429 where there were too many."""
    limits = rate_limits()
    if endpoint == "login":
        _throttle_sign_in(_typed_address())
    elif endpoint in LETTER_ENDPOINTS:
        limits.check(_LETTERS, "letters", _named(_typed_address()))
    elif endpoint in CODE_ENDPOINTS:
        _check_all(_PERSON, "code", str(session.get("tf_user_id", "")))
    elif endpoint in OWN_ENDPOINTS:
        _check_all(_PERSON, "own", str(current_actor().user_id))
    elif endpoint in ANSWER_ENDPOINTS:
        # What an authenticator signed is good for one request.
        token = str((request.view_args or {}).get("token", ""))
        limits.check(_ONCE, "challenge", _named(token))


def forget_tries() -> None:
    """Begin anew for this account from this address, once the password was right."""
    for limit in _PAIR:
        rate_limits().forget(limit, "pair", _named(_typed_address()), _network())


def _throttle_sign_in(email: str) -> None:
    limits, account = rate_limits(), _named(email)
    _check_all(_PAIR, "pair", account, _network())
    if all(limits.is_open(limit, "account", account) for limit in _ACCOUNT):
        for limit in _ACCOUNT:
            limits.take(limit, "account", account)
        return
    with begin(writes=False) as opened:
        known = came_here_before(opened, email, request.remote_addr or "")
    if not known:
        _check_all(_ACCOUNT, "account", account)


def _check_all(several: tuple[str, ...], *keys: str) -> None:
    for limit in several:
        rate_limits().check(limit, *keys)


def _typed_address() -> str:
    return request.form.get("email", "").strip().lower()


def _named(text: str) -> str:
    """Neither addresses nor tokens are kept in Redis, where others may read them."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _network() -> str:
    return network_of(request.remote_addr or "")
