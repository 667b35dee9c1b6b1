"""Organizations, people, how they prove who they are, and who may act for whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.accounts.standing import DOCUMENT_KINDS, REGISTERS, Standing
from models.base import Base, one_of
from models.permissions import MEMBER_ROLES, OWN_ROLES, Role

_VERIFIED_ONLY = text("verified_at IS NOT NULL")


class Organization(Base):
    __tablename__ = "organization"
    __table_args__ = (
        CheckConstraint("name <> ''", name="name_not_empty"),
        one_of("register", REGISTERS, "register_is_known"),
        one_of("standing", Standing, "standing_is_known"),
        CheckConstraint(
            "standing NOT IN ('verified', 'suspended') OR verified_at IS NOT NULL",
            name="verified_once",
        ),
        # Who only claims a number must not keep its holder from registering.
        Index(
            "uq_organization_verified_number",
            "register",
            "country",
            "register_number",
            unique=True,
            sqlite_where=_VERIFIED_ONLY,
            postgresql_where=_VERIFIED_ONLY,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    name_zh: Mapped[str | None]
    register: Mapped[str] = mapped_column(default="none")
    country: Mapped[str] = mapped_column(default="CN")
    register_number: Mapped[str | None]
    standing: Mapped[str] = mapped_column(default=Standing.NEW.value)
    standing_note: Mapped[str] = mapped_column(Text, default="")
    verified_at: Mapped[datetime | None]
    # Estimates about a real company, or an invented one: never shown without saying so.
    demonstration: Mapped[bool] = mapped_column(default=False)
    invented: Mapped[bool] = mapped_column(default=False)
    external_key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]

    @property
    def known_standing(self) -> Standing:
        return Standing(self.standing)


class OrganizationDocument(Base):
    """What an organization shows the operator to be verified."""

    __tablename__ = "organization_document"
    __table_args__ = (one_of("kind", DOCUMENT_KINDS, "kind_is_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[str]
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"))
    created_at: Mapped[datetime]


class User(Base):
    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower_case"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    phone: Mapped[str | None]
    phone_confirmed_at: Mapped[datetime | None]
    password: Mapped[str] = mapped_column("password_hash")
    # Names the account in cookies and links; a new one ends them all.
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(unique=True)
    confirmed_at: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)  # encrypted
    tf_last_counter: Mapped[int | None]  # a code works once
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """Opens an account once when the second factor is lost; only its argon2 hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    code_hash: Mapped[str]
    created_at: Mapped[datetime]


class Passkey(Base):
    """A WebAuthn credential of a person."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    # Separated by commas. Attributes are renamed where the library of the flows has its own.
    transport_names: Mapped[str] = mapped_column("transports")
    extensions: Mapped[str | None]
    backup_state: Mapped[bool]
    device_type: Mapped[str]
    name: Mapped[str]
    intended_usage: Mapped[str] = mapped_column("usage")
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]


class LoginSession(Base):
    """One browser that is signed in. The cookie holds a secret; here is only its hash."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    # For whom the person acts in this browser.
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    via: Mapped[str]
    second_factor: Mapped[bool]
    address: Mapped[str]
    agent: Mapped[str]
    created_at: Mapped[datetime]
    authenticated_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Membership(Base):
    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("user_id", "organization_id"),
        one_of("role", MEMBER_ROLES, "role_is_a_members"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    role: Mapped[str]

    @property
    def known_role(self) -> Role:
        return Role(self.role)


class Invitation(Base):
    """An organization asks somebody in, by a link that works once."""

    __tablename__ = "invitation"
    __table_args__ = (
        one_of("role", MEMBER_ROLES, "role_is_a_members"),
        CheckConstraint("accepted_at IS NULL OR revoked_at IS NULL", name="one_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    email: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiToken(Base):
    """Lets a program act for an organization, for some purposes and some time."""

    __tablename__ = "api_token"
    __table_args__ = (one_of("role", OWN_ROLES, "role_is_its_own"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str]
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiTokenScope(Base):
    __tablename__ = "api_token_scope"

    token_id: Mapped[int] = mapped_column(
        ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True
    )
    capability: Mapped[str] = mapped_column(primary_key=True)


class Driver(Base):
    """A driver of a carrier: comes in by a link and a PIN, has no account."""

    __tablename__ = "driver"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    phone: Mapped[str | None]
    token_hash: Mapped[str] = mapped_column(unique=True)
    pin_hash: Mapped[str]
    failures: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ParkManagement(Base):
    """Which organization manages a park."""

    __tablename__ = "park_management"

    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    created_at: Mapped[datetime]


class ParkMembership(Base):
    """An organization says that it belongs to a park: it counts in the park's sums."""

    __tablename__ = "park_membership"

    park_id: Mapped[int] = mapped_column(ForeignKey("park.id"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]


class InsightGrant(Base):
    """An organization lets another, a park's manager or a facilitator, read its details."""

    __tablename__ = "insight_grant"
    __table_args__ = (CheckConstraint("organization_id <> reader_id", name="to_others"),)

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    reader_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]
