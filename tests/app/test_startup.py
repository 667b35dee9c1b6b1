"""No installation is served with a secret that can be guessed, or under any name."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from app.settings import Settings
from app.startup import complaints, weakness_of

GOOD = "kZ7wq2Lr9xVb4TnYc8Jd3GfHs6Pm1QaUeWo5RtIy"
OTHER = "Nv3Bx8Kj5Hg2Fd7Sa4Po9Iu6Yt1Re0WqLkMnZcXv"


def told(tmp_path: Path, host: str = "127.0.0.1", **given: Any) -> list[str]:
    return complaints(Settings(instance=tmp_path, **given), host=host)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "test",
        "a" * 64,
        "abc" * 20,
        "changeme" * 8,
        "ChangeMe-ChangeMe-ChangeMe-ChangeMe-123",
        "0123456789" * 4,
        "django-insecure-" + GOOD,
        "your-secret-key-goes-here-please-now!!",
        "aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbccc",
        GOOD[:31],
    ],
)
def test_a_weak_secret_is_refused(tmp_path: Path, secret: str) -> None:
    assert weakness_of(secret) is not None
    assert told(tmp_path, secret_keys_old=[secret])
    if secret:
        (complaint,) = told(tmp_path, secret_key=secret)
        assert complaint.startswith("OFFTAKE_SECRET_KEY ")
        assert secret not in complaint


@pytest.mark.parametrize("made", [secrets.token_hex, secrets.token_urlsafe])
def test_no_random_secret_is_taken_for_a_weak_one(made: Any) -> None:
    assert [found for found in (weakness_of(made(24)) for _ in range(500)) if found] == []


def test_an_installation_on_its_own_machine_needs_nothing(tmp_path: Path) -> None:
    assert told(tmp_path) == []
    assert told(tmp_path, host="localhost") == []
    assert told(tmp_path, host="::1") == []
    assert told(tmp_path, secret_key=GOOD, secret_keys_old=[OTHER]) == []


def test_others_are_served_only_under_names_that_were_given(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "192.168.1.5", "market.example.com"):
        (complaint,) = told(tmp_path, host=host)
        assert "OFFTAKE_TRUSTED_HOSTS" in complaint
    (complaint,) = told(tmp_path, secure_cookies=True)
    assert "OFFTAKE_TRUSTED_HOSTS" in complaint
    named = ["market.example.com"]
    assert told(tmp_path, host="0.0.0.0", secure_cookies=True, trusted_hosts=named) == []
    (complaint,) = told(tmp_path, host="0.0.0.0", trusted_hosts=named)
    assert "OFFTAKE_SECURE_COOKIES" in complaint
    near = ["192.168.1.5", "box.local", "offtake"]
    assert told(tmp_path, host="0.0.0.0", trusted_hosts=near) == []
    for wide in ("*", "*.example.com", ".", "https://market.example.com"):
        assert told(tmp_path, secure_cookies=True, trusted_hosts=[wide]) != []


def test_the_secret_may_be_a_file_that_others_cannot_replace(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(GOOD + "\n", "ascii")
    path.chmod(0o600)
    settings = Settings(instance=tmp_path, secret_key_file=path)
    assert settings.signing_key == GOOD
    assert complaints(settings, host="localhost") == []
    (complaint,) = told(tmp_path, secret_key_file=path, secret_key=OTHER)
    assert "not both" in complaint
    path.chmod(0o666)
    (complaint,) = told(tmp_path, secret_key_file=path)
    assert "chmod 600" in complaint
    path.chmod(0o600)
    path.write_text("short", "ascii")
    (complaint,) = told(tmp_path, secret_key_file=path)
    assert "shorter" in complaint


def test_the_secret_that_was_made_here_is_for_nobody_else_to_read(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path)
    assert weakness_of(settings.signing_key) is None
    assert complaints(settings, host="localhost") == []
    (tmp_path / "secret-key").chmod(0o644)
    (complaint,) = complaints(settings, host="localhost")
    assert "may read" in complaint


def test_any_setting_may_be_a_file_in_the_folder_of_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "offtake_secret_key").write_text(GOOD)
    (folder / "database_url").write_text("postgresql+psycopg://u:p@db/offtake")
    monkeypatch.setenv("OFFTAKE_SECRETS_DIR", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = Settings(instance=tmp_path)
    assert settings.signing_key == GOOD
    assert settings.database == "postgresql+psycopg://u:p@db/offtake"
    assert GOOD not in repr(settings)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_neither_server_nor_worker_starts_with_a_weak_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("OFFTAKE_SECRET_KEY", "changeme")
    monkeypatch.setenv("OFFTAKE_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    result = CliRunner().invoke(main, [command])
    assert result.exit_code == 1
    assert "not safe" in result.output
    assert "OFFTAKE_SECRET_KEY is shorter than 32 characters" in result.output
    assert "changeme" not in result.output
    assert not (tmp_path / "none.db").exists()
