"""What no line of the product does: the dangerous calls that a reader would have to look for."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path
    for top in ("app", "models", "matching", "migrations")
    for path in (ROOT / top).rglob("*.py")
)
TREES = {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in SOURCES}
TEMPLATES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for path in sorted((ROOT / "templates").rglob("*.html"))
}
SCRIPTS = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for path in sorted((ROOT / "app/static/js").rglob("*.js"))
}
SQL_DOORS = {"text", "exec_driver_sql", "literal_column", "from_statement"}
PATTERN_DOORS = {"compile", "match", "fullmatch", "search", "findall", "finditer", "sub", "split"}


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Every call with its place and its name, such as `subprocess.run`."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{name}:{node.lineno}", node, ast.unparse(node.func)


def imports() -> Iterator[tuple[str, str]]:
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((name, f"{node.module}.{alias.name}") for alias in node.names)


def importing(*modules: str) -> list[str]:
    """Files that import one of the modules, or something of it."""
    return sorted(
        {name for name, what in imports() if any(f"{what}.".startswith(f"{m}.") for m in modules)}
    )


def is_literal(node: ast.expr, tree: ast.Module) -> bool:  # noqa: PLR0911  (a case a line)
    """Whether it is written out in the file: a text, one chosen of two, or a constant of it."""
    match node:
        case ast.Constant():
            return True
        case ast.IfExp():
            return is_literal(node.body, tree) and is_literal(node.orelse, tree)
        case ast.BinOp():
            return is_literal(node.left, tree) and is_literal(node.right, tree)
        case ast.JoinedStr():
            parts = (v.value for v in node.values if isinstance(v, ast.FormattedValue))
            return all(is_literal(part, tree) for part in parts)
        case ast.Name():
            return node.id in constants_of(tree)
        case ast.Call(func=ast.Attribute(value=joint, attr="join"), args=[parts]):
            return is_literal(joint, tree) and is_literal(parts, tree)
    return False


def constants_of(tree: ast.Module) -> set[str]:
    """Names of the file that are written in capitals at its top, and nowhere written again."""
    names = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id.isupper()
    ]
    return {name for name in names if names.count(name) == 1}


def test_no_text_becomes_code() -> None:
    doors = {"eval", "exec", "compile", "__import__", "globals", "setattr"}
    assert [place for place, _, name in calls() if name in doors] == []
    assert importing("code", "codeop", "runpy") == []
    # What is heavy and seldom needed is loaded by its name, which the file itself writes out.
    assert importing("importlib") == ["matching/machines/parquet.py", "matching/search/engines.py"]


def test_nothing_is_read_that_could_bring_objects_of_its_own() -> None:
    unsafe = ("pickle", "cPickle", "dill", "shelve", "marshal", "yaml", "jsonpickle", "joblib")
    assert importing(*unsafe) == []
    loads = [node for _, node, name in calls() if name in {"NpzFile", "np.load", "numpy.load"}]
    assert loads
    for node in loads:
        (pickles,) = (k.value for k in node.keywords if k.arg == "allow_pickle")
        assert isinstance(pickles, ast.Constant)
        assert pickles.value is False


def test_no_xml_is_parsed_by_the_standard_library() -> None:
    assert importing("xml", "lxml", "plistlib", "xmlrpc") == []


def test_no_text_of_others_becomes_sql() -> None:
    guilty = [
        place
        for place, node, name in calls()
        if name.rpartition(".")[2] in SQL_DOORS
        and not place.startswith("migrations/")
        and not (node.args and is_literal(node.args[0], TREES[place.rpartition(":")[0]]))
    ]
    assert guilty == []
    assert any(name == "text" for _, _, name in calls())


def test_no_text_of_others_becomes_a_pattern() -> None:
    found = {
        place.rpartition(":")[0]
        for place, node, name in calls()
        if name.startswith("re.")
        and name[3:] in PATTERN_DOORS
        and not is_literal(node.args[0], TREES[place.rpartition(":")[0]])
    }
    # The forms of numbers are facts that ship with the product, a pattern for each jurisdiction.
    assert found <= {"models/compliance/rules/manifests.py"}


def test_other_programs_are_started_with_a_literal_list_and_without_a_shell() -> None:
    assert importing("os.system", "os.popen", "pty", "commands") == []
    assert [place for place, _, name in calls() if name in {"os.system", "os.popen"}] == []
    assert importing("subprocess") == ["app/cli.py"]
    for place, node, name in calls():
        assert all(keyword.arg != "shell" for keyword in node.keywords), place
        if name.startswith(("subprocess.", "os.exec", "os.spawn")):
            assert isinstance(node.args[0], ast.List), place
            first, *rest = node.args[0].elts
            assert ast.unparse(first) == "sys.executable", place
            assert all(isinstance(part, ast.Constant) for part in rest), place


def test_templates_are_files_and_escape_what_they_show() -> None:
    doors = {"render_template_string", "from_string", "Template", "Environment"}
    assert [place for place, _, name in calls() if name.rpartition(".")[2] in doors] == []
    # A mark-up of our own: the break between codes, and the picture of an address drawn by segno.
    safe = {
        f"{name}: {found}"
        for name, text in TEMPLATES.items()
        for found in re.findall(r"[^{]{0,8}\|\s*safe\b", text)
    }
    assert {entry.partition(":")[2].strip() for entry in safe} <= {'"<br>"|safe'}
    assert not any("autoescape" in text for text in TEMPLATES.values())
    marked = [
        (place.rpartition(":")[0], ast.unparse(argument))
        for place, node, name in calls()
        if name.rpartition(".")[2] == "Markup"
        for argument in node.args
    ]
    # Pictures of an address of ours, drawn by segno.
    assert set(marked) <= {
        ("app/matchmaking/pages.py", "drawn"),
        ("app/accounts/pages/drivers.py", "qr"),
        ("app/accounts/pages/proofs.py", "qr"),
    }


def test_nothing_of_others_is_a_format() -> None:
    formats = {
        place.rpartition(":")[0]
        for place, node, name in calls()
        if name.endswith((".format", ".format_map"))
        and not (isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Constant))
    }
    # The letters are literals of that very file; what people wrote only fills them.
    assert formats <= {
        "models/accounts/letters.py",
        "models/compliance/letters.py",
        "models/journal/messages.py",
    }
    left = {
        f"{name}: {ast.unparse(node.left)}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Mod)
        and not isinstance(node.left, ast.Constant)
        and "values" in ast.unparse(node.right)
    }
    # The texts of the translations, which ship with the product.
    assert left == {"app/i18n.py: text"}


def test_our_scripts_write_text_and_never_markup() -> None:
    doors = (
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
        'setTimeout("', "setTimeout('", "srcdoc", "javascript:", "DOMParser",
        "createContextualFragment",
    )  # fmt: skip
    assert SCRIPTS
    found = {f"{name}: {door}" for name, text in SCRIPTS.items() for door in doors if door in text}
    assert found == set()


def test_our_scripts_keep_nothing_but_the_theme_and_hear_no_other_window() -> None:
    keeping = {name for name, text in SCRIPTS.items() if "Storage" in text or "indexedDB" in text}
    assert {Path(name).name for name in keeping} == {"theme.js"}
    assert re.findall(r"localStorage\.setItem\((\w+)", SCRIPTS["app/static/js/theme.js"]) == [
        "NAME"
    ]
    doors = (
        "postMessage",
        "onmessage",
        "document.cookie",
        "window.opener",
        "'message'",
        '"message"',
    )
    assert [name for name, text in SCRIPTS.items() if any(door in text for door in doors)] == []


def test_our_scripts_merge_no_objects_of_others() -> None:
    doors = ("__proto__", "Object.assign(", "Object.setPrototypeOf", ".prototype[")
    assert [name for name, text in SCRIPTS.items() if any(door in text for door in doors)] == []


def test_templates_load_nothing_from_elsewhere_and_embed_nothing() -> None:
    tags = re.compile(r"<(?:object|embed|applet|iframe|frame|base)\b", re.IGNORECASE)
    assert [name for name, text in TEMPLATES.items() if tags.search(text)] == []
    elsewhere = re.compile(r"(?:src|href|action)=[\"']?(?:https?:)?//")
    assert [name for name, text in TEMPLATES.items() if elsewhere.search(text)] == []


def test_secrets_come_from_the_systems_generator() -> None:
    """`random` is for pictures of a market that is invented, never for what must not be guessed."""
    assert importing("random") in ([], ["app/demonstration/chance.py"])
    weak = {"md5", "sha1", "new"}
    assert [place for place, _, name in calls() if name in {f"hashlib.{w}" for w in weak}] == []
    assert importing("hashlib.md5", "hashlib.sha1", "Crypto", "Cryptodome", "des", "rsa") == []


def test_nothing_that_leaves_the_machine_skips_the_certificate() -> None:
    doors = {"verify", "cert_reqs", "check_hostname"}
    loose = [
        place
        for place, node, _ in calls()
        for keyword in node.keywords
        if keyword.arg in doors and ast.unparse(keyword.value) in {"False", "'CERT_NONE'"}
    ]
    assert loose == []
    text = "\n".join(path.read_text("utf-8") for path in SOURCES)
    assert not re.search(r"CERT_NONE|_create_unverified_context|check_hostname\s*=\s*False", text)


def test_no_secret_stands_in_the_source() -> None:
    secret = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|xox[bp]-|sk_live_|ghp_[A-Za-z0-9]{30}"
        r"|(?i:(?:password|secret|token|api_key)\s*=\s*[\"'][A-Za-z0-9+/_\-]{16,}[\"'])"
    )
    files = [*SOURCES, *(ROOT / "templates").rglob("*.html"), *(ROOT / "tools").rglob("*.py")]
    assert [p.name for p in files if secret.search(p.read_text("utf-8"))] == []
    assert not list(ROOT.glob(".env")), "settings of this machine are not part of the project"


def test_what_is_left_open_fails_a_test() -> None:
    """A file or connection that nobody closes warns, and a warning is an error here."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert settings["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"
