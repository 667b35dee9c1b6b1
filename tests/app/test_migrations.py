"""Migrations up, down and with rows; the schema they build is the one the models describe."""

from __future__ import annotations

import shutil
from datetime import datetime

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from models.base import UtcDateTime
from models.metadata import metadata
from tests.conftest import ROOT, alembic_for

DAY = "2026-01-01"
NOW = "2026-01-01 00:00:00"
# One row for every table that later revisions build upon, in the order of the revisions.
ROWS = {
    "0001": (
        f"""
        INSERT INTO outbox_event (id, topic, payload, occurred_at) VALUES (1, 't',
        '{{}}', '{NOW}')
        """,
        f"""
        INSERT INTO job (id, kind, payload, dedupe_key, run_at, attempts) VALUES (1,
        'k', '{{}}', 'd', '{NOW}', 0)
        """,
    ),
    "0002": (
        """
        INSERT INTO source (id, key, text, shipped) VALUES (1, 's', 's', true)
        """,
        """
        INSERT INTO waste_code (id, scheme, code, level, name_en, hazard_properties,
        is_leaf, search_text, source_id, status) VALUES (1, 'CN-SW', 'SW02', 2, 'ash',
        '', true, '', 1, 'verified')
        """,
    ),
    "0003": (
        f"""
        INSERT INTO organization (id, name, demonstration, invented, created_at) VALUES
        (1, 'works', false, false, '{NOW}')
        """,
        f"""
        INSERT INTO user_account (id, email, name, password_hash, created_at) VALUES (1,
        'a@example.com', 'A', 'h', '{NOW}')
        """,
    ),
    "0004": (
        f"""
        INSERT INTO site (id, organization_id, name, kind, lat, lon, precision,
        coordinate_source, blurred, public_lat, public_lon, created_at) VALUES (1, 1,
        'works', 'other', 36, 117, 'exact', 'owner', false, 36, 117, '{NOW}')
        """,
    ),
    "0005": (
        f"""
        INSERT INTO paper (id, organization_id, site_id, kind, number, valid_from,
        demonstration, created_at) VALUES (1, 1, 1, 'eia_approval', 'n', '{DAY}', false,
        '{NOW}')
        """,
    ),
    "0006": (
        f"""
        INSERT INTO stream (id, organization_id, site_id, waste_code_id, name,
        description, physical_form, rhythm, visibility, vehicles, ask_minor_per_tonne,
        vat_included, delivery_term, year_g, state, version, estimated, created_at,
        changed_at) VALUES (1, 1, 1, 1, 'ash', '', 'powder', 'batch', 'public', 1,
        -3500, true, 'ex_works', 12, 'published', 1, false, '{NOW}', '{NOW}')
        """,
    ),
    "0007": (
        f"""
        INSERT INTO demand (id, organization_id, site_id, name, description, visibility,
        vehicles, price_minor_per_tonne, vat_included, year_g, radius_m, state, version,
        estimated, created_at, changed_at) VALUES (1, 1, 1, 'ash', '', 'public', 1, 100,
        true, 12, 1000, 'published', 1, false, '{NOW}', '{NOW}')
        """,
    ),
    "0008": (
        """
        INSERT INTO stored_match (stream_id, demand_id, tested, value_minor_per_tonne,
        distance_m, stream_version, demand_version) VALUES (1, 1, true, 1, 0, 1, 1)
        """,
    ),
    "0009": (
        f"""
        INSERT INTO audit_entry (id, at, topic, outcome, role, by_token, subject_kind, before,
        after) VALUES (1, '{NOW}', 't.done', 'done', 'owner', false, '', '{{}}', '{{}}')
        """,
        f"""
        INSERT INTO audit_link (position, entry_id, hash, linked_at) VALUES (1, 1, 'h', '{NOW}')
        """,
        f"""
        INSERT INTO message (id, channel, purpose, address, language, subject, body,
        confidential, created_at) VALUES (1, 'email', 'p', 'a@b.cn', 'en', 's', 'b', false,
        '{NOW}')
        """,
    ),
    "0010": (
        f"""
        INSERT INTO upload (id, organization_id, purpose, name, content_type, size_bytes,
        sha256, storage_key, state, created_at) VALUES (1, 1, 'permit', 'p.pdf',
        'application/pdf', 1, 'x', 'k', 'clean', '{NOW}')
        """,
    ),
    "0011": (
        f"""
        INSERT INTO login_session (id, user_id, token_hash, via, second_factor, address,
        agent, created_at, authenticated_at, last_seen_at) VALUES (1, 1, 't', 'password',
        false, '', '', '{NOW}', '{NOW}', '{NOW}')
        """,
    ),
    "0012": (
        """
        INSERT INTO membership (user_id, organization_id, role) VALUES (1, 1, 'auditor')
        """,
    ),
    "0013": (
        f"""
        INSERT INTO quota_posting (id, reason_key, kind, site_id, waste_code_id, way, year,
        mass_g, posted_at) VALUES (1, 'contract:1', 'reserve', 1, 1, 'utilize', 2026, 5,
        '{NOW}')
        """,
        """
        INSERT INTO quota_entry (posting_id, paper_id, requirement, rank, year, reserved_g,
        used_g) VALUES (1, 1, 'operating_permit', 1, 2026, 5, 0)
        """,
    ),
}


def run(url, *statements):
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(text(statement)) for statement in statements]
            return results[-1].scalar() if results[-1].returns_rows else None
    finally:
        engine.dispose()


def tables_of(url):
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_every_revision_has_its_rows_here():
    scripts = ScriptDirectory.from_config(alembic_for("sqlite://"))
    assert sorted(revision.revision for revision in scripts.walk_revisions()) == sorted(ROWS)


def test_up_with_rows_at_every_step_and_down_again(empty_url):
    config = alembic_for(empty_url)
    for revision, statements in ROWS.items():
        command.upgrade(config, revision)
        run(empty_url, *statements)
    command.check(config)
    assert run(empty_url, "SELECT count(*) FROM stored_match") == 1
    for revision in reversed([*ROWS][:-1]):
        command.downgrade(config, revision)
        # What the earlier revisions hold is still there.
        assert run(empty_url, "SELECT count(*) FROM outbox_event") == 1
    command.downgrade(config, "base")
    assert tables_of(empty_url) == {"alembic_version"}


def test_upgrading_twice_changes_nothing(empty_url):
    config = alembic_for(empty_url)
    command.upgrade(config, "head")
    before = tables_of(empty_url)
    command.upgrade(config, "head")
    assert tables_of(empty_url) == before == {*metadata.tables, "alembic_version"}


def test_the_migrated_schema_has_every_check_of_the_models(database_url):
    engine = create_engine(database_url)
    inspector = inspect(engine)
    for table in metadata.tables.values():
        wanted = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert {c["name"] for c in inspector.get_check_constraints(table.name)} == wanted
    engine.dispose()


def test_what_happened_cannot_be_changed_or_forgotten(database_url):
    run(database_url, ROWS["0001"][0], *ROWS["0009"][:2])
    for table, column in [
        ("outbox_event", "topic"),
        ("audit_entry", "topic"),
        ("audit_link", "hash"),
    ]:
        held = run(database_url, f"SELECT {column} FROM {table}")
        for change in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match=f"{table} is append-only"):
                run(database_url, change)
        assert run(database_url, f"SELECT {column} FROM {table}") == held


def test_a_naive_instant_is_refused_before_it_is_stored():
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(naive, create_engine("sqlite://").dialect)


REBUILD = '''"""Rebuild a table that has child rows."""

from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("stream", recreate="always") as table:
        table.alter_column("description", comment="rebuilt")


def downgrade() -> None:
    pass
'''


def test_rebuilding_a_table_keeps_the_rows_that_hang_on_it(tmp_path):
    # With foreign keys on, SQLite would lose or refuse child rows when the old table is dropped.
    url = f"sqlite:///{tmp_path}/test.db"
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    config = alembic_for(url)
    config.set_main_option("script_location", str(folder))
    for revision, statements in ROWS.items():
        command.upgrade(config, revision)
        run(url, *statements)
    run(url, "INSERT INTO stream_month (stream_id, month, mass_g) VALUES (1, 1, 12)")
    head = max(ROWS)
    (folder / "versions/9999_rebuild.py").write_text(REBUILD.replace("{head}", head), "utf-8")
    command.upgrade(config, "9999")
    assert run(url, "SELECT count(*) FROM stream_month") == 1
    assert run(url, "SELECT count(*) FROM stored_match") == 1
