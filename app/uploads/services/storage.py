"""The folder of files: random names in it, whole or not at all, for nobody else to read."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

KEY: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{38}")
_DRAFT: Final = ".draft"
_AT_ONCE: Final = 5_000


def keep_bytes(folder: Path, content: bytes) -> tuple[str, str]:
    """Write the bytes under a random name; return that name and their SHA-256.

    They are on the disk before the name is: after a loss of power a name is a whole file.
    """
    name = secrets.token_hex(20)
    key = f"{name[:2]}/{name[2:]}"
    path = path_of(folder, key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(path.name + _DRAFT)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return key, hashlib.sha256(content).hexdigest()


def path_of(folder: Path, key: str) -> Path:
    """Where a file lies. A name that was not made here leads nowhere."""
    if not KEY.fullmatch(key):
        raise ValueError(f"not the name of a stored file: {key!r}")
    return folder / key


def shards_before(folder: Path, instant: float) -> Iterator[list[str]]:
    """Names of what was last changed before an instant, folder by folder, drafts included."""
    for shard in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        names = []
        for path in sorted(shard.iterdir()):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < instant:
                    names.append(f"{shard.name}/{path.name}")
        for start in range(0, len(names), _AT_ONCE):
            yield names[start : start + _AT_ONCE]


def remove_stray(folder: Path, name: str) -> None:
    """Remove what `shards_before` named."""
    shard, _, file = name.partition("/")
    (folder / Path(shard).name / Path(file).name).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
