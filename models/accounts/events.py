"""What happens to organizations, their people, tokens and drivers. Numbers only, never names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationOpened(Event):
    topic: ClassVar[str] = "organization.opened"

    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationSubmitted(Event):
    topic: ClassVar[str] = "organization.submitted"

    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationVerified(Event):
    topic: ClassVar[str] = "organization.verified"

    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationReturned(Event):
    topic: ClassVar[str] = "organization.returned"

    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationSuspended(Event):
    """It finishes what runs and starts nothing: what it has on the market is paused."""

    topic: ClassVar[str] = "organization.suspended"

    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationReinstated(Event):
    topic: ClassVar[str] = "organization.reinstated"

    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInvited(Event):
    topic: ClassVar[str] = "invitation.sent"

    invitation_id: int
    organization_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationAccepted(Event):
    topic: ClassVar[str] = "invitation.accepted"

    invitation_id: int
    organization_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRevoked(Event):
    topic: ClassVar[str] = "invitation.revoked"

    invitation_id: int
    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRoleChanged(Event):
    topic: ClassVar[str] = "membership.role_changed"

    membership_id: int
    organization_id: int
    old_role: str
    new_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(Event):
    """Of one's own will, or removed by the owner."""

    topic: ClassVar[str] = "membership.ended"

    membership_id: int
    organization_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMade(Event):
    topic: ClassVar[str] = "token.made"

    token_id: int
    organization_id: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(Event):
    topic: ClassVar[str] = "token.revoked"

    token_id: int
    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverAdded(Event):
    topic: ClassVar[str] = "driver.added"

    driver_id: int
    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverEntered(Event):
    topic: ClassVar[str] = "driver.entered"

    driver_id: int
    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRevoked(Event):
    topic: ClassVar[str] = "driver.revoked"

    driver_id: int
    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverLocked(Event):
    """So many wrong PINs that the link opens nothing any more."""

    topic: ClassVar[str] = "driver.locked"

    driver_id: int
    organization_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkManagerAppointed(Event):
    """`organization_id` is None where a park has no manager any more."""

    topic: ClassVar[str] = "park.manager_appointed"

    park_id: int
    organization_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkMembershipChanged(Event):
    topic: ClassVar[str] = "park.membership_changed"

    park_id: int
    organization_id: int
    member: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightChanged(Event):
    """Another organization may from now on look into the details, or may no more."""

    topic: ClassVar[str] = "organization.insight_changed"

    organization_id: int
    reader_id: int
    granted: bool
