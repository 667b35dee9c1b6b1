"""Negative controls: each wall falls over when somebody walks through it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# By contract: one line that crosses the wall in one place of it.
BREACHES = [
    ("floors", "models/streams/terms.py", "import matching.roads.curve"),
    ("floors", "matching/roads/curve.py", "import models.quantities"),
    ("app-order", "app/streams/services.py", "import app.demands.queries"),
    ("app-order", "app/edge.py", "import app.accounts.services"),
    ("models-order", "models/streams/life.py", "import models.demands.limits"),
    ("inside-a-feature", "app/demands/inputs.py", "import app.demands.queries"),
    ("inside-a-feature", "app/matchmaking/queries/rows.py", "import app.matchmaking.services"),
    ("edges-are-last", "app/matchmaking/services.py", "import app.streams.pages"),
    ("no-flask-below-the-edge", "app/accounts/services/tokens.py", "import flask"),
    ("services-write-edges-do-not", "app/demands/pages.py", "import sqlalchemy"),
    ("rules-know-no-database", "models/compliance/rights.py", "import sqlalchemy"),
    ("tables-are-not-rules", "models/matchmaking/rates.py", "import models.matchmaking.tables"),
    ("matching-order", "matching/plans/reach.py", "import matching.blends.recipes"),
    ("matching-order", "matching/search/gates.py", "import matching.plans.reach"),
    ("pure-matching", "matching/checks.py", "import pydantic"),
]
CONTRACTS = {
    "floors": "app uses models and matching; they never look back, nor at each other",
    "app-order": "In app: a feature imports only what is more basic",
    "models-order": "In models: a feature imports only what is more basic",
    "inside-a-feature": "Inside a feature: edges -> services -> queries -> inputs",
    "edges-are-last": "Nobody imports an edge or a projection; app.wiring connects them",
    "no-flask-below-the-edge": "Services, queries, inputs and projections run without Flask",
    "services-write-edges-do-not": "Edges hold no SQL",
    "rules-know-no-database": "Rule modules of models import no SQLAlchemy",
    "tables-are-not-rules": "Rule modules import no tables",
    "matching-order": "In matching: machines -> blends -> plans -> search -> market and roads",
    "pure-matching": "matching is numbers only",
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the sources, to be spoilt."""
    for name in ("app", "models", "matching"):
        shutil.copytree(
            ROOT / name, tmp_path / name,
            ignore=shutil.ignore_patterns("static", "*.csv", "*.json", "__pycache__"),
        )  # fmt: skip
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def verdicts(house: Path) -> dict[str, str]:
    """KEPT or BROKEN by contract."""
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache", "--no-logo"],
        cwd=house,
        env={"PYTHONPATH": str(house), "PATH": "/usr/bin:/bin", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = {}
    for contract, name in CONTRACTS.items():
        for line in done.stdout.splitlines():
            if line.startswith((f"{name} KEPT", f"{name} BROKEN")):
                said[contract] = line.removeprefix(name).split()[0]
    assert said, done.stdout + done.stderr
    return said


def test_the_walls_stand_as_long_as_nobody_walks_through(house: Path) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = declared["tool"]["importlinter"]["contracts"]
    assert {each["id"]: each["name"] for each in contracts} == CONTRACTS
    assert {contract for contract, _, _ in BREACHES} == set(CONTRACTS)
    assert verdicts(house) == dict.fromkeys(CONTRACTS, "KEPT")


@pytest.mark.parametrize(("contract", "file", "line"), BREACHES)
def test_a_wrong_import_breaks_the_contract(
    house: Path, contract: str, file: str, line: str
) -> None:
    path = house / file
    path.write_text(path.read_text("utf-8") + f"\n{line}\n", "utf-8")
    assert verdicts(house)[contract] == "BROKEN"


def test_a_new_folder_must_take_its_place_in_the_order(house: Path) -> None:
    (house / "app/helpers").mkdir()
    (house / "app/helpers/__init__.py").touch()
    assert verdicts(house)["app-order"] == "BROKEN"
