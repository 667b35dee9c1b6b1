"""The commands: what they print, what they leave behind, and how they refuse."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from app.cli import main
from app.wiring import SCHEDULES
from tests.roads import write_roads

PROMISED = {
    "streams",
    "demands",
    "feasible_pairs",
    "streams_with_partner",
    "tonnes_with_partner_share",
    "best_value_per_t",
    "median_value_per_t",
    "rejections",
    "utilization",
    "seconds",
}
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command of an installation in a folder of its own, on SQLite."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("OFFTAKE_INSTANCE", str(tmp_path / "instance"))
    return lambda *words, **more: CliRunner().invoke(main, list(words), **more)


@pytest.fixture
def loaded(run: Run, sqlite_with_facts: Path, tmp_path: Path) -> Run:
    """The same, after `offtake init`."""
    (tmp_path / "instance").mkdir()
    shutil.copy(sqlite_with_facts, tmp_path / "instance/offtake.db")
    return run


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def refused(result: Result) -> str:
    """What a refused command says; a traceback would be another exception."""
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert result.exit_code in {1, 2}
    return result.output


def test_init_makes_the_database_and_may_be_repeated(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "instance/offtake.db"
    counting = "SELECT (SELECT count(*) FROM waste_code), (SELECT count(*) FROM region)"
    first = run("init")
    assert (first.exit_code, first.output) == (0, "database and catalogue are up to date\n")
    before = rows(database, counting)
    schedules = rows(database, "SELECT name FROM schedule ORDER BY name")
    assert run("init").exit_code == 0
    assert rows(database, counting) == before
    assert rows(database, "SELECT name FROM schedule ORDER BY name") == schedules
    assert schedules == sorted((each.name,) for each in SCHEDULES)
    assert stat.S_IMODE((tmp_path / "instance/secret-key").stat().st_mode) == 0o600


def test_demo_prints_the_promised_figures_and_keeps_the_passwords_to_itself(
    loaded: Run, tmp_path: Path
) -> None:
    result = loaded("demo", "--region", "Hainan", "--json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert set(figures) >= PROMISED
    assert figures["streams"] > 10
    assert figures["demands"] > 3
    assert figures["utilization"]["basis"] == "estimated"
    assert 0 < figures["tonnes_with_partner_share"] <= 1
    assert set(figures["rejections"]) <= {
        "distance", "vehicle", "month", "composition", "untested", "value", "right",
    }  # fmt: skip
    kept = tmp_path / "instance/demo-credentials.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    people = json.loads(kept.read_text("utf-8"))
    assert [person["role"] for person in people] == ["factory", "recycler", "operator"]
    assert all(person["password"] not in result.output for person in people)

    again = loaded("demo", "--region", "Hainan", "--json")
    same = json.loads(again.stdout)
    assert {k: v for k, v in same.items() if k != "seconds"} == {
        k: v for k, v in figures.items() if k != "seconds"
    }
    assert json.loads(kept.read_text("utf-8")) == people
    assert loaded("demo", "--if-empty").output == "the demonstration market is loaded\n"

    told = loaded("demo", "--region", "Hainan")
    assert told.exit_code == 0
    assert told.output.startswith("streams")

    stream_id = rows(
        tmp_path / "instance/offtake.db",
        "SELECT stream_id FROM stored_match WHERE tested ORDER BY stream_id LIMIT 1",
    )[0][0]
    match = json.loads(loaded("match", "--stream", str(stream_id), "-k", "1", "--json").stdout)
    assert len(match["partners"]) == 1
    assert match["partners"][0]["rank"] == 1
    demand_id = str(match["partners"][0]["id"])
    spoken = loaded("match", "--demand", demand_id)
    assert spoken.exit_code == 0
    assert "partners of" in spoken.output


def test_match_tells_a_wrong_call_in_words(loaded: Run) -> None:
    assert "Name one listing" in refused(loaded("match"))
    assert "Name one listing" in refused(loaded("match", "--stream", "1", "--demand", "1"))
    assert "There is no stream 7." in refused(loaded("match", "--stream", "7"))
    assert "There is no demand 7." in refused(loaded("match", "--demand", "7", "--json"))
    assert "is not a valid integer" in refused(loaded("match", "--stream", "x"))
    assert "range" in refused(loaded("match", "--stream", "1", "-k", "0"))
    assert "range" in refused(loaded("match", "--stream", str(10**25)))


def test_a_region_nobody_knows_is_a_message(loaded: Run) -> None:
    said = refused(loaded("demo", "--region", "Atlantis"))
    assert "The demonstration knows no such province." in said
    assert "Atlantis" in said


def test_register_makes_people_and_refuses_in_words(loaded: Run, tmp_path: Path) -> None:
    def register(password: str, *, email: str = "li@example.com", name: str = "Li Wei") -> Result:
        words = ("register", "--organization", "Works", "--name", name, "--email", email)
        return loaded(*words, env={"OFFTAKE_PASSWORD": password})

    made = register("long enough for anybody")
    assert (made.exit_code, made.output) == (0, "organization 1, user 1\n")
    database = tmp_path / "instance/offtake.db"
    assert rows(database, "SELECT email, name FROM user_account") == [("li@example.com", "Li Wei")]
    assert "This address already has an account." in refused(register("long enough for anybody"))
    short = refused(register("short", email="no address", name="=1+1"))
    assert "email: " in short
    assert "password: " in short
    assert "name: A name must not begin with = + - or @." in short
    assert "short" not in short.replace("too short", "")
    assert rows(database, "SELECT count(*) FROM organization") == [(1,)]
    unknown = ("register", "--organization", "a", "--name", "b", "--email", "c@d.e")
    assert "Invalid value" in refused(loaded(*unknown, "--role", "emperor"))


def test_roads_are_imported_or_refused_in_words(run: Run, tmp_path: Path) -> None:
    file = write_roads(tmp_path / "china.npz", metres=1_000)
    kept = tmp_path / "instance/roads.npz"
    said = "\n© the mappers, ODbL 1.0: say so wherever distances are shown\n"
    dry = run("import", "roads", str(file), "--dry-run", env={"OFFTAKE_ROAD": "graph"})
    assert (dry.exit_code, dry.output) == (0, f"2 nodes and 1 roads would be imported{said}")
    assert not kept.exists()
    done = run("import", "roads", str(file))
    more = "OFFTAKE_ROAD=graph puts them to use\n"
    assert (done.exit_code, done.output) == (0, f"2 nodes and 1 roads imported{said}{more}")
    assert kept.read_bytes() == file.read_bytes()
    file.write_text("lat,lon")
    refusal = refused(run("import", "roads", str(file)))
    assert "This file is no graph of roads. the file is no .npz of plain arrays" in refusal
    assert "does not exist" in refused(run("import", "roads", str(tmp_path / "nowhere.npz")))


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_roads_that_cannot_be_read_stop_the_start(run: Run, command: str) -> None:
    said = refused(run(command, env={"OFFTAKE_ROAD": "graph"}))
    assert "Error: OFFTAKE_ROAD=graph: there is no" in said
    assert "run offtake import roads FILE" in said
    unknown = refused(run(command, env={"OFFTAKE_ROAD": "service:roadie:http://127.0.0.1"}))
    assert "'roadie' is not one of osrm" in unknown


def test_an_unknown_command_is_a_message(run: Run) -> None:
    assert "No such command" in refused(run("fly"))
    assert "No such option" in refused(run("init", "--wings"))
