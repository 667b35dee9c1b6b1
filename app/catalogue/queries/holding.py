"""What one transaction asks for again and again is read once in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from sqlalchemy.orm import Session

Held = TypeVar("Held")
_KEY: Final = "catalogue"


def held(session: Session, name: str, read: Callable[[Session], Held]) -> Held:
    """Return what `read` returned earlier in this transaction, or read it now.

    A load of demands asks for the same thousand codes six thousand times. Nothing outlives the
    transaction, so no process can hold on to names that another one has changed.
    """
    store: dict[str, tuple[Any, object]] = session.info.setdefault(_KEY, {})
    transaction, value = store.get(name, (None, None))
    if transaction is not None and transaction is session.get_transaction():
        return cast("Held", value)
    fresh = read(session)
    store[name] = (session.get_transaction(), fresh)
    return fresh


def forget(session: Session) -> None:
    """Read anew from here on, because the catalogue was written."""
    session.info.pop(_KEY, None)
