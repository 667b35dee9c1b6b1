"""Write the bill of materials: every pin of the product with its hashes, as CycloneDX 1.6 JSON.

It is made from the locks, which are what is installed, and not from one machine's environment.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "instance" / "bom.cdx.json"
PIN = re.compile(
    r"^(?P<name>[a-z0-9.-]+)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\\n]+?))?"
    r"(?P<hashes>(?:\s*\\\n\s+--hash=sha256:[0-9a-f]{64})+)",
    re.MULTILINE,
)
DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
# A name of its own for this kind of document, so that the same locks give the same serial number.
NAMESPACE = uuid.UUID("6f1b0c9e-6c3b-5b0e-9a55-2f7d7c0b6f5e")

Component = dict[str, Any]


def python_components(lock: str) -> Iterator[Component]:
    for pin in PIN.finditer(lock):
        name, version = pin["name"], pin["version"]
        yield {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "purl": f"pkg:pypi/{name}@{quote(version)}",
            "name": name,
            "version": version,
            "scope": "optional" if pin["marker"] else "required",
            "licenses": licence_of(name),
            # One for each file that pip may take: wheels of other machines, and the source.
            "properties": [
                {"name": "offtake:file:sha256", "value": digest}
                for digest in DIGEST.findall(pin["hashes"])
            ],
        }


def npm_components(lock: dict[str, Any]) -> Iterator[Component]:
    """Only what is shipped: what tests alone need is marked `dev` in the lock."""
    for place, package in sorted(lock["packages"].items()):
        if not place or package.get("dev"):
            continue
        name = place.rpartition("node_modules/")[2]
        kind, _, digest = package["integrity"].partition("-")
        path = quote(name, safe="/")
        yield {
            "type": "library",
            "bom-ref": f"pkg:npm/{name}@{package['version']}",
            "purl": f"pkg:npm/{path}@{package['version']}",
            "name": name,
            "version": package["version"],
            "scope": "required",
            "licenses": [{"expression": package["license"]}] if "license" in package else [],
            "hashes": [
                {"alg": f"SHA-{kind.removeprefix('sha')}",
                 "content": base64.b64decode(digest).hex()}
            ],
        }  # fmt: skip


def licence_of(name: str) -> list[dict[str, Any]]:
    """What an installed package says of itself; nothing where it is not installed."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if expression := told.get_all("License-Expression"):
        return [{"expression": expression[0]}]
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in told.get_all("Classifier") or []
        if text.startswith("License :: ") and text.rpartition(" :: ")[2] != "OSI Approved"
    ]
    return [{"license": {"name": classifier}} for classifier in sorted(set(classifiers))]


def bill() -> dict[str, Any]:
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    npm_lock = (ROOT / "package-lock.json").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    components = [*python_components(lock), *npm_components(json.loads(npm_lock))]
    own = f"pkg:generic/{project['name']}@{project['version']}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, lock + npm_lock)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "purl": own,
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": components,
        "dependencies": [
            {"ref": own, "dependsOn": [component["bom-ref"] for component in components]}
        ],
    }


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    found = bill()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{target}: {len(found['components'])} packages")


if __name__ == "__main__":
    main()
