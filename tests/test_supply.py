"""What is known of the packages the product is made of: holes, and the bill of materials."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools import audit, bom

ROOT = Path(__file__).parent.parent
HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"]}


def test_a_package_that_nobody_knows_is_not_called_sound() -> None:
    known = {"name": "a", "version": "1.0", "vulns": []}
    holed = {"name": "b", "version": "1.0", "vulns": [HOLE]}
    skipped = {"name": "c", "skip_reason": "Dependency not found on PyPI"}
    sound = audit.read_pip_audit({"dependencies": [known]})
    assert sound == audit.Verdict()
    silent = audit.read_pip_audit({"dependencies": [known, skipped]})
    assert silent == audit.Verdict(silence="it knows nothing of 1 packages, such as c")
    both = audit.read_pip_audit({"dependencies": [holed, skipped]})
    assert both.holes == ["b 1.0: PYSEC-2026-1, mended in 2.0"]
    assert audit.read_pip_audit({"dependencies": []}).silence == "it looked at no package"
    assert [audit.exit_code([one]) for one in (sound, silent, both)] == [0, 2, 1]
    assert list(audit.told("Python", silent)) == [
        "Python: not reachable: it knows nothing of 1 packages, such as c"
    ]


def test_npm_answers_or_is_said_to_be_silent() -> None:
    assert audit.read_npm_audit({"vulnerabilities": {}}) == audit.Verdict()
    assert audit.read_npm_audit({"message": "405"}).silence == "405"
    found = {"vulnerabilities": {"x": {"severity": "high", "range": "<2"}}}
    assert audit.read_npm_audit(found).holes == ["x: high, versions <2"]


def test_a_service_that_fails_ends_the_command_with_its_own_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away() -> audit.Verdict:
        raise OSError("no network")

    monkeypatch.setattr(audit, "ask_pip_audit", away)
    monkeypatch.setattr(audit, "ask_npm", audit.Verdict)
    with pytest.raises(SystemExit) as ended:
        audit.main()
    assert ended.value.code == 2
    assert capsys.readouterr().out.splitlines() == [
        "Python: not reachable: no network",
        "npm: nothing is known against any pin",
    ]


def test_the_bill_names_every_pin_of_the_locks_and_nothing_else() -> None:
    found = bom.bill()
    pinned = re.findall(
        r"^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE
    )
    wanted = {f"pkg:pypi/{name}@{version}" for name, version in pinned}
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    shipped = {place for place, package in lock.items() if place and not package.get("dev")}
    wanted |= {
        f"pkg:npm/{place.rpartition('node_modules/')[2]}@{lock[place]['version']}"
        for place in shipped
    }
    assert {component["bom-ref"] for component in found["components"]} == wanted
    assert not any("axe-core" in reference for reference in wanted)
    assert found["dependencies"][0]["dependsOn"] == [c["bom-ref"] for c in found["components"]]
    flask = next(c for c in found["components"] if c["name"] == "flask")
    assert flask["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert all(re.fullmatch("[0-9a-f]{64}", each["value"]) for each in flask["properties"])
    bootstrap = next(c for c in found["components"] if c["name"] == "bootstrap")
    assert bootstrap["hashes"][0]["alg"] == "SHA-512"
    assert len(bootstrap["hashes"][0]["content"]) == 128
    assert bom.bill() == found


def test_the_bill_is_written_where_git_does_not_look(tmp_path: Path) -> None:
    assert bom.TARGET.relative_to(ROOT).parts[0] == "instance"
    assert "instance/" in (ROOT / ".gitignore").read_text().splitlines()
