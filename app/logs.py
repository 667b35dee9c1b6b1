"""Logs: one line an event, without anything of anybody in it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

from models.journal.masking import MASK, PERSONAL_NAMES, masked, masked_value

_plain_record: Final = logging.getLogRecordFactory()
Entry = MutableMapping[str, Any]


def set_up_logging() -> None:
    """Mask what every library and every module of ours logs, whatever handler writes it."""
    logging.setLogRecordFactory(_masked_record)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            mask_entry,
            structlog.processors.KeyValueRenderer(
                key_order=["timestamp", "level", "event"], sort_keys=True, drop_missing=True
            ),
        ]
    )


def mask_entry(_: Any, __: str, entry: Entry) -> Entry:
    """The last processor but one: what is personal by its name goes, the rest is searched."""
    for name, value in entry.items():
        if name in PERSONAL_NAMES and value:
            entry[name] = MASK
        elif not isinstance(value, int | float | bool | None):
            entry[name] = masked_value(value if isinstance(value, _SEARCHED) else str(value))
    return entry


_SEARCHED: Final = (str, dict, list, tuple)


def _masked_record(*arguments: Any, **more: Any) -> logging.LogRecord:
    record = _plain_record(*arguments, **more)
    # On one line: what somebody sent must not look like an entry of its own.
    one_line = masked(record.getMessage()).replace("\r", "\\r").replace("\n", "\\n")
    record.msg, record.args = one_line, ()
    if record.exc_info and record.exc_info[1] is not None:
        # A formatter takes the text that is there, and makes none of its own.
        record.exc_text = masked("".join(traceback.format_exception(record.exc_info[1])).rstrip())
    return record
