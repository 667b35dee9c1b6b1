"""`offtake doctor`: silent about what is sound, plain about what is not, and 1 if anything is."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.clock import now_utc
from app.database import write_transaction
from app.journal.inputs import Message
from app.journal.queries.health import CHAINED_WITHIN, Look, check_triggers, examine
from app.journal.services import AuditNote, chain_audit, send_message, write_audit
from app.settings import Settings
from app.wiring import CHECKS, open_sessions
from models.journal.audit import APPEND_ONLY_TABLES
from models.permissions import Actor, Role

Run = Callable[..., Result]
TRADER = Actor(user_id=5, organization_id=7, role=Role.TRADER)


@pytest.fixture
def database(tmp_path: Path, sqlite_template: Path) -> Path:
    path = tmp_path / "instance/offtake.db"
    path.parent.mkdir()
    shutil.copy(sqlite_template, path)
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("OFFTAKE_INSTANCE", str(tmp_path / "instance"))
    return lambda *words, **more: CliRunner().invoke(main, list(words), **more)


def wrong(result: Result) -> dict[str, list[str]]:
    told = json.loads(result.stdout)
    assert result.exit_code == (0 if told["ok"] else 1)
    return {check["name"]: check["wrong"] for check in told["checks"] if not check["ok"]}


def write(database: Path, *, chained: bool = True, minutes_ago: int = 0) -> int:
    sessions = open_sessions(f"sqlite:///{database}")
    now = now_utc() - timedelta(minutes=minutes_ago)
    with write_transaction(sessions) as session:
        note = AuditNote(topic="organization.verified", after={"standing": "verified"})
        entry_id = write_audit(session, note, actor=TRADER, now=now)
        if chained:
            chain_audit(session, now=now)
    sessions.kw["bind"].dispose()
    return entry_id


def tamper(database: Path, *statements: str) -> None:
    with sqlite3.connect(database) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_a_sound_installation_is_ok_and_tells_the_head_of_its_chain(
    run: Run, database: Path
) -> None:
    write(database)
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "WRONG" not in result.output
    told = json.loads(run("doctor", "--json").stdout)
    assert (told["ok"], [check["name"] for check in told["checks"]]) == (
        True,
        [check.name for check in CHECKS],
    )
    (fact,) = [check["fact"] for check in told["checks"] if check["name"] == "audit chain"]
    assert fact.startswith("1 links, head ")
    head = fact.rpartition(" ")[2]
    assert run("doctor", "--noted-head", head).exit_code == 0


def test_a_tampered_entry_makes_it_end_with_one_and_is_named(run: Run, database: Path) -> None:
    write(database)
    entry_id = write(database)
    write(database)
    tamper(
        database,
        "DROP TRIGGER audit_entry_no_update",
        f"UPDATE audit_entry SET role = 'operator' WHERE id = {entry_id}",
    )
    result = run("doctor")
    assert result.exit_code == 1
    assert f"entry {entry_id} or its link 2 was changed; the chain holds up to link 1" in (
        result.output
    )
    assert wrong(run("doctor", "--json")) == {
        "append-only triggers": ["the trigger audit_entry_no_update is gone or off"],
        "audit chain": [
            f"entry {entry_id} or its link 2 was changed; the chain holds up to link 1"
        ],
    }


def test_a_chain_made_anew_lacks_the_head_that_was_noted(run: Run, database: Path) -> None:
    write(database)
    (fact,) = [
        check["fact"]
        for check in json.loads(run("doctor", "--json").stdout)["checks"]
        if check["name"] == "audit chain"
    ]
    tamper(
        database,
        "DROP TRIGGER audit_entry_no_delete",
        "DROP TRIGGER audit_link_no_delete",
        "PRAGMA foreign_keys=OFF",
        "DELETE FROM audit_link",
        "DELETE FROM audit_person",
        "DELETE FROM audit_entry",
    )
    write(database)
    found = wrong(run("doctor", "--json", "--noted-head", fact.rpartition(" ")[2]))
    assert found["audit chain"] == [
        "the head noted before is not in the chain: it was made anew, or cut off"
    ]


def test_an_entry_put_in_beside_the_chain_is_found(run: Run, database: Path) -> None:
    write(database)
    tamper(
        database,
        "INSERT INTO audit_entry (id, at, topic, outcome, role, by_token, subject_kind, before,"
        " after) VALUES (77, '2026-01-01 00:00:00', 'a.b', 'done', 'owner', 0, '', '{}', '{}')",
    )
    assert wrong(run("doctor", "--json")) == {
        "audit chain": ["entry 77 has no link, and none will be made"]
    }


def test_a_chain_that_lags_means_that_no_worker_runs(run: Run, database: Path) -> None:
    write(database, chained=False)
    assert wrong(run("doctor", "--json")) == {}
    write(database, chained=False, minutes_ago=5)
    (line,) = wrong(run("doctor", "--json"))["audit chain is up to date"]
    assert "does a worker run?" in line
    assert timedelta(minutes=5) > CHAINED_WITHIN


def test_dead_jobs_and_messages_that_wait_are_told(run: Run, database: Path) -> None:
    sessions = open_sessions(f"sqlite:///{database}")
    message = Message(purpose="account.confirm", address="li@example.com", body="x", subject="y")
    with write_transaction(sessions) as session:
        send_message(session, message, now=now_utc() - timedelta(hours=2))
    sessions.kw["bind"].dispose()
    tamper(database, "UPDATE job SET dead_at = run_at, attempts = 15")
    found = wrong(run("doctor", "--json"))
    assert found == {
        "background jobs": ["job 1 (journal.send_message) was given up after 15 attempts"],
        "messages": ["1 messages have not been sent"],
    }
    assert "li@example.com" not in run("doctor").output


def test_a_weak_secret_and_an_old_schema_are_told(
    run: Run, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFTAKE_SECRET_KEY", "geheim")
    tamper(database, "UPDATE alembic_version SET version_num = '0008'")
    found = wrong(run("doctor", "--json"))
    assert list(found) == ["settings", "migrations"]
    assert found["settings"][0].startswith("OFFTAKE_SECRET_KEY is shorter than 32 characters")
    assert found["migrations"][0].startswith("the database is at 0008, not at ")
    assert "geheim" not in str(found)


def test_an_empty_database_is_a_finding_and_no_traceback(run: Run, database: Path) -> None:
    database.unlink()
    found = wrong(run("doctor", "--json"))
    assert found["migrations"][0].startswith("the database is at nothing, not at ")
    assert found["messages"] == [
        "this could not be looked at: OperationalError (has `offtake init` run?)"
    ]


def test_the_triggers_of_every_append_only_table_are_there(database_url: str) -> None:
    sessions = open_sessions(database_url)
    look = Look(settings=Settings(), now=now_utc())
    with sessions() as session:
        assert check_triggers(session, look) == []
        assert [examine(session, check, look).name for check in CHECKS] == [c.name for c in CHECKS]
    assert set(APPEND_ONLY_TABLES) >= {"outbox_event", "audit_entry", "audit_link"}
    sessions.kw["bind"].dispose()
