"""Ask clamd about a file, by the INSTREAM command of its protocol."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import Final

# One read or write; a scan of ten megabytes takes a second or two.
TIMEOUT_S: Final = 60.0
_PIECE: Final = 65_536
_ANSWER_MAX: Final = 4_096


class ScannerSilent(Exception):
    """The scanner cannot be reached, or says what nobody understands. Asked again later."""


def find_virus(path: Path, clamd: str) -> str | None:
    """The name of what clamd finds in the file, or None. `clamd` is HOST:PORT or a socket's path.

    See clamd(8): `zINSTREAM`, pieces with their length before them in four bytes, and a piece of
    no length; the answer is `stream: OK`, `stream: NAME FOUND` or an error.
    """
    try:
        with _connected(clamd) as line, path.open("rb") as file:
            line.sendall(b"zINSTREAM\0")
            while piece := file.read(_PIECE):
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            answer = _answer(line)
    except OSError as error:
        raise ScannerSilent(f"the virus scanner does not answer: {error}") from error
    if answer == "stream: OK":
        return None
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")[:200]
    raise ScannerSilent(f"the virus scanner said: {answer!r}")


def _connected(clamd: str) -> socket.socket:
    host, mark, port = clamd.rpartition(":")
    if mark and port.isdecimal():
        return socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT_S)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(TIMEOUT_S)
    try:
        line.connect(clamd)
    except OSError:
        line.close()
        raise
    return line


def _answer(line: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < _ANSWER_MAX and (piece := line.recv(1_024)):
        said += piece
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()
