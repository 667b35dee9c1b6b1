"""The table of docs/security.md keeps its word: each requirement once, each proof a test that runs.

The numbers are those of OWASP ASVS 5.0, levels 1 and 2; its words are OWASP's and stand nowhere
here.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/security.md"
# Number:level, chapter by chapter.
REQUIREMENTS = """
1.1.1:2 1.1.2:2 1.2.1:1 1.2.2:1 1.2.3:1 1.2.4:1 1.2.5:1 1.2.6:2 1.2.7:2 1.2.8:2 1.2.9:2 1.3.1:1
1.3.2:1 1.3.3:2 1.3.4:2 1.3.5:2 1.3.6:2 1.3.7:2 1.3.8:2 1.3.9:2 1.3.10:2 1.3.11:2 1.4.1:2 1.4.2:2
1.4.3:2 1.5.1:1 1.5.2:2 2.1.1:1 2.1.2:2 2.1.3:2 2.2.1:1 2.2.2:1 2.2.3:2 2.3.1:1 2.3.2:2 2.3.3:2
2.3.4:2 2.4.1:2 3.2.1:1 3.2.2:1 3.3.1:1 3.3.2:2 3.3.3:2 3.3.4:2 3.4.1:1 3.4.2:1 3.4.3:2 3.4.4:2
3.4.5:2 3.4.6:2 3.5.1:1 3.5.2:1 3.5.3:1 3.5.4:2 3.5.5:2 3.7.1:2 3.7.2:2 4.1.1:1 4.1.2:2 4.1.3:2
4.2.1:2 4.3.1:2 4.3.2:2 4.4.1:1 4.4.2:2 4.4.3:2 4.4.4:2 5.1.1:2 5.2.1:1 5.2.2:1 5.2.3:2 5.3.1:1
5.3.2:1 5.4.1:2 5.4.2:2 5.4.3:2 6.1.1:1 6.1.2:2 6.1.3:2 6.2.1:1 6.2.2:1 6.2.3:1 6.2.4:1 6.2.5:1
6.2.6:1 6.2.7:1 6.2.8:1 6.2.9:2 6.2.10:2 6.2.11:2 6.2.12:2 6.3.1:1 6.3.2:1 6.3.3:2 6.3.4:2 6.4.1:1
6.4.2:1 6.4.3:2 6.4.4:2 6.5.1:2 6.5.2:2 6.5.3:2 6.5.4:2 6.5.5:2 6.6.1:2 6.6.2:2 6.6.3:2 6.8.1:2
6.8.2:2 6.8.3:2 6.8.4:2 7.1.1:2 7.1.2:2 7.1.3:2 7.2.1:1 7.2.2:1 7.2.3:1 7.2.4:1 7.3.1:2 7.3.2:2
7.4.1:1 7.4.2:1 7.4.3:2 7.4.4:2 7.4.5:2 7.5.1:2 7.5.2:2 7.6.1:2 7.6.2:2 8.1.1:1 8.1.2:2 8.2.1:1
8.2.2:1 8.2.3:2 8.3.1:1 8.4.1:2 9.1.1:1 9.1.2:1 9.1.3:1 9.2.1:1 9.2.2:2 9.2.3:2 9.2.4:2 10.1.1:2
10.1.2:2 10.2.1:2 10.2.2:2 10.3.1:2 10.3.2:2 10.3.3:2 10.3.4:2 10.4.1:1 10.4.2:1 10.4.3:1 10.4.4:1
10.4.5:1 10.4.6:2 10.4.7:2 10.4.8:2 10.4.9:2 10.4.10:2 10.4.11:2 10.5.1:2 10.5.2:2 10.5.3:2
10.5.4:2 10.5.5:2 10.6.1:2 10.6.2:2 10.7.1:2 10.7.2:2 10.7.3:2 11.1.1:2 11.1.2:2 11.2.1:2 11.2.2:2
11.2.3:2 11.3.1:1 11.3.2:1 11.3.3:2 11.4.1:1 11.4.2:2 11.4.3:2 11.4.4:2 11.5.1:2 11.6.1:2 12.1.1:1
12.1.2:2 12.1.3:2 12.2.1:1 12.2.2:1 12.3.1:2 12.3.2:2 12.3.3:2 12.3.4:2 13.1.1:2 13.2.1:2 13.2.2:2
13.2.3:2 13.2.4:2 13.2.5:2 13.3.1:2 13.3.2:2 13.4.1:1 13.4.2:2 13.4.3:2 13.4.4:2 13.4.5:2 14.1.1:2
14.1.2:2 14.2.1:1 14.2.2:2 14.2.3:2 14.2.4:2 14.3.1:1 14.3.2:2 14.3.3:2 15.1.1:1 15.1.2:2 15.1.3:2
15.2.1:1 15.2.2:2 15.2.3:2 15.3.1:1 15.3.2:2 15.3.3:2 15.3.4:2 15.3.5:2 15.3.6:2 15.3.7:2 16.1.1:2
16.2.1:2 16.2.2:2 16.2.3:2 16.2.4:2 16.2.5:2 16.3.1:2 16.3.2:2 16.3.3:2 16.3.4:2 16.4.1:2 16.4.2:2
16.4.3:2 16.5.1:2 16.5.2:2 16.5.3:2 17.1.1:2 17.2.1:2 17.2.2:2 17.2.3:2 17.2.4:2 17.3.1:2 17.3.2:2
"""
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
KINDS = ("does not apply: ", "open: ", "documented: ", "configuration: ")
WORDS_MAX = 8


class Row(NamedTuple):
    number: str
    level: str
    about: str
    proof: str

    @property
    def kind(self) -> str:
        return next((kind for kind in KINDS if self.proof.startswith(kind)), "")

    @property
    def tests(self) -> list[tuple[str, str]]:
        return TEST.findall(self.proof)


def rows() -> list[Row]:
    return [Row(*found) for found in ROW.findall(PAGE.read_text("utf-8"))]


@cache
def runnable_in(path: str) -> dict[str, ast.FunctionDef]:
    """The tests of a file, but for those that never run."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    marks = [
        ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    return {} if any(is_skipping(mark) for mark in marks) else found


def is_skipping(mark: str) -> bool:
    return bool(re.search(r"mark\.(?:skip|skipif|xfail|soak)\b", mark))


def test_each_requirement_of_both_levels_stands_in_the_table_once() -> None:
    wanted = dict(pair.split(":") for pair in REQUIREMENTS.split())
    assert Counter(wanted.values()) == {"1": 70, "2": 183}
    found = [(row.number, row.level) for row in rows()]
    assert [number for number, times in Counter(n for n, _ in found).items() if times > 1] == []
    assert dict(found) == wanted
    # No line of the table was missed because it is written differently.
    lines = re.findall(r"^\| \d+\.\d+\.\d+ ", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(lines) == len(found)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_each_row_is_proved_or_says_why_not(row: Row) -> None:
    assert 1 <= len(row.about.split()) <= WORDS_MAX
    if row.kind in ("", "configuration: "):
        assert row.tests, "neither a test nor a reason"
        rest = TEST.sub("", row.proof.removeprefix(row.kind)).strip("`, ;")
        assert bool(rest) == bool(row.kind), "words where tests should stand, or none of a setting"
    elif row.kind == "documented: ":
        assert re.fullmatch(r"documented: \[[^\]]+\]\(#[\w-]+\)", row.proof)
    else:
        assert len(row.proof.removeprefix(row.kind).split()) >= 2, "no reason is given"
        assert not row.tests


@pytest.mark.parametrize("row", [row for row in rows() if row.tests], ids=lambda row: row.number)
def test_each_named_test_exists_and_runs(row: Row) -> None:
    for path, name in row.tests:
        assert (ROOT / path).is_file(), path
        test = runnable_in(path).get(name)
        assert test is not None, f"{path} has no test {name} that runs"
        marks = [ast.unparse(mark) for mark in test.decorator_list]
        assert not any(is_skipping(mark) for mark in marks), name
        called = {ast.unparse(node.func) for node in ast.walk(test) if isinstance(node, ast.Call)}
        assert not called & {"pytest.skip", "pytest.xfail", "pytest.importorskip"}, name


def test_each_decision_that_is_named_is_written_down() -> None:
    text = PAGE.read_text("utf-8")
    sections = re.split(r"^#{2,3} (.+)$", text, flags=re.MULTILINE)[1:]
    written = {
        re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-"): body.strip()
        for heading, body in zip(sections[::2], sections[1::2], strict=True)
    }
    named = set(re.findall(r"\]\(#([\w-]+)\)", text))
    assert named
    assert {name for name in named if name not in written or not written[name]} == set()


def test_the_table_holds_no_sentence_of_the_standard() -> None:
    """Every requirement of the standard begins with the same two words."""
    assert "verify that" not in PAGE.read_text("utf-8").lower()
