"""Use cases of applicants: open an organization, state what it is, show papers, submit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.inputs.organizations import NameDocument, OpenOrganization
from app.accounts.queries.holding import confirmed_person, lock_own_organization
from app.accounts.services.letters import write_to_owners
from app.database import lock_name
from app.journal.services import record
from app.settings import UploadPolicy
from app.uploads.inputs import InspectedFile
from app.uploads.services import store_upload
from models.accounts.events import OrganizationOpened, OrganizationSubmitted
from models.accounts.membership import OWNED_MAX
from models.accounts.registers import read_register
from models.accounts.standing import Step, check_changeable, next_standing
from models.accounts.tables import Membership, Organization, OrganizationDocument
from models.errors import Conflict, Invalid, NotAllowed, NotFound
from models.permissions import Actor, Capability, Role, require

DOCUMENTS_MAX = 20


def open_organization(
    session: Session, command: OpenOrganization, *, actor: Actor, now: datetime
) -> Organization:
    """A person opens an organization and owns it. Until it is verified it only prepares."""
    user = confirmed_person(session, actor=actor, capability=Capability.OPEN_ORGANIZATION)
    if user is None:
        raise NotAllowed("address-unconfirmed", "Confirm your e-mail address first.")
    lock_name(session, f"organizations-of:{user.id}")
    owned = select(func.count()).where(
        Membership.user_id == user.id, Membership.role == Role.OWNER.value
    )
    if (session.scalar(owned) or 0) >= OWNED_MAX:
        raise Conflict("organizations-many", "You own as many organizations as one person may.")
    organization = Organization(name=command.name, created_at=now)
    _write_profile(organization, command)
    session.add(organization)
    session.flush()
    session.add(Membership(user_id=user.id, organization_id=organization.id, role=Role.OWNER.value))
    session.flush()
    record(session, OrganizationOpened(organization_id=organization.id), now=now, actor=actor)
    return organization


def change_profile(session: Session, command: OpenOrganization, *, actor: Actor) -> Organization:
    """State anew who the organization is; sealed once the operator looks at it."""
    organization = lock_own_organization(
        session, actor=actor, capability=Capability.MANAGE_ORGANIZATION
    )
    check_changeable(organization.known_standing)
    _write_profile(organization, command)
    session.flush()
    return organization


def add_document(
    session: Session,
    command: NameDocument,
    file: InspectedFile,
    *,
    actor: Actor,
    now: datetime,
    policy: UploadPolicy,
) -> OrganizationDocument:
    """Show the operator a paper that proves who the organization is."""
    organization = lock_own_organization(
        session, actor=actor, capability=Capability.MANAGE_ORGANIZATION
    )
    check_changeable(organization.known_standing)
    if _count_documents(session, organization.id) >= DOCUMENTS_MAX:
        raise Conflict("documents-many", "There are as many documents as the operator reads.")
    upload = store_upload(session, file, actor=actor, now=now, policy=policy)
    document = OrganizationDocument(
        organization_id=organization.id, kind=command.kind, upload_id=upload.id, created_at=now
    )
    session.add(document)
    session.flush()
    return document


def remove_document(session: Session, document_id: int, *, actor: Actor) -> None:
    """Take a paper back before the operator looks at it; the file itself stays on record."""
    organization = lock_own_organization(
        session, actor=actor, capability=Capability.MANAGE_ORGANIZATION
    )
    check_changeable(organization.known_standing)
    document = session.get(OrganizationDocument, document_id)
    if document is None or document.organization_id != organization.id:
        raise NotFound("document-unknown", "There is no such document.")
    session.delete(document)
    session.flush()


def submit_organization(session: Session, *, actor: Actor, now: datetime) -> Organization:
    """Hand everything to the operator."""
    organization = lock_own_organization(
        session, actor=actor, capability=Capability.MANAGE_ORGANIZATION
    )
    move = next_standing(organization.known_standing, Step.SUBMIT)
    require(actor, move.capability)
    if organization.register_number is None:
        raise Invalid(
            "register-missing", "Give the number of the register.", field="register_number"
        )
    if _count_documents(session, organization.id) == 0:
        raise Invalid(
            "documents-missing", "Add at least one document that shows this.", field="document"
        )
    organization.standing = move.target.value
    organization.standing_note = ""
    session.flush()
    record(session, OrganizationSubmitted(organization_id=organization.id), now=now, actor=actor)
    write_to_owners(session, organization, Step.SUBMIT.value, now=now)
    return organization


def _write_profile(organization: Organization, command: OpenOrganization) -> None:
    number = read_register(command.register_kind, command.country, command.register_number)
    organization.name = command.name
    organization.name_zh = command.name_zh
    organization.country = command.country
    organization.register = command.register_kind
    organization.register_number = number


def _count_documents(session: Session, organization_id: int) -> int:
    query = select(func.count()).where(OrganizationDocument.organization_id == organization_id)
    return session.scalar(query) or 0
