"""This machine speaks to strangers: to whom not, how long, and to whom exactly."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.outgoing import (
    Answer,
    Forbidden,
    Undeliverable,
    check_addresses,
    check_url,
    fetch,
    post,
)
from app.settings import OutgoingPolicy

STRICT = OutgoingPolicy()
HOME = OutgoingPolicy(
    trusted_networks=(ip_network("127.0.0.0/8"),), connect_seconds=2.0, total_seconds=4.0
)
PUBLIC = "93.184.215.14"


def never(host: str, port: int) -> list[str]:
    raise AssertionError(f"{host} was looked up")


def at(*addresses: str) -> Callable[[str, int], list[str]]:
    return lambda *_: list(addresses)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "gopher://hooks.example.com/",
        "//hooks.example.com/",
        "hooks.example.com",
        "https://",
        "https:///path",
        "https://user@hooks.example.com/",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/\r\nHost: evil",
        "https://hooks.example.com\\@evil.example/",
        "https://hooks.example.com /",
        "https://h\u043eoks.example.com/",
        "https://[::1/",
        "https://hooks.example.com/" + "a" * 2_000,
        "",
    ],
)
def test_an_address_is_refused_by_its_text_before_anything_is_looked_up(url: str) -> None:
    with pytest.raises(Forbidden):
        check_url(url, STRICT)
    with pytest.raises(Forbidden):
        fetch(url, STRICT, resolve=never)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
        "168.63.129.16",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001::1",
    ],
)  # fmt: skip
def test_no_address_of_a_private_network_is_spoken_to(address: str) -> None:
    with pytest.raises(Forbidden, match="private"):
        check_addresses([address], STRICT)
    with pytest.raises(Forbidden, match="private"):
        check_addresses([PUBLIC, address], STRICT)
    with pytest.raises(Forbidden, match="private"):
        post("https://hooks.example.com/", b"{}", {}, STRICT, resolve=at(PUBLIC, address))


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/",
     "https://localhost/", "https://127.1/"],
)  # fmt: skip
def test_whatever_the_resolver_of_the_machine_makes_of_a_name_is_looked_at(url: str) -> None:
    with pytest.raises(Undeliverable):
        fetch(url, STRICT)


def test_a_public_address_is_taken_as_it_was_checked() -> None:
    assert check_addresses([PUBLIC, "2606:2800:21f::1"], STRICT) == PUBLIC
    with pytest.raises(Undeliverable):
        check_addresses([], STRICT)


class Hook(BaseHTTPRequestHandler):
    """What a receiver of webhooks does, or one that means ill."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.heard.append((self.path, dict(self.headers), self.rfile.read(length)))  # type: ignore[attr-defined]
        self.answer()

    def do_GET(self) -> None:
        self.server.heard.append((self.path, dict(self.headers), b""))  # type: ignore[attr-defined]
        self.answer()

    def answer(self) -> None:
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/inside")
            self.end_headers()
            return
        self.send_response(200)
        body = b"x" * 70_000 if self.path == "/long" else b"ok"
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def listening(context: ssl.SSLContext | None = None) -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.heard = []  # type: ignore[attr-defined]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_name_is_looked_up_once_and_the_checked_address_is_connected_to() -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        """Harmless at first; by the second question it would lead elsewhere."""
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with listening() as server:
        url = f"http://hooks.example.com:{server.server_port}/events?a=b"
        answer = post(url, b'{"a":1}', {"Webhook-Id": "7"}, HOME, resolve=rebinding)
    assert answer.status == 200
    assert answer.body == b"ok"
    assert asked == ["hooks.example.com"]
    ((path, headers, body),) = server.heard  # type: ignore[attr-defined]
    assert (path, body) == ("/events?a=b", b'{"a":1}')
    assert headers["Host"] == f"hooks.example.com:{server.server_port}"
    assert headers["Webhook-Id"] == "7"
    assert "Authorization" not in headers


def test_a_trusted_network_opens_nothing_else() -> None:
    with pytest.raises(Forbidden, match="private"):
        fetch("http://hooks.example.com/", HOME, resolve=at("10.0.0.1"))
    for url in ("http://hooks.example.com/", "https://hooks.example.com:22/"):
        with pytest.raises(Forbidden, match="only https"):
            fetch(url, HOME, resolve=at(PUBLIC))


def test_no_redirect_is_followed_and_nothing_is_unpacked() -> None:
    with listening() as server:
        url = f"http://hooks.example.com:{server.server_port}"
        redirected = fetch(url + "/redirect", HOME, resolve=at("127.0.0.1"))
        packed = fetch(url + "/packed", HOME, resolve=at("127.0.0.1"))
    assert (redirected.status, redirected.headers["location"]) == (302, "/inside")
    assert packed == Answer(status=200, headers=packed.headers, body=b"ok")
    assert [path for path, _, _ in server.heard] == ["/redirect", "/packed"]  # type: ignore[attr-defined]


def test_an_answer_that_is_too_long_is_not_read_to_its_end() -> None:
    with listening() as server:
        url = f"http://hooks.example.com:{server.server_port}/long"
        with pytest.raises(Undeliverable, match="too long"):
            fetch(url, HOME, resolve=at("127.0.0.1"))


@contextmanager
def dripping(head: bytes) -> Iterator[int]:
    """A server that sends its head and then a byte now and then, for ever."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(4_096)
                try:
                    line.sendall(head)
                    while not over.wait(0.05):
                        line.sendall(b"x")
                except OSError:
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        thread.join()


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Drip: "], ids=["body", "head"]
)
def test_a_byte_now_and_then_does_not_keep_the_line_open(head: bytes) -> None:
    policy = OutgoingPolicy(
        trusted_networks=HOME.trusted_networks, connect_seconds=2.0, total_seconds=0.3
    )
    with dripping(head) as port, pytest.raises(Undeliverable):
        fetch(f"http://hooks.example.com:{port}/", policy, resolve=at("127.0.0.1"))


@pytest.mark.parametrize("headers", [{"X-A": "b\r\nX-C: d"}, {"X-A\r\nX-C": "d"}])
def test_no_header_smuggles_in_another(headers: dict[str, str]) -> None:
    with listening() as server:
        url = f"http://hooks.example.com:{server.server_port}/"
        with pytest.raises(Undeliverable):
            post(url, b"", headers, HOME, resolve=at("127.0.0.1"))
    assert server.heard == []  # type: ignore[attr-defined]


def test_a_server_that_is_not_there_is_told_as_undeliverable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Undeliverable):
        fetch(f"http://hooks.example.com:{port}/", HOME, resolve=at("127.0.0.1"))

    def lost(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    with pytest.raises(Undeliverable, match="no address"):
        fetch("https://hooks.example.com/", STRICT, resolve=lost)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of hooks.example.com that only itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.com")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.com")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_the_certificate_must_be_the_names_and_somebody_must_vouch_for_it(
    certificate: Path,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    vouched = OutgoingPolicy(
        trusted_networks=HOME.trusted_networks, certificates=str(certificate), total_seconds=4.0
    )
    with listening(context) as server:
        port, here = server.server_port, at("127.0.0.1")
        assert fetch(f"https://hooks.example.com:{port}/", vouched, resolve=here).status == 200
        for url, policy in (
            (f"https://other.example.com:{port}/", vouched),
            (f"https://127.0.0.1:{port}/", vouched),
            (f"https://hooks.example.com:{port}/", HOME),
        ):
            with pytest.raises(Undeliverable):
                fetch(url, policy, resolve=here)
    assert len(server.heard) == 1  # type: ignore[attr-defined]
