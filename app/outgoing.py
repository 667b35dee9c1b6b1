"""Speak to addresses that others gave us: only to the public internet, and only where they say.

A webhook's address is chosen by a customer. Without care he would have this machine speak to its
own neighbours: the cloud's metadata service, the database, a router. See OWASP, Server Side
Request Forgery Prevention.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Timer
from time import monotonic
from typing import Final
from urllib.parse import SplitResult, urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from app.settings import OutgoingPolicy

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

URL_MAX: Final = 2_000
_PORTS: Final = {"https": 443, "http": 80}
# Blocks that `is_global` of the standard library lets pass in some version, or that lead to an
# IPv4 address inside: RFC 6052 (NAT64), RFC 8215, RFC 3056 (6to4), RFC 4380 (Teredo), RFC 6890.
# The last one is a public number by which Azure speaks to its own machines.
_CLOSED: Final = tuple(
    IPv6Network(block)
    for block in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10")
) + tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "168.63.129.16/32",
    )
)


class Undeliverable(Exception):
    """It was not sent, or no answer came that could be read. The text may be shown to the owner."""


class Forbidden(Undeliverable):
    """The address is none that this machine speaks to. Trying again will not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def system_addresses(host: str, port: int) -> list[str]:
    """What the resolver of this machine says, every address of it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_url(url: str, policy: OutgoingPolicy) -> SplitResult:
    """Refuse an address by its text alone, as when a webhook is entered. Nothing is looked up."""
    if len(url) > URL_MAX or not url.isascii() or any(sign <= " " or sign == "\\" for sign in url):
        raise Forbidden("the address has characters that do not belong there")
    try:
        parts = urlsplit(url)
        _port(parts)
    except ValueError:
        raise Forbidden("the address cannot be read") from None
    schemes = {"https", "http"} if policy.trusted_networks else {"https"}
    if parts.scheme not in schemes:
        raise Forbidden("the address must begin with https://")
    if not parts.hostname:
        raise Forbidden("the address names no host")
    if parts.username is not None or parts.password is not None:
        raise Forbidden("the address must hold no name or password")
    if not policy.trusted_networks and _port(parts) not in policy.ports:
        raise Forbidden("this port is not spoken to")
    return parts


def _port(parts: SplitResult) -> int:
    return _PORTS.get(parts.scheme, 443) if parts.port is None else parts.port


def check_addresses(addresses: Sequence[str], policy: OutgoingPolicy) -> str:
    """The address to connect to. One bad address among many is one too many."""
    if not addresses:
        raise Undeliverable("the host has no address")
    parsed = [_parsed(address) for address in addresses]
    for address in parsed:
        if not _is_public(address) and not _is_trusted(address, policy):
            raise Forbidden("the host leads into a private network")
    return str(parsed[0])


def fetch(url: str, policy: OutgoingPolicy, *, resolve: Resolve = system_addresses) -> Answer:
    return _send("GET", url, None, {}, policy, resolve)


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    policy: OutgoingPolicy,
    *,
    resolve: Resolve = system_addresses,
) -> Answer:
    """Send a body once. Whoever calls retries, and carries a key that makes it count once."""
    return _send("POST", url, body, headers, policy, resolve)


def _send(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    policy: OutgoingPolicy,
    resolve: Resolve,
) -> Answer:
    parts = check_url(url, policy)
    ends_at = monotonic() + policy.total_seconds
    host, port = parts.hostname or "", _port(parts)
    try:
        # The only time that the name is looked up: what is checked is what is connected to.
        address = check_addresses(resolve(host, port), policy)
    except OSError as error:
        raise Undeliverable("the host has no address") from error
    if not _is_trusted(_parsed(address), policy) and (
        parts.scheme != "https" or port not in policy.ports
    ):
        raise Forbidden("outside of the trusted networks only https is spoken")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Host": parts.netloc, "User-Agent": "Offtake", **headers}
    connection = _connection(parts.scheme, host, address, port, policy)
    try:
        with _cut_off(connection, ends_at):
            connection.request(
                method,
                target,
                body=body,
                headers=sent,
                preload_content=False,
                decode_content=False,  # what unpacks to gigabytes stays packed
            )
            response = connection.getresponse()
            return Answer(
                status=response.status,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=_read(response, policy),
            )
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise Undeliverable(f"no answer: {type(error).__name__}") from error
    finally:
        connection.close()


def _connection(
    scheme: str, host: str, address: str, port: int, policy: OutgoingPolicy
) -> HTTPConnection:
    """To the checked address and to no other; the certificate must be the name's.

    No proxy of the environment is asked: it would look the name up a second time.
    """
    if scheme == "http":
        return HTTPConnection(address, port, timeout=policy.connect_seconds)
    return HTTPSConnection(
        address,
        port,
        timeout=policy.connect_seconds,
        server_hostname=host,
        assert_hostname=host,
        cert_reqs="CERT_REQUIRED",
        ca_certs=policy.certificates,
    )


@contextmanager
def _cut_off(connection: HTTPConnection, ends_at: float) -> Iterator[None]:
    """Connect, and hang up when the time is over: a byte every few seconds is no answer.

    A timeout of the socket begins anew with each byte; only a second thread sees the whole.
    """
    connection.connect()
    line = connection.sock
    assert line is not None

    def hang_up() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = Timer(max(0.0, ends_at - monotonic()), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
        if monotonic() > ends_at:
            # What was read until then looks whole where no length was announced.
            raise Undeliverable("the answer takes too long")
    finally:
        timer.cancel()


def _read(response: BaseHTTPResponse, policy: OutgoingPolicy) -> bytes:
    found = response.read(policy.answer_max_bytes + 1)
    if len(found) > policy.answer_max_bytes:
        raise Undeliverable("the answer is too long")
    return found


def _parsed(address: str) -> Address:
    parsed = ip_address(address.partition("%")[0])
    # ::ffff:127.0.0.1 is 127.0.0.1 to whoever connects.
    return (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address.version == block.version and address in block for block in _CLOSED)
    )


def _is_trusted(address: Address, policy: OutgoingPolicy) -> bool:
    return any(
        address.version == block.version and address in block for block in policy.trusted_networks
    )
