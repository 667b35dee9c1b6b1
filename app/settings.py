"""Settings from the environment, and the frozen policies that services are handed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesPolicy:
    """Which geocoder answers, and the key that displaces blurred sites."""

    geocoder: str = "gazetteer"
    geocoder_options: Mapping[str, str] = field(default_factory=dict)
    blur_key: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingPolicy:
    """What a tonne-kilometre costs in this market, and how prices are made comparable."""

    loading_minor_per_tonne: int = 8_00
    haul_minor_per_tonne_km: int = 45
    handling_minor_per_tonne: int = 6_00
    vat_rate_permille: int = 130
    jurisdiction: str = "CN"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))


class Settings(BaseSettings):
    """Read once at start. `DATABASE_URL` alone has no prefix, as hosting services set it."""

    model_config = SettingsConfigDict(
        env_prefix="OFFTAKE_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    instance: Path = Path("instance")
    secret_key: str = ""
    secure_cookies: bool = False
    trusted_hosts: list[str] = Field(default_factory=list)
    currency: Literal["CNY", "EUR", "USD"] = "CNY"
    time_zone: str = "Asia/Shanghai"
    geocoder: str = "gazetteer"
    geocoder_options: dict[str, str] = Field(default_factory=dict)
    tile_url: str = ""
    tile_attribution: str = ""
    loading_minor_per_tonne: int = 8_00
    haul_minor_per_tonne_km: int = 45
    handling_minor_per_tonne: int = 6_00
    vat_rate_permille: int = 130
    jurisdiction: Literal["CN", "EU"] = "CN"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.instance.resolve()}/offtake.db"

    @cached_property
    def signing_key(self) -> str:
        """The secret of cookies and displacements: given, or made once for this instance."""
        return self.secret_key or _kept_secret(self.instance / "secret-key")

    @property
    def places(self) -> PlacesPolicy:
        return PlacesPolicy(
            geocoder=self.geocoder,
            geocoder_options=self.geocoder_options,
            blur_key=f"blur:{self.signing_key}".encode(),
        )

    @property
    def matching(self) -> MatchingPolicy:
        return MatchingPolicy(
            loading_minor_per_tonne=self.loading_minor_per_tonne,
            haul_minor_per_tonne_km=self.haul_minor_per_tonne_km,
            handling_minor_per_tonne=self.handling_minor_per_tonne,
            vat_rate_permille=self.vat_rate_permille,
            jurisdiction=self.jurisdiction,
            time_zone=ZoneInfo(self.time_zone),
        )


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), "ascii")
        # A link appears whole or not at all; whoever comes second keeps the first one's secret.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text("ascii")
