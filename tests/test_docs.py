"""The pages of docs keep their word: their Python runs and prints what stands below it."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/engine.md"
BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<printed>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
PICTURE = re.compile(r"!\[[^\]]+\]\(([^)]+)\)")
LINK = re.compile(r"\]\(#([^)]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def test_the_python_of_the_engines_page_prints_what_stands_below_it():
    text = PAGE.read_text("utf-8")
    shared: dict[str, object] = {"__name__": "page"}
    for block in BLOCK.finditer(text):
        line = text[: block.start("code")].count("\n")
        # Blank lines put the code at its place in the page, where a traceback points.
        code = compile("\n" * line + block["code"], str(PAGE), "exec")
        printed = StringIO()
        with redirect_stdout(printed):
            exec(code, shared)
        assert printed.getvalue() == (block["printed"] or ""), f"engine.md, line {line}"
    assert "shared_as_best" in shared


def test_no_block_of_the_page_is_left_out():
    text = PAGE.read_text("utf-8")
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) == text.count("```python") > 20
    assert sum(block["printed"] is not None for block in blocks) == text.count("```text")


def test_pictures_and_places_that_the_page_names_exist():
    text = PAGE.read_text("utf-8")
    pictures = PICTURE.findall(text)
    assert [name for name in pictures if not (PAGE.parent / name).is_file()] == []
    drawn = {f"images/{path.name}" for path in (ROOT / "docs/images").glob("engine_*.svg")}
    assert set(pictures) == drawn
    anchors = {
        re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")
        for heading in HEADING.findall(text)
    }
    assert set(LINK.findall(text)) <= anchors
