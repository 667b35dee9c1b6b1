"""Bring the rows of one table in line with facts: insert, update, and leave the rest alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, inspect, select, update
from sqlalchemy.orm import Session

from app.catalogue.queries import forget
from models.base import Base
from models.catalogue.tables import Source

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many rows were added, changed, already right, or kept because an operator owns them."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0

    @property
    def changed_anything(self) -> bool:
        return bool(self.inserted or self.updated)

    def __add__(self, other: Written) -> Written:
        return Written(
            inserted=self.inserted + other.inserted,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            kept=self.kept + other.kept,
        )


def write_rows(
    session: Session, table: type[Base], key: Sequence[str], rows: Sequence[Row]
) -> Written:
    """Insert the rows whose natural key is new and update those that differ; delete nothing.

    A row whose source we do not ship was entered by an operator, and stays as it is.
    """
    if not rows:
        return Written()
    columns = list(rows[0])
    primary = [str(column.key) for column in inspect(table).primary_key]
    found = _existing(session, table, key, [*primary, *columns])
    theirs = _sources_of_operators(session) if "source_id" in columns else frozenset()
    new, changed, kept = [], [], 0
    for row in rows:
        earlier = found.get(tuple(row[column] for column in key))
        if earlier is None:
            new.append(row)
        elif earlier.get("source_id") in theirs:
            kept += 1
        elif any(earlier[column] != row[column] for column in columns):
            changed.append({**row, **{column: earlier[column] for column in primary}})
    if new or changed:
        forget(session)
    if new:
        session.execute(insert(table), new)
    if changed:
        session.execute(update(table), changed)
    return Written(
        inserted=len(new),
        updated=len(changed),
        unchanged=len(rows) - len(new) - len(changed) - kept,
        kept=kept,
    )


def ids_of(session: Session, table: type[Base], *key: str) -> dict[Any, int]:
    """Return the id of every row by its natural key: the value, or a tuple of several."""
    columns = table.__table__.c
    rows = session.execute(select(columns["id"], *(columns[name] for name in key)))
    return {(rest[0] if len(rest) == 1 else tuple(rest)): row_id for row_id, *rest in rows}


def _existing(
    session: Session, table: type[Base], key: Sequence[str], columns: Sequence[str]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    names = list(dict.fromkeys(columns))
    selected = select(*(table.__table__.c[name] for name in names))
    rows = (dict(zip(names, row, strict=True)) for row in session.execute(selected))
    return {tuple(row[name] for name in key): row for row in rows}


def _sources_of_operators(session: Session) -> frozenset[int]:
    return frozenset(session.scalars(select(Source.id).where(Source.shipped.is_(False))))
