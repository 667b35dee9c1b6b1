"""Who may give which role, who must be left, and how long an invitation is open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from models.errors import Conflict, NotAllowed
from models.permissions import OFFICES, Actor, Capability, Role

INVITATION_VALID: Final = timedelta(days=7)
INVITATIONS_OPEN_MAX: Final = 50
OWNED_MAX: Final = 10


class InvitationState(StrEnum):
    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


def invitation_state(
    *,
    expires_at: datetime,
    accepted_at: datetime | None,
    revoked_at: datetime | None,
    now: datetime,
) -> InvitationState:
    if accepted_at is not None:
        return InvitationState.USED
    if revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.OPEN if now < expires_at else InvitationState.EXPIRED


def check_open(state: InvitationState) -> None:
    """Refuse an invitation that opens nothing any more, and say why."""
    if state is InvitationState.USED:
        raise Conflict("invitation-used", "This invitation has been used already.")
    if state is InvitationState.REVOKED:
        raise Conflict("invitation-revoked", "This invitation was taken back.")
    if state is InvitationState.EXPIRED:
        raise Conflict("invitation-expired", "This invitation has expired. Ask for a new one.")


def check_gift(actor: Actor, role: Role, *, offices: Collection[Role]) -> None:
    """Refuse a role that the actor cannot give, or that the organization has no office for."""
    if role not in OFFICES:
        return
    if not actor.may(Capability.REGISTER_ORGANIZATIONS):
        raise NotAllowed("office-not-yours", "Only the operator gives this role.")
    if role not in offices:
        raise Conflict("office-not-held", "The organization does not hold this office.")


def check_somebody_left(before: Collection[Role], after: Collection[Role]) -> None:
    """Refuse what would leave an organization without owner, or an operator's without operator."""
    for keeper in (Role.OWNER, Role.OPERATOR):
        if keeper in before and keeper not in after:
            raise Conflict(
                "owner-needed", "Somebody has to stay responsible: name another owner first."
            )
