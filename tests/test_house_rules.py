"""House rules that no linter knows. Each one exists because some code base broke it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.i18n import FIELD_MESSAGES, OTHER_FIELD_MESSAGE
from app.problems import HTTP_MESSAGES, OTHER_HTTP_MESSAGE, STATUS_OF
from app.security import ANONYMOUS, ROUTES
from app.settings import Settings
from app.web import create_app
from models.errors import Refusal
from models.permissions import CAPABILITIES, Capability

ROOT = Path(__file__).parent.parent
SOURCES = sorted(p for top in ("app", "models", "matching") for p in (ROOT / top).rglob("*.py"))
TREES = {path: ast.parse(path.read_text("utf-8")) for path in SOURCES}
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
KINDS = {kind.__name__ for kind in STATUS_OF}
# A role that outgrows its file becomes a folder of the same name.
ROLES = {
    "__init__", "pages", "api", "commands", "jobs", "outputs", "services", "projections",
    "queries", "inputs",
}  # fmt: skip
FEATURES = {
    "journal", "uploads", "catalogue", "places", "accounts", "compliance", "streams", "demands",
    "matchmaking",
}  # fmt: skip
TOP_LEVEL = {
    "app", "models", "matching", "templates", "migrations", "tests", "pyproject.toml", "README.md",
    "docs", "bench", "tools", "translations", "deploy", "Makefile", "CHANGELOG.md", "LICENSE",
    "package.json", "package-lock.json", "requirements.txt", "requirements-dev.txt",
    "requirements-boot.txt", "requirements-boot.in",
}  # fmt: skip
LEFT_BY_TOOLS = {"instance", "node_modules", "__pycache__"}
MEMBERS_OF_PROBLEMS = {"type", "title", "status", "detail", "instance"}
FORBIDDEN_NAMES = {"util", "utils", "helpers", "common", "manager", "data", "info"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def refusals() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in KINDS
            ):
                yield f"{name_of(path)}:{node.lineno}", node


def messages() -> dict[str, str]:
    path = ROOT / "translations/zh_Hans_CN/LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        return {_one(m.id): _one(m.string) for m in read_po(file) if m.id and not m.fuzzy}


def _one(text: str | Sequence[str]) -> str:
    """A message, or the first of its forms where it counts things."""
    return text if isinstance(text, str) else text[0]


def test_no_file_or_function_outgrows_a_reader() -> None:
    long_files = [name_of(p) for p in SOURCES if len(p.read_text().splitlines()) > FILE_LINES_MAX]
    long_functions = [
        f"{name_of(path)}:{node.name}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX
    ]
    assert long_files + long_functions == []


def test_every_file_says_what_it_is_and_has_a_name_that_says_something() -> None:
    assert [name_of(path) for path, tree in TREES.items() if not ast.get_docstring(tree)] == []
    assert [name_of(path) for path in SOURCES if path.stem in FORBIDDEN_NAMES] == []


def test_features_have_the_same_roles_everywhere() -> None:
    strangers = [
        name_of(path)
        for feature in FEATURES
        for path in (ROOT / "app" / feature).iterdir()
        if path.stem not in ROLES | {"facts", "__pycache__"}
    ]
    assert strangers == []


def test_features_have_the_same_name_on_every_floor() -> None:
    rooms = {path.parent.name for path in (ROOT / "app").glob("*/__init__.py")}
    floors = {path.parent.name for path in (ROOT / "models").glob("*/__init__.py")}
    assert floors == FEATURES
    assert rooms == FEATURES | {"demonstration"}
    pages = {path.name for path in (ROOT / "templates").iterdir()}
    assert pages <= FEATURES | {"shared"}


def test_nothing_new_stands_at_the_top() -> None:
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    strangers = {name for name in found - TOP_LEVEL if not name.endswith(".egg-info")}
    assert strangers <= LEFT_BY_TOOLS


def test_packages_define_nothing() -> None:
    defining = (ast.FunctionDef, ast.ClassDef, ast.AnnAssign)
    guilty = [
        name_of(path)
        for path, tree in TREES.items()
        if path.stem == "__init__"
        and any(
            isinstance(node, defining)
            or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) != "__all__")
            for node in tree.body
        )
    ]
    assert guilty == []


def test_every_table_file_is_in_the_metadata() -> None:
    listed = (ROOT / "models/metadata.py").read_text("utf-8")
    tables = sorted((ROOT / "models").glob("*/tables.py"))
    assert [t.parent.name for t in tables if f"models.{t.parent.name}.tables" not in listed] == []


def test_every_kind_of_refusal_has_a_status() -> None:
    assert set(Refusal.__subclasses__()) == set(STATUS_OF)


def test_every_refusal_has_a_code_and_both_languages() -> None:
    chinese = messages()
    meanings: dict[str, set[str]] = defaultdict(set)
    untranslated = []
    for place, call in refusals():
        texts = [a.value for a in call.args if isinstance(a, ast.Constant)]
        assert len(texts) == 2, f"{place}: code and message must be literals"
        code, message = map(str, texts)
        assert not MEMBERS_OF_PROBLEMS & {k.arg for k in call.keywords}, place
        if not chinese.get(message):
            untranslated.append(f"{place}: {message}")
        meanings[code].add(message)
    assert untranslated == []
    assert {code: said for code, said in meanings.items() if len(said) > 1} == {}
    assert meanings


def test_every_text_of_pages_and_fields_is_translated() -> None:
    found = extract_from_dir(
        ROOT, method_map=[("app/**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"_": None, "gettext": None, "ngettext": (1, 2), "say": None},
        options_map={"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}},
    )  # fmt: skip
    wanted = {_one(text) for _, _, text, _, _ in found}
    wanted |= set(FIELD_MESSAGES.values()) | set(HTTP_MESSAGES.values())
    chinese = messages()
    wanted |= {OTHER_FIELD_MESSAGE, OTHER_HTTP_MESSAGE}
    assert sorted(text for text in wanted if not chinese.get(text)) == []


def test_every_route_is_in_the_permission_table(tmp_path: Path) -> None:
    app = create_app(Settings(DATABASE_URL=f"sqlite:///{tmp_path}/none.db", instance=tmp_path))
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ROUTES)
    assert set(ROUTES) >= ANONYMOUS
    app.extensions["offtake"].sessions.kw["bind"].dispose()


def test_every_capability_is_held_by_somebody() -> None:
    assert set().union(*CAPABILITIES.values()) == set(Capability)


@pytest.mark.parametrize("folder", ["models", "matching"])
def test_tests_mirror_the_tree(folder: str) -> None:
    for path in (ROOT / "tests" / folder).rglob("test_*.py"):
        twin = ROOT / folder / path.parent.relative_to(ROOT / "tests" / folder)
        assert (twin / path.name.removeprefix("test_")).exists(), name_of(path)
