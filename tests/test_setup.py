"""What set-up rests on: pins with hashes, browser assets, commands that explain themselves."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import chromium, environment, vendor

ROOT = Path(__file__).parent.parent
RUNTIME = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"
BOOT = ROOT / "requirements-boot.txt"
PACKAGE_LOCK = ROOT / "package-lock.json"

# One pin is `name==version` with an optional marker, then nothing but its hashes.
PIN = re.compile(
    r"(?P<name>[a-z0-9.-]+)==(?P<version>\S+)(?: ; [^\\\n]+)?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"
)


def pins_of(lock: Path) -> dict[str, tuple[str, str]]:
    return {m["name"]: (m["version"], m["hashes"]) for m in PIN.finditer(lock.read_text("utf-8"))}


def project() -> dict[str, list[str]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        table = tomllib.load(file)["project"]
    return {"runtime": table["dependencies"], **table["optional-dependencies"]}


def unmet(requirements: list[str], lock: Path) -> list[str]:
    pins = pins_of(lock)
    return [
        line
        for line in requirements
        if (pin := pins.get(canonicalize_name(Requirement(line).name))) is None
        or pin[0] not in Requirement(line).specifier
    ]


def manifest() -> dict[str, dict[str, str]]:
    files: dict[str, dict[str, str]] = json.loads(vendor.MANIFEST.read_text("utf-8"))["files"]
    return files


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT, BOOT], ids=lambda lock: lock.name)
def test_a_lock_is_nothing_but_pins_with_hashes(lock: Path) -> None:
    assert pins_of(lock)
    assert PIN.sub("", lock.read_text("utf-8")) == ""


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT, BOOT], ids=lambda lock: lock.name)
def test_a_lock_names_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text("utf-8")


def test_the_developers_set_is_the_product_and_more() -> None:
    product, developers = pins_of(RUNTIME), pins_of(DEVELOPMENT)
    assert {name: developers.get(name) for name in product} == product
    assert len(developers) > len(product)


def test_the_locks_meet_every_dependency_of_the_project() -> None:
    wanted = project()
    assert unmet(wanted["runtime"] + wanted["setup"], RUNTIME) == []
    assert unmet([line for lines in wanted.values() for line in lines], DEVELOPMENT) == []


def test_the_package_lock_has_hashes_and_no_address_of_a_registry() -> None:
    packages = json.loads(PACKAGE_LOCK.read_text("utf-8"))["packages"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [n for n, e in fetched.items() if not e["integrity"].startswith("sha512-")] == []
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))
    for kind in ("dependencies", "devDependencies"):
        assert packages[""][kind] == wanted[kind]
    assert {f"node_modules/{name}" for name in vendor.ASSETS} <= set(fetched)


def test_the_manifest_tells_the_hash_of_every_asset() -> None:
    told = {asset["path"]: asset["integrity"] for asset in manifest().values()}
    on_disk = {
        file.relative_to(vendor.VENDOR).as_posix(): vendor.integrity_of(file.read_bytes())
        for file in vendor.VENDOR.rglob("*")
        if file.is_file() and file != vendor.MANIFEST and file.name != "LICENSE"
    }
    assert told == on_disk


def test_every_listed_package_is_served_with_its_licence() -> None:
    for package, patterns in vendor.ASSETS.items():
        assert (vendor.VENDOR / vendor.folder_of(package) / "LICENSE").stat().st_size > 0
        served = [name for name in manifest() if name.startswith(f"{package}/")]
        assert len(served) >= len(patterns)


def test_the_manifest_answers_by_the_name_a_template_would_use() -> None:
    version = json.loads((vendor.MODULES / "bootstrap/package.json").read_text("utf-8"))["version"]
    asset = manifest()["bootstrap/dist/css/bootstrap.min.css"]
    assert asset["path"] == f"bootstrap/{version}/dist/css/bootstrap.min.css"
    assert asset["integrity"].startswith("sha384-")


def test_a_vendored_stylesheet_asks_only_for_files_that_are_there() -> None:
    asked = [
        sheet.parent / address
        for sheet in vendor.VENDOR.rglob("*.css")
        for address in re.findall(r"""url\(["']?([^)"'?#]+)""", sheet.read_text("utf-8"))
        if not address.startswith("data:")
    ]
    assert asked
    assert [str(file) for file in asked if not file.is_file()] == []


def test_no_vendored_file_asks_for_a_source_map() -> None:
    scripts = [f for f in vendor.VENDOR.rglob("*") if f.suffix in {".js", ".css"}]
    assert scripts
    assert [f.name for f in scripts if b"sourceMappingURL" in f.read_bytes()] == []


@pytest.mark.parametrize(
    ("name", "content", "served"),
    [
        ("a.js", b"run();\n//# sourceMappingURL=a.js.map\n", b"run();\n"),
        ("a.css", b"b{}\n/*# sourceMappingURL=a.css.map */", b"b{}\n"),
        ("a.js", b'say("//# sourceMappingURL=x");run();', b'say("//# sourceMappingURL=x");run();'),
        (
            "a.css",
            b'src:url("f.woff2?1") format("woff2"),url("f.woff?1") format("woff")',
            b'src:url("f.woff2?1") format("woff2")',
        ),
        ("a.json", b"{}\n//# sourceMappingURL=a", b"{}\n//# sourceMappingURL=a"),
    ],
)
def test_an_asset_is_served_without_what_is_not_there(
    name: str, content: bytes, served: bytes
) -> None:
    assert vendor.as_served(name, content) == served


def test_integrity_is_the_sha384_that_browsers_compare() -> None:
    assert vendor.integrity_of(b"alert('Hello, world.');") == (
        "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO"
    )


@pytest.mark.parametrize(
    ("asked", "held", "kept"),
    [
        ("runtime", "", "runtime"),
        ("development", "", "development"),
        ("development", "runtime", "development"),
        ("runtime", "development", "development"),
    ],
)
def test_the_developers_tools_are_never_taken_away(asked: str, held: str, kept: str) -> None:
    assert environment.packages_to_hold(asked, {"packages": held} if held else {}) == kept


def test_the_environment_is_made_anew_for_other_pins_or_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = environment.stamp_of("runtime")
    assert environment.stamp_of("runtime") == before
    assert environment.stamp_of("development") != before
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    assert environment.stamp_of("runtime") == before | {"folder": str(tmp_path)}
    changed = tmp_path / "requirements.txt"
    changed.write_text(RUNTIME.read_text("utf-8") + "\n", "utf-8")
    monkeypatch.setitem(environment.LOCKS, "runtime", changed)
    assert environment.stamp_of("runtime")["sha256"] != before["sha256"]


def test_uv_is_told_the_mirror_that_only_pip_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.delenv("UV_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    assert environment.mirror_of_pip() == {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://chosen.example/simple")
    assert environment.mirror_of_pip() == {}


def test_a_missing_browser_is_named_with_its_font(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "CHROMIUM", tmp_path / "chromium")
    monkeypatch.setattr(chromium, "shows_chinese", lambda: False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as stopped:
        chromium.main()
    assert str(stopped.value) == (
        f"The browser tests need {tmp_path}/chromium. Install chromium and fonts-wqy-microhei,"
        " or name another Chromium: CHROMIUM=/path/to/chromium make test"
    )
    (tmp_path / "chromium").touch()
    chromium.main()
    told = "chromium: no font for Chinese is installed; pages will show boxes\n"
    assert capsys.readouterr().err == told


def test_make_help_explains_every_command() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.findall(r"^([a-z]+):(?!=)", makefile, re.MULTILINE)
    phony = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],  # the command a reader types
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    helped = [line.split()[1] for line in shown.splitlines()]
    assert {"run", "test", "check", "bench", "soak", "lock", "help", "clean"} <= set(helped)
    assert helped == targets
    assert sorted(helped) == sorted(phony)
    assert [line for line in shown.splitlines() if len(line.split()) < 4] == []
