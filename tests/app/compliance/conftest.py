"""The books of a small market for the tests of this feature."""

from __future__ import annotations

from tests.app.streams.books import books, market, session

__all__ = ["books", "market", "session"]
