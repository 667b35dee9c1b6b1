"""A clamd of our own: it finds EICAR, and does what real ones do when they are unwell."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd:
    def __init__(self, address: str) -> None:
        self.address = address
        self.heard: list[bytes] = []
        self.answer: bytes | None = None


def _exactly(line: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        piece = line.recv(length - len(found))
        if not piece:
            raise ConnectionError
        found += piece
    return found


def _serve(line: socket.socket, clamd: FakeClamd) -> None:
    assert _exactly(line, 10) == b"zINSTREAM\0"
    content = b""
    while length := struct.unpack("!I", _exactly(line, 4))[0]:
        content += _exactly(line, length)
    clamd.heard.append(content)
    if clamd.answer is not None:
        line.sendall(clamd.answer)
    else:
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        line.sendall(found)


@contextmanager
def fake_clamd(listener: socket.socket, address: str) -> Iterator[FakeClamd]:
    clamd = FakeClamd(address)

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                _serve(line, clamd)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield clamd
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
