"""Make .venv hold exactly what the locks name: the product's packages, or the developers' too."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
STAMP = VENV / "environment.json"
PROJECT = ROOT / "pyproject.toml"
BOOT = ROOT / "requirements-boot.txt"
LOCKS = {"runtime": ROOT / "requirements.txt", "development": ROOT / "requirements-dev.txt"}

Stamp = dict[str, str]


def packages_to_hold(asked: str, recorded: Stamp) -> str:
    """Never take the developers' tools away again: a change of command must cost nothing."""
    return "development" if recorded.get("packages") == "development" else asked


def stamp_of(packages: str) -> Stamp:
    digest = hashlib.sha256()
    for file in (PROJECT, BOOT, LOCKS[packages]):
        digest.update(file.read_bytes())
    # The scripts in .venv/bin begin with the folder they were made in, so a copy must not use them.
    return {"packages": packages, "folder": str(ROOT), "sha256": digest.hexdigest()}


def recorded_stamp() -> Stamp:
    if not STAMP.exists():
        return {}
    recorded: Stamp = json.loads(STAMP.read_text("utf-8"))
    return recorded


def run(command: list[str], **more: str) -> bool:
    return subprocess.run(command, cwd=ROOT, env=os.environ | more, check=False).returncode == 0


def create() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    wish = ["--without-pip"] if uv_here() else []  # Debian's Python has pip in a package apart
    if not run([sys.executable, "-m", "venv", *wish, str(VENV)]):
        shutil.rmtree(VENV, ignore_errors=True)  # what is left of it would look like one
        sys.exit("Python could not make .venv. On Debian and Ubuntu: apt install python3-venv")


def uv_here() -> str | None:
    """The uv that the environment already pins, else the machine's own."""
    return shutil.which("uv", path=str(VENV / "bin")) or shutil.which("uv")


def mirror_of_pip() -> dict[str, str]:
    """Tell uv pip's mirror: it does not read pip's settings, often the only ones a machine has."""
    if os.environ.keys() & {"UV_DEFAULT_INDEX", "UV_INDEX_URL"}:
        return {}
    question = ["-m", "pip", "config", "get", "global.index-url"]
    answers = [os.environ.get("PIP_INDEX_URL", "")] + [
        subprocess.run([python, *question], capture_output=True, text=True, check=False).stdout
        for python in (sys.executable, PYTHON)
    ]
    mirror = next((answer.strip() for answer in answers if answer.strip()), "")
    return {"UV_DEFAULT_INDEX": mirror} if mirror else {}


def install_by_uv(uv: str, lock: Path) -> bool:
    to_here = ["--quiet", "--python", PYTHON]
    mirror = mirror_of_pip()
    return run(
        [uv, "pip", "sync", *to_here, "--require-hashes", str(BOOT), str(lock)], **mirror
    ) and run(
        [uv, "pip", "install", *to_here, "--no-deps", "--no-build-isolation", "--editable", "."],
        **mirror,
    )


def install_by_pip(*wish: str) -> bool:
    pip = [PYTHON, "-m", "pip"]
    # An environment made by uv has no pip, and uv leaves none behind in another.
    there = subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode == 0
    quietly = ["--quiet", "--disable-pip-version-check"]
    return (there or run([PYTHON, "-m", "ensurepip"])) and run([*pip, "install", *quietly, *wish])


def install(packages: str) -> None:
    lock = LOCKS[packages]
    uv = uv_here()
    if not uv and install_by_pip("--require-hashes", "--requirement", str(BOOT)):
        uv = uv_here()
    if uv and install_by_uv(uv, lock):
        return
    print(
        "uv could not do it here; pip installs the same pins, which can take minutes.", flush=True
    )
    pinned = install_by_pip("--require-hashes", "--requirement", str(lock))
    if not (pinned and install_by_pip("--no-deps", "--no-build-isolation", "--editable", ".")):
        sys.exit("The packages could not be installed; the lines above say why.")


def main(asked: str) -> None:
    # Two commands started at once must not write to one environment.
    with PROJECT.open("rb") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        recorded = recorded_stamp()
        packages = packages_to_hold(asked, recorded)
        wanted = stamp_of(packages)
        usable = Path(PYTHON).exists() and recorded.get("folder", str(ROOT)) == str(ROOT)
        if usable and recorded == wanted:
            return
        print(f"environment: installing the {packages} packages into .venv", flush=True)
        if not usable:
            create()
        STAMP.unlink(missing_ok=True)
        install(packages)
        STAMP.write_text(json.dumps(wanted, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        sys.exit(f"usage: python tools/environment.py {'|'.join(LOCKS)}")
    main(sys.argv[1])
