"""Settings from the environment, and the frozen policies that services are handed."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesPolicy:
    """Which geocoder answers, and the key that displaces blurred sites."""

    geocoder: str = "gazetteer"
    geocoder_options: Mapping[str, str] = field(default_factory=dict)
    blur_key: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """How long a signed-in browser stays signed in, and how fresh a proof sensitive steps want."""

    idle: timedelta = timedelta(hours=2)
    absolute: timedelta = timedelta(hours=24)
    fresh: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPolicy:
    """Where files lie, who looks for viruses, and how much one organization may keep."""

    folder: Path
    clamd: str = ""  # HOST:PORT or the path of a socket; without it the inspection alone counts
    organization_max_bytes: int = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """How long is kept what is about people, and what only shows that something was done.

    China's Cybersecurity Law, Art. 21 (3), wants logs of the network kept for six months or more.
    """

    jobs: timedelta = timedelta(days=90)
    messages: timedelta = timedelta(days=30)
    sessions: timedelta = timedelta(days=90)
    audit_persons: timedelta = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingPolicy:
    """How far and how long this machine speaks to strangers."""

    ports: frozenset[int] = frozenset({443})
    # For tests and for a company's own network: networks that may be spoken to, over HTTP as well.
    trusted_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    connect_seconds: float = 5.0
    total_seconds: float = 15.0
    answer_max_bytes: int = 65_536
    certificates: str | None = None  # a file of authorities instead of those of the system


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePolicy:
    """How messages to people leave; a channel without an address of its own writes files."""

    outbox: Path
    mail_from: str = "offtake@localhost"
    smtp_url: str = field(default="", repr=False)  # a password may be in it
    # Where SMS and WeCom messages are handed over; a key may be in the address.
    sms_webhook: str = field(default="", repr=False)
    wecom_webhook: str = field(default="", repr=False)
    outgoing: OutgoingPolicy = field(default_factory=OutgoingPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadPolicy:
    """Where road distances come from: the curve, a graph in a file, or a routing service."""

    source: Literal["curve", "graph", "service"] = "curve"
    graph: Path = Path()
    service: str = ""
    url: str = ""
    options: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # a key may be among them


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingPolicy:
    """What a tonne-kilometre costs in this market, and how prices are made comparable."""

    loading_minor_per_tonne: int = 8_00
    haul_minor_per_tonne_km: int = 45
    handling_minor_per_tonne: int = 6_00
    vat_rate_permille: int = 130
    jurisdiction: str = "CN"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    road: RoadPolicy = field(default_factory=RoadPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompliancePolicy:
    """Whose law applies here, and where the days of papers begin."""

    jurisdiction: str = "CN"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))


class Settings(BaseSettings):
    """Read once at start. `DATABASE_URL` alone has no prefix, as hosting services set it."""

    model_config = SettingsConfigDict(
        env_prefix="OFFTAKE_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    instance: Path = Path("instance")
    secret_key: str = Field(default="", repr=False)
    secret_key_file: Path | None = None
    # Former keys, newest first: what they signed is still read, nothing new is signed by them.
    secret_keys_old: list[str] = Field(default_factory=list, repr=False)
    secure_cookies: bool = False
    session_idle_minutes: int = Field(default=120, ge=5, le=1_440)
    session_hours: int = Field(default=24, ge=1, le=336)
    trusted_hosts: list[str] = Field(default_factory=list)
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    rate_limits: bool = True  # without them only guesses at secrets are counted
    rate_limits_storage: str = Field(default="memory://", repr=False)  # it may hold a password
    clamd: str = ""
    upload_quota_mb: int = Field(default=2_000, ge=1)
    security_contact: str = ""
    # Networks that webhooks may reach beside the public internet, such as a company's own.
    webhook_networks: list[IPv4Network | IPv6Network] = Field(default_factory=list)
    webhook_ports: list[int] = Field(default_factory=lambda: [443])
    # Names people in the audit chain; without it one is derived, and changes, with the secret key.
    pseudonym_key: str = Field(default="", repr=False)
    smtp_url: str = Field(default="", repr=False)
    mail_from: str = "offtake@localhost"
    sms_webhook: str = Field(default="", repr=False)
    wecom_webhook: str = Field(default="", repr=False)
    keep_jobs_days: int = Field(default=90, ge=1, le=3_650)
    keep_messages_days: int = Field(default=30, ge=1, le=3_650)
    keep_sessions_days: int = Field(default=90, ge=1, le=3_650)
    keep_audit_persons_days: int = Field(default=365, ge=1, le=3_650)
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
    jurisdiction: Literal["CN", "EU", "generic"] = "CN"
    road: str = "curve"
    road_options: dict[str, str] = Field(default_factory=dict, repr=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  (the folder is ours)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Any setting may also be a file, such as `offtake_smtp_url`, in OFFTAKE_SECRETS_DIR."""
        sources = (init_settings, env_settings, dotenv_settings)
        folder = os.environ.get("OFFTAKE_SECRETS_DIR")
        if not folder:
            return sources
        return (*sources, SecretsSettingsSource(settings_cls, secrets_dir=folder))

    @field_validator("security_contact")
    @classmethod
    def _is_a_contact(cls, contact: str) -> str:
        """RFC 9116, 2.5.3: an address that programs open; a bare e-mail address is made one."""
        if re.fullmatch(r"[^\s:@/]+@[^\s@]+", contact):
            return f"mailto:{contact}"
        if contact and not re.fullmatch(r"(?:mailto:|https://|tel:)[\x21-\x7e]+", contact):
            raise ValueError("give an e-mail address, or an address with mailto:, https:// or tel:")
        return contact

    @field_validator("clamd")
    @classmethod
    def _names_a_scanner(cls, clamd: str) -> str:
        if clamd and not clamd.startswith("/") and not re.fullmatch(r"[^\s/]+:[0-9]{1,5}", clamd):
            raise ValueError("give HOST:PORT or the path of a socket, such as /run/clamd.ctl")
        return clamd

    @field_validator("road")
    @classmethod
    def _names_a_source_of_roads(cls, road: str) -> str:
        source, _, where = road.partition(":")
        service, _, url = where.partition(":")
        if source == "graph" and where and not Path(where).is_file():
            raise ValueError(f"there is no file {where}")
        if road not in ("curve", "graph") and not (
            (source == "graph" and where) or (source == "service" and service and url)
        ):
            raise ValueError("give curve, graph, graph:FILE.npz or service:NAME:URL")
        return road

    @field_validator("smtp_url")
    @classmethod
    def _names_a_relay(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
            raise ValueError("give smtp://USER:PASSWORD@HOST:587 or smtps://…:465")
        if "tls=no" in parts.query and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("mail leaves this machine only over TLS")
        return url

    @field_validator("mail_from")
    @classmethod
    def _is_one_address(cls, address: str) -> str:
        if not re.fullmatch(r"[^\x00-\x1f\x7f]*[^\s@<>]+@[^\s@<>]+>?", address):
            raise ValueError("give one address, as in Offtake <offtake@example.com>")
        return address

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.instance.resolve()}/offtake.db"

    @cached_property
    def signing_key(self) -> str:
        """The secret of cookies and displacements: given, or made once for this instance."""
        if self.secret_key_file is not None:
            return self.secret_key_file.read_text("utf-8").strip()
        return self.secret_key or _kept_secret(self.instance / "secret-key")

    @property
    def signing_keys_old(self) -> list[str]:
        return list(self.secret_keys_old)

    @property
    def sessions(self) -> SessionPolicy:
        return SessionPolicy(
            idle=timedelta(minutes=self.session_idle_minutes),
            absolute=timedelta(hours=self.session_hours),
        )

    @property
    def uploads(self) -> UploadPolicy:
        return UploadPolicy(
            folder=self.instance.resolve() / "uploads",
            clamd=self.clamd,
            organization_max_bytes=self.upload_quota_mb * 1_000_000,
        )

    @cached_property
    def audit_key(self) -> bytes:
        """The key of the pseudonyms in the audit trail."""
        return (self.pseudonym_key or f"pseudonym:{self.signing_key}").encode()

    @property
    def messages(self) -> MessagePolicy:
        return MessagePolicy(
            outbox=self.instance.resolve() / "outbox",
            mail_from=self.mail_from,
            smtp_url=self.smtp_url,
            sms_webhook=self.sms_webhook,
            wecom_webhook=self.wecom_webhook,
            outgoing=self.outgoing,
        )

    @property
    def retention(self) -> RetentionPolicy:
        return RetentionPolicy(
            jobs=timedelta(days=self.keep_jobs_days),
            messages=timedelta(days=self.keep_messages_days),
            sessions=timedelta(days=self.keep_sessions_days),
            audit_persons=timedelta(days=self.keep_audit_persons_days),
        )

    @property
    def second_factor_keys(self) -> Mapping[str, str]:
        """What encrypts the secrets of authenticator apps, by a name of its own; the first is used.

        The others open what was encrypted before the signing key was changed.
        """
        keys = [
            sha256(f"totp:{key}".encode()) for key in (self.signing_key, *self.signing_keys_old)
        ]
        return {f"k{key.hexdigest()[:12]}": key.hexdigest()[12:] for key in keys}

    @property
    def outgoing(self) -> OutgoingPolicy:
        return OutgoingPolicy(
            ports=frozenset(self.webhook_ports), trusted_networks=tuple(self.webhook_networks)
        )

    @property
    def places(self) -> PlacesPolicy:
        return PlacesPolicy(
            geocoder=self.geocoder,
            geocoder_options=self.geocoder_options,
            blur_key=f"blur:{self.signing_key}".encode(),
        )

    @property
    def compliance(self) -> CompliancePolicy:
        return CompliancePolicy(jurisdiction=self.jurisdiction, time_zone=ZoneInfo(self.time_zone))

    @property
    def matching(self) -> MatchingPolicy:
        return MatchingPolicy(
            loading_minor_per_tonne=self.loading_minor_per_tonne,
            haul_minor_per_tonne_km=self.haul_minor_per_tonne_km,
            handling_minor_per_tonne=self.handling_minor_per_tonne,
            vat_rate_permille=self.vat_rate_permille,
            jurisdiction=self.jurisdiction,
            time_zone=ZoneInfo(self.time_zone),
            road=self._road,
        )

    @property
    def imported_roads(self) -> Path:
        """Where `offtake import roads` keeps the graph of this installation."""
        return self.instance.resolve() / "roads.npz"

    @property
    def _road(self) -> RoadPolicy:
        source, _, where = self.road.partition(":")
        if source == "graph":
            graph = Path(where).resolve() if where else self.imported_roads
            return RoadPolicy(source="graph", graph=graph)
        if source == "service":
            service, _, url = where.partition(":")
            options = tuple(sorted(self.road_options.items()))
            return RoadPolicy(source="service", service=service, url=url, options=options)
        return RoadPolicy()


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
