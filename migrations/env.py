"""Run migrations, on either database, in one transaction that leaves no broken reference."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from app.database import open_engine
from app.settings import Settings
from models.base import UtcDateTime
from models.metadata import metadata
from models.places.geometry import Geometry


def run() -> None:
    url = context.config.attributes.get("database_url") or Settings().database
    engine = open_engine(url, pooled=False).execution_options(writes=True)
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # Rebuilding a table drops it, and a drop deletes child rows while foreign keys are on.
            # The switch works only outside a transaction, hence on the raw connection.
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=sqlite,
            compare_type=True,
            render_item=_render_item,
            # Alembic takes SQLite for a database that cannot roll back DDL. It can, because we emit
            # BEGIN ourselves; so one transaction spans all revisions and the check below.
            transactional_ddl=True,
            include_object=context.config.attributes.get("include_object"),
        )
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                _refuse_broken_references(connection)


def _render_item(kind: str, item: object, _: object) -> str | Literal[False]:
    """Write column types of ours as what they are in the database: migrations import no models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Geometry):
        return "sa.LargeBinary()"
    return False


def _refuse_broken_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"migration left broken references: {broken[:5]}")


run()
