"""Use cases of the operator: verify organizations, return, suspend and reinstate them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries.holding import belongs_to, lock_organization
from app.accounts.services.letters import write_to_owners
from app.database import lock_name
from app.journal.services import record
from models.accounts.events import (
    OrganizationReinstated,
    OrganizationReturned,
    OrganizationSuspended,
    OrganizationVerified,
)
from models.accounts.standing import REASONED_STEPS, Step, next_standing
from models.accounts.tables import Organization
from models.errors import Conflict, Invalid, NotAllowed
from models.journal.events import Event
from models.permissions import Actor, Capability, require

Decided = (
    OrganizationVerified | OrganizationReturned | OrganizationSuspended | OrganizationReinstated
)
_EVENTS: Final[Mapping[Step, type[Decided]]] = {
    Step.VERIFY: OrganizationVerified,
    Step.RETURN: OrganizationReturned,
    Step.SUSPEND: OrganizationSuspended,
    Step.REINSTATE: OrganizationReinstated,
}


def decide_on_organization(
    session: Session,
    organization_id: int,
    step: Step,
    *,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Organization:
    """The operator's step: verify, return or suspend with a reason, reinstate."""
    require(actor, Capability.VERIFY_ORGANIZATIONS)
    organization = lock_organization(session, organization_id)
    move = next_standing(organization.known_standing, step)
    require(actor, move.capability)
    if belongs_to(session, actor.user_id, organization.id):
        raise NotAllowed("own-organization", "Nobody decides on an organization of their own.")
    if step in REASONED_STEPS and not reason:
        raise Invalid("reason-missing", "Say why: the organization is told.", field="reason")
    if step is Step.VERIFY:
        _check_number_is_free(session, organization)
        organization.verified_at = now
    organization.standing = move.target.value
    organization.standing_note = reason
    session.flush()
    event: Event = _EVENTS[step](organization_id=organization.id)
    record(session, event, now=now, actor=actor)
    write_to_owners(session, organization, step.value, now=now, reason=reason)
    return organization


def _check_number_is_free(session: Session, organization: Organization) -> None:
    """Two may claim a number, one holds it. The index of the table says so too."""
    if organization.register_number is None:
        return
    number = (organization.register, organization.country, organization.register_number)
    lock_name(session, "register:" + ":".join(number))
    holder = select(Organization.id).where(
        Organization.register == organization.register,
        Organization.country == organization.country,
        Organization.register_number == organization.register_number,
        Organization.verified_at.is_not(None),
        Organization.id != organization.id,
    )
    if (holder_id := session.scalar(holder)) is not None:
        raise Conflict(
            "register-number-held",
            "Another organization has been verified under this number.",
            holder_id=holder_id,
        )
