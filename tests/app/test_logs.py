"""Nothing of anybody reaches a log, whoever writes it and whatever handler it goes to."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.logs import mask_entry, set_up_logging
from models.journal.tables import StoredMessage

SECRETS = ("li@example.com", "13800138000", "203.0.113.7", "hunter22hunter22")


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    factory = logging.getLogRecordFactory()
    before = structlog.get_config()
    set_up_logging()
    yield
    logging.setLogRecordFactory(factory)
    structlog.reset_defaults()
    structlog.configure(**before)


def written(act) -> str:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    log = logging.getLogger("tests.logs")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        act(log)
    finally:
        log.removeHandler(handler)
    return stream.getvalue()


def test_what_a_library_logs_is_masked_in_any_handler() -> None:
    told = written(
        lambda log: log.warning(
            "%s called from %s with password=%s and %s", SECRETS[0], SECRETS[2], SECRETS[3],
            SECRETS[1],
        )
    )  # fmt: skip
    assert told == "WARNING *** called from *** with password=*** and ***\n"


def test_a_traceback_is_masked_too() -> None:
    def act(log: logging.Logger) -> None:
        try:
            raise ValueError(f"no such user {SECRETS[0]}")
        except ValueError:
            log.exception("unhandled_error incident=%s", "0f3a9c0d6b5e4f1a8c7d2e9b3a6f5c4d")

    told = written(act)
    assert "incident=0f3a9c0d6b5e4f1a8c7d2e9b3a6f5c4d" in told
    assert "ValueError: no such user ***" in told
    assert SECRETS[0] not in told


def test_what_the_product_logs_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ConnectionError(f"550 {SECRETS[0]}")
    except ConnectionError as error:
        structlog.get_logger("x").error(
            "job_failed", job_id=3, address="anything", recipient="Li", exc_info=error,
            detail={"to": SECRETS[0], "n": 7},
        )  # fmt: skip
    told = capsys.readouterr().out
    assert "event='job_failed'" in told
    assert "job_id=3" in told
    assert "address='***'" in told
    assert "recipient='***'" in told
    assert "{'to': '***', 'n': 7}" in told
    assert [secret for secret in SECRETS if secret in told] == []


def test_an_entry_cannot_be_forged_by_a_line_break(capsys: pytest.CaptureFixture[str]) -> None:
    forged = "x\r\nERROR all is lost"
    assert written(lambda log: log.info("asked for %s", forged)).count("\n") == 1
    structlog.get_logger("x").info("asked", path=forged)
    assert capsys.readouterr().out.count("\n") == 1


def test_numbers_and_codes_stay_readable() -> None:
    entry = {"event": "job_done", "job_id": 13800138000, "kind": "journal.purge", "ok": True}
    assert mask_entry(None, "info", dict(entry)) == entry


def test_an_error_of_the_database_quotes_nothing_that_was_sent(session: Session) -> None:
    with pytest.raises(IntegrityError) as caught:
        session.execute(
            text("INSERT INTO message (id, address) VALUES (1, :address)"), {"address": SECRETS[0]}
        )
    # PostgreSQL's own message repeats the row; the masked log does not.
    assert "[SQL parameters hidden" in str(caught.value)
    told = written(lambda log: log.error("failed", exc_info=caught.value))
    assert SECRETS[0] not in told
    session.rollback()
    assert session.scalars(select(StoredMessage)).all() == []


def test_no_line_of_a_log_can_be_forged(capsys: pytest.CaptureFixture[str]) -> None:
    forged = "quiet\nlevel='error' event='all_is_well'\r\x1b[2J\u2028event='x'"
    structlog.get_logger("x").warning("request_refused", endpoint=forged, detail=[forged])
    told = capsys.readouterr().out
    assert len(told.splitlines()) == 1
    assert "\x1b" not in told
    by_library = written(lambda log: log.warning("asked for %s", forged))
    assert len(by_library.splitlines()) == 1
    assert "\x1b" not in by_library
