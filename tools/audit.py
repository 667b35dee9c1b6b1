"""Ask what is known of holes in the pinned packages, of Python and npm; say when nobody answers.

Exit code 0: nothing is known of any pin. 1: something is. 2: it could not be asked. A pin that the
service does not know is never taken for a sound one: pip-audit itself would call it so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools import vendor

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv" / "bin" / "uv"
PINS = ROOT / "tools" / "audit.txt"
LOCK = ROOT / "requirements-dev.txt"
SECONDS_MAX = 300


@dataclass(frozen=True)
class Verdict:
    """What one service said: the holes it knows, and why it could not say all."""

    holes: list[str] = field(default_factory=list)
    silence: str = ""


def read_pip_audit(report: Any) -> Verdict:
    """Read `dependencies`: each has its `vulns`, or the reason why it was skipped."""
    holes, skipped = [], []
    for package in report["dependencies"]:
        if "skip_reason" in package:
            skipped.append(package["name"])
            continue
        for hole in package["vulns"]:
            mended = ", ".join(hole.get("fix_versions", [])) or "no version yet"
            holes.append(
                f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"
            )
    silence = ""
    if not report["dependencies"]:
        silence = "it looked at no package"
    elif skipped:
        silence = f"it knows nothing of {len(skipped)} packages, such as {skipped[0]}"
    return Verdict(holes, silence)


def read_npm_audit(report: Any) -> Verdict:
    """Read `vulnerabilities` by package, or the answer of a registry that has no such list."""
    if "vulnerabilities" not in report:
        return Verdict(silence=str(report.get("message") or "the registry has no such list"))
    return Verdict(
        [
            f"{name}: {found['severity']}, versions {found['range']}"
            for name, found in sorted(report["vulnerabilities"].items())
        ]
    )


def ask_pip_audit() -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        python, report = f"{folder}/tool/bin/python", Path(folder) / "report.json"
        making = (
            [str(UV), "venv", "--quiet", f"{folder}/tool"],
            [str(UV), "pip", "install", "--quiet", "--python", python, "--require-hashes",
             "--requirement", str(PINS)],
        )  # fmt: skip
        for command in making:
            if subprocess.run(command, check=False, timeout=SECONDS_MAX).returncode:
                return Verdict(silence="its own packages could not be fetched")
        asking = [
            f"{folder}/tool/bin/pip-audit", "--requirement", str(LOCK), "--no-deps",
            "--disable-pip", "--progress-spinner=off", "--format=json", f"--output={report}",
        ]  # fmt: skip
        done = subprocess.run(
            asking, check=False, capture_output=True, text=True, timeout=SECONDS_MAX
        )
        if not report.exists():
            return Verdict(silence=(done.stderr.strip().splitlines() or ["no answer"])[-1])
        return read_pip_audit(json.loads(report.read_text("utf-8")))


def ask_npm() -> Verdict:
    done = subprocess.run(
        [*vendor.npm(), "audit", "--package-lock-only", "--json"],
        check=False, capture_output=True, text=True, cwd=ROOT, timeout=SECONDS_MAX,
    )  # fmt: skip
    try:
        return read_npm_audit(json.loads(done.stdout))
    except ValueError:
        return Verdict(silence=(done.stderr.strip().splitlines() or ["no answer"])[-1])


def told(name: str, verdict: Verdict) -> Iterator[str]:
    yield from (f"{name}: {hole}" for hole in verdict.holes)
    if verdict.silence:
        yield f"{name}: not reachable: {verdict.silence}"
    elif not verdict.holes:
        yield f"{name}: nothing is known against any pin"


def exit_code(verdicts: list[Verdict]) -> int:
    if any(verdict.holes for verdict in verdicts):
        return 1
    return 2 if any(verdict.silence for verdict in verdicts) else 0


def main() -> None:
    verdicts = {}
    for name, ask in (("Python", ask_pip_audit), ("npm", ask_npm)):
        try:
            verdicts[name] = ask()
        except (OSError, subprocess.TimeoutExpired) as error:
            verdicts[name] = Verdict(silence=str(error))
        for line in told(name, verdicts[name]):
            print(line, flush=True)
    sys.exit(exit_code(list(verdicts.values())))


if __name__ == "__main__":
    main()
