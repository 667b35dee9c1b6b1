"""See to a Chromium for the browser tests: found, installed by apt, or named as missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUM = Path(os.environ.get("CHROMIUM") or "/usr/bin/chromium")
FONT_PACKAGE = "fonts-wqy-microhei"  # the lightest in Debian with all the Chinese that pages show


def shows_chinese() -> bool:
    """Whether a font for Chinese is installed; without one every character is the same box."""
    if not (lister := shutil.which("fc-list")):
        return False
    fonts = subprocess.run([lister, ":lang=zh"], capture_output=True, text=True, check=True)
    return bool(fonts.stdout.strip())


def missing_packages() -> list[str]:
    chromium = [] if CHROMIUM.exists() else ["chromium"]
    return chromium + ([] if shows_chinese() else [FONT_PACKAGE])


def install(apt: str, packages: list[str]) -> None:
    print(f"chromium: installing {' '.join(packages)} by apt", flush=True)
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        command = [apt, "-qq", *step]
        subprocess.run(
            command, env=quietly, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True
        )


def main() -> None:
    missing = missing_packages()
    apt = shutil.which("apt-get")
    if missing and apt and os.geteuid() == 0:
        install(apt, missing)
        missing = missing_packages()
    if not CHROMIUM.exists():
        sys.exit(
            f"The browser tests need {CHROMIUM}. Install {' and '.join(missing)},"
            " or name another Chromium: CHROMIUM=/path/to/chromium make test"
        )
    if missing:
        print("chromium: no font for Chinese is installed; pages will show boxes", file=sys.stderr)


if __name__ == "__main__":
    main()
