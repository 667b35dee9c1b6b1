"""Reads of accounts."""

from app.accounts.queries.frames import (
    find_frame,
    holds_demonstration,
    organization_by_key,
)

__all__ = ["find_frame", "holds_demonstration", "organization_by_key"]
