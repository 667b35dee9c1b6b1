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
# Whatever ends a line or steers a terminal, as Python would write it.
_WRITTEN_OUT: Final = {
    sign: ascii(chr(sign))[1:-1] for sign in (*range(32), *range(127, 160), 0x2028, 0x2029)
}


def _masked_record(*arguments: Any, **more: Any) -> logging.LogRecord:
    record = _plain_record(*arguments, **more)
    # On one line and without colours: what somebody sent must not look like an entry of its own.
    record.msg, record.args = masked(record.getMessage()).translate(_WRITTEN_OUT), ()
    if record.exc_info and record.exc_info[1] is not None:
        # A formatter takes the text that is there, and makes none of its own.
        record.exc_text = masked("".join(traceback.format_exception(record.exc_info[1])).rstrip())
    return record
