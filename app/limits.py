"""How often anybody may ask: one table of limits, counted in memory or in Redis."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from werkzeug.exceptions import TooManyRequests

from app.clock import now_utc
from app.settings import Settings

# How often one reader may do something. A reader is a signed-in browser, else an address: people
# of one company share an address, and a signed-in one is not held up by the others.
LIMITS: Final[Mapping[str, str]] = {
    "read": "900 per minute",
    "change": "180 per minute",
    "door": "60 per minute",  # whatever checks a secret; accounts are throttled one by one besides
    "upload": "40 per minute",
    "download": "240 per minute",
}
# Endpoints whose forms check or send a secret.
DOORS: Final = frozenset(
    {
        "security.login",
        "security.register",
        "security.send_confirmation",
        "security.reset_password",
        "security.tf_select",
        "security.mf_recovery",
        "security.wan_signin",
        "security.wan_signin_response",
        "security.verify",
        "security.wan_verify",
        "security.wan_verify_response",
        "security.forgot_password",
        "security.change_email",
        "security.change_password",
        "security.two_factor_token_validation",
        "security.two_factor_rescue",
        "accounts_pages.submit_phone_code",
        "driver_pages.submit_pin",
        "organization_pages.submit_acceptance",
    }
)
DOWNLOADS: Final = frozenset({"uploads_pages.download_upload"})
# They cost next to nothing, and machines that watch the service must always get an answer.
UNLIMITED: Final = frozenset(
    {"static", "journal_pages.show_health", "journal_pages.show_readiness"}
)
_EXTENSION: Final = "offtake_limits"
# The network that one customer of a provider has; of IPv4 it is the single address.
_IPV6_NETWORK: Final = 64
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Counts what was asked. If Redis does not answer, this process counts alone."""

    shared: SlidingWindowCounterRateLimiter
    alone: SlidingWindowCounterRateLimiter
    general: bool = True  # whether the table counts; guesses at secrets are counted anyway

    def take(self, limit: str, *keys: str) -> bool:
        """Count one of `limit`, such as "5 per minute", for the keys; False if it is used up."""
        return self._ask("hit", parse(limit), *keys)

    def is_open(self, limit: str, *keys: str) -> bool:
        """Whether one more would be allowed; counts nothing."""
        return self._ask("test", parse(limit), *keys)

    def seconds_left(self, limit: str, *keys: str) -> int:
        """How long to wait before asking again; a second at least."""
        item = parse(limit)
        try:
            reset = self.shared.get_window_stats(item, *keys).reset_time
        except StorageError:
            reset = self.alone.get_window_stats(item, *keys).reset_time
        return max(1, ceil(reset - now_utc().timestamp()))

    def forget(self, limit: str, *keys: str) -> None:
        """Begin anew, as after a right password."""
        for counter in (self.shared, self.alone):
            try:
                counter.clear(parse(limit), *keys)
            except StorageError:
                log.warning("rate_limits_storage_silent")

    def check(self, limit: str, *keys: str) -> None:
        """Count one, or refuse with 429 and the time to wait."""
        if not self.take(limit, *keys):
            raise TooManyRequests(retry_after=self.seconds_left(limit, *keys))

    def _ask(self, what: str, item: RateLimitItem, *keys: str) -> bool:
        try:
            return bool(getattr(self.shared, what)(item, *keys))
        except StorageError:
            log.warning("rate_limits_storage_silent")
            return bool(getattr(self.alone, what)(item, *keys))


def check_group(group: str, reader: str) -> None:
    """Count a request towards its row of the table. Doors are counted in every installation."""
    limits = rate_limits()
    if limits.general or group == "door":
        limits.check(LIMITS[group], group, reader)


def set_up_limits(app: Flask, settings: Settings) -> None:
    shared = storage_from_string(settings.rate_limits_storage, wrap_exceptions=True)
    app.extensions[_EXTENSION] = RateLimits(
        shared=SlidingWindowCounterRateLimiter(shared),
        alone=SlidingWindowCounterRateLimiter(MemoryStorage()),
        general=settings.rate_limits,
    )


def rate_limits() -> RateLimits:
    found = current_app.extensions[_EXTENSION]
    assert isinstance(found, RateLimits)
    return found


def group_of(endpoint: str, *, safe: bool, takes_file: bool) -> str:
    """The row of the table that an endpoint counts towards."""
    if safe:
        return "download" if endpoint in DOWNLOADS else "read"
    if endpoint in DOORS:
        return "door"
    return "upload" if takes_file else "change"


def network_of(address: str) -> str:
    """What stands for an address: of IPv6 the network, of which a customer has the whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False).network_address)
