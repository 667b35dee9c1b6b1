"""What every edge needs: the transaction of the request, who asks, and input read by pydantic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from socket import SHUT_RD
from threading import Event, Timer
from typing import IO, Any, Protocol, TypeVar
from urllib.parse import parse_qsl

from flask import Request, current_app, g, has_request_context, request
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestTimeout
from werkzeug.formparser import FormDataParser

from app.database import (
    Origin,
    SessionFactory,
    note_origin,
    prepare_to_write,
    write_transaction,
)
from app.fields import nested
from app.settings import Settings
from models.errors import Invalid
from models.permissions import Actor, Frame, Presented
from models.uploads.content import SentFile

FORM_FIELDS_MAX = 3_000
# What a poor line still manages: 10 MB in less than four minutes.
BODY_SECONDS = 15.0
BODY_BYTES_PER_SECOND = 50_000
BODY_SECONDS_MAX = 240.0
ONE_CONTROL = frozenset({"vehicles", "codes", "ways"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Input = TypeVar("Input", bound=BaseModel)


class Doorkeeper(Protocol):
    """What the edge knows of accounts, which are less basic than it is."""

    def find(self, session: Session, presented: Presented, now: datetime) -> Frame: ...

    def is_presence_due(self, frame: Frame, now: datetime) -> bool: ...

    def note_presence(self, session: Session, frame: Frame, now: datetime) -> None: ...


class Witness(Protocol):
    """What the edge knows of the audit trail, which is less basic than it is."""

    def note_refusal(
        self,
        topic: str,
        facts: Mapping[str, Any],
        *,
        subject: tuple[str, int | None],
        actor: Actor,
        origin: Origin,
        now: datetime,
    ) -> None: ...


class _FormReader(FormDataParser):
    """Broken characters become U+FFFD, which every text field refuses.

    By default they would become their own escapes, `%FF`, and be stored as if somebody had typed
    them.
    """

    def _parse_urlencoded(
        self,
        stream: IO[bytes],
        mimetype: str,  # noqa: ARG002  (the signature is that of the class above)
        content_length: int | None,  # noqa: ARG002
        options: dict[str, str],  # noqa: ARG002
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        sent = stream.read().decode("utf-8", "replace")
        try:
            items = parse_qsl(
                sent, keep_blank_values=True, errors="replace", max_num_fields=FORM_FIELDS_MAX
            )
        except ValueError:
            raise RequestEntityTooLarge from None
        return stream, self.cls(items), self.cls()


class PageRequest(Request):
    form_data_parser_class = _FormReader

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Where a file is kept while its form is read: beyond half a megabyte, on the disk."""
        stream = super()._get_file_stream(
            total_content_length, content_type, filename, content_length
        )
        # Those of a form that is refused midway are in no list of files, and must be closed too.
        g.setdefault("sent_streams", []).append(stream)
        return stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What one running process consists of; kept in `app.extensions`."""

    settings: Settings
    sessions: SessionFactory
    door: Doorkeeper
    witness: Witness


def installation() -> Installation:
    found = current_app.extensions["offtake"]
    assert isinstance(found, Installation)
    return found


def request_session() -> Session:
    """The one session of this request or command."""
    if "session" not in g:
        g.session = installation().sessions()
        if has_request_context():
            note_origin(g.session, request_origin())
    session = g.session
    assert isinstance(session, Session)
    return session


def request_origin() -> Origin:
    return Origin(address=request.remote_addr or "", agent=request.user_agent.string)


@contextmanager
def begin_apart() -> Iterator[Session]:
    """A writing transaction beside that of the request, for what must be kept whatever follows.

    The request's own must not have begun to write: on SQLite they would wait for each other.
    """
    with write_transaction(installation().sessions) as session:
        if has_request_context():
            note_origin(session, request_origin())
        yield session


def note_refusal(
    topic: str,
    facts: Mapping[str, Any],
    *,
    now: datetime,
    subject: tuple[str, int | None] = ("", None),
    actor: Actor | None = None,
) -> None:
    """Leave a refusal in the audit trail, in a transaction of its own: the request's is over.

    For people and tokens we know, and for sign-ins that failed. `facts` name no person. Refusals
    alike are counted, not written, when they come faster than anybody could read them.
    """
    installation().witness.note_refusal(
        topic,
        facts,
        subject=subject,
        actor=current_actor() if actor is None else actor,
        origin=request_origin(),
        now=now,
    )


def find_who_asks(presented: Presented, now: datetime) -> Frame:
    """Who asks, in a transaction of its own that only reads.

    The write lock is taken when a service begins, not while somebody is looked up, refused, or
    has a large form read: else whoever sends nonsense would keep every writer waiting. Only now
    and then it is noted, in a transaction of its own, that a signed-in browser is still in use.
    """
    door, session = installation().door, request_session()
    g.frame = door.find(session, presented, now)
    session.rollback()
    frame = current_frame()
    if door.is_presence_due(frame, now):
        prepare_to_write(session)
        door.note_presence(session, frame, now)
        session.commit()
    return frame


@contextmanager
def begin(*, writes: bool = True) -> Iterator[Session]:
    """The transaction of this request: commit when the block ends, roll back when it raises.

    Unsafe methods and commands begin as writers, unless they say that they only read. After a
    roll-back a page may begin again to show its form once more; that second transaction reads.
    """
    session = request_session()
    if writes and _may_write() and not g.get("has_written", False):
        g.has_written = True
        prepare_to_write(session)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def _may_write() -> bool:
    return not has_request_context() or request.method not in SAFE_METHODS


@contextmanager
def patience() -> Iterator[None]:
    """Read what a client sends for so long and no longer: each one holds a thread meanwhile.

    A timeout of the socket begins anew with every byte, so a second thread hangs up. Servers that
    do not show their socket, as that of the tests, wait on.
    """
    line = request.environ.get("gunicorn.socket")
    if line is None:
        yield
        return
    late = Event()

    def hang_up() -> None:
        late.set()
        with suppress(OSError):
            line.shutdown(SHUT_RD)

    seconds = BODY_SECONDS + (request.content_length or 0) / BODY_BYTES_PER_SECOND
    timer = Timer(min(seconds, BODY_SECONDS_MAX), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (HTTPException, OSError):
        if late.is_set():
            raise RequestTimeout from None
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise RequestTimeout


def close_files(_: BaseException | None = None) -> None:
    for stream in g.pop("sent_streams", ()):
        stream.close()


def close_session(_: BaseException | None = None) -> None:
    session = g.pop("session", None)
    if session is not None:
        session.close()


def current_frame() -> Frame:
    frame = g.get("frame", Frame())
    assert isinstance(frame, Frame)
    return frame


def current_actor() -> Actor:
    return current_frame().actor


def read_input(model: type[Input], content: Mapping[str, object]) -> Input:
    """Read a form, the query of a page or the options of a command line."""
    try:
        return model.model_validate(dict(content))
    except ValidationError as error:
        raise refused_input(error) from None


def read_form(model: type[Input]) -> Input:
    return read_input(model, form_fields())


def form_fields() -> dict[str, object]:
    """The form as it was sent, gathered into rows; what a refused form shows again."""
    return nested((k, v) for k, v in request.form.items(multi=True) if k != "csrf_token")


def sent_file(name: str) -> SentFile | None:
    """The file that a form brought in this field, or None if none was chosen."""
    found = request.files.get(name)
    if found is None or not found.filename:
        return None
    return SentFile(found.filename, found.stream)


def refused_input(error: ValidationError) -> Invalid:
    """One complaint a field, by pydantic's code; app/problems.py puts it into words."""
    errors = {_control(item["loc"]): item["type"] for item in error.errors()}
    return Invalid("input", "Correct the marked fields and send again.", errors=errors)


def _control(place: Sequence[int | str]) -> str:
    """The name of the control that a complaint belongs to: check boxes and lines share one."""
    parts = place[:1] if place[0] in ONE_CONTROL else place
    return "-".join(str(part) for part in parts)
