"""Declarative base, constraint names and the few column types that all tables share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from models.quantities import Grams, Metres, Millionths, Minor, MinorPerTonne

# On SQLite only INTEGER numbers rows by itself; there it holds 64 bits too.
WHOLE = BigInteger().with_variant(Integer, "sqlite")


def one_of(column: str, allowed: Iterable[str], name: str) -> CheckConstraint:
    """A CHECK that a column holds one of the words of a literal tuple."""
    words = ", ".join(f"'{word}'" for word in allowed)
    return CheckConstraint(f"{column} IN ({words})", name=name)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values, so a time zone mistake fails where it is made."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: attach a time zone before storing")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  (the signature is SQLAlchemy's)
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: String(200),
        int: WHOLE,
        Grams: WHOLE,
        Minor: WHOLE,
        MinorPerTonne: WHOLE,
        Metres: WHOLE,
        Millionths: WHOLE,
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
    }
