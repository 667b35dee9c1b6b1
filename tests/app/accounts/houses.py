"""People and organizations for tests: who opens one, who is verified, who belongs to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.accounts.inputs.members import AddDriver, InviteMember, MakeToken
from app.accounts.inputs.organizations import OpenOrganization
from app.accounts.queries import find_frame
from app.accounts.services import open_login_session
from app.accounts.services.drivers import add_driver
from app.accounts.services.members import accept_invitation, invite_member
from app.accounts.services.organizations import open_organization
from app.accounts.services.tokens import make_token
from app.settings import SessionPolicy, UploadPolicy
from models.accounts.tables import Membership, OrganizationDocument, User
from models.journal.tables import OutboxEvent, StoredMessage
from models.permissions import Actor, Presented, Role
from models.uploads.tables import Upload
from tests.market import NOON, make_actor

POLICY = SessionPolicy()
UPLOADS = UploadPolicy(folder=Path("/nonexistent"))
CODES = ("91350100M000100Y43", "914403001922038216")
LATER = NOON + timedelta(minutes=1)


def person(session, name, *, confirmed=True):
    """Somebody with an account and no organization."""
    user = User(
        email=f"{name}@example.com",
        name=name,
        password="hash",
        fs_uniquifier=uuid4().hex,
        confirmed_at=NOON if confirmed else None,
        created_at=NOON,
    )
    session.add(user)
    session.flush()
    return Actor(user_id=user.id, organization_id=None, role=Role.GUEST)


def opening(**changed):
    return OpenOrganization.model_validate(
        {
            "name": "Works",
            "country": "CN",
            "register_kind": "cn_credit_code",
            "register_number": CODES[0],
        }
        | changed
    )


def opened(session, who="anna", **changed):
    """Somebody who has just opened an organization, and acts for it."""
    guest = person(session, who)
    made = open_organization(session, opening(**changed), actor=guest, now=NOON)
    return Actor(user_id=guest.user_id, organization_id=made.id, role=Role.OWNER)


def with_document(session, owner):
    """As if a paper had been uploaded; tests/app/uploads looks at real files."""
    upload = Upload(
        organization_id=owner.organization_id,
        uploaded_by=owner.user_id,
        purpose="identity",
        name="licence.pdf",
        content_type="application/pdf",
        size_bytes=1,
        sha256="0" * 64,
        storage_key=uuid4().hex,
        state="clean",
        created_at=NOON,
    )
    session.add(upload)
    session.flush()
    document = OrganizationDocument(
        organization_id=owner.organization_id,
        kind="business_licence",
        upload_id=upload.id,
        created_at=NOON,
    )
    session.add(document)
    session.flush()
    return document.id


def join(session, owner, name, role="viewer"):
    """Somebody invited into an organization, who has accepted; as the actor there."""
    found = session.scalar(select(User.id).where(User.email == f"{name}@example.com"))
    guest = (
        person(session, name)
        if found is None
        else Actor(user_id=found, organization_id=None, role=Role.GUEST)
    )
    secret = invite(session, owner, f"{name}@example.com", role)
    membership = accept_invitation(session, secret, actor=guest, now=NOON)
    return Actor(
        user_id=guest.user_id, organization_id=membership.organization_id, role=Role(role)
    ), membership.id


def invite(session, owner, email, role="viewer", *, now=NOON):
    """Send an invitation and return what its link holds."""
    links = []

    def link_of(secret):
        links.append(secret)
        return f"http://localhost/invitations/{secret}"

    command = InviteMember.model_validate({"email": email, "role": role})
    invite_member(session, command, actor=owner, now=now, link_of=link_of)
    return links[0]


def browser(session, actor, *, second_factor=True):
    """The secret of a signed-in browser of the actor."""
    return open_login_session(
        session, actor.user_id, via="test", second_factor=second_factor, now=NOON
    )


def frame_of(session, secret=None, *, bearer=None, driver=None, now=NOON):
    presented = Presented(login=secret, bearer=bearer, driver=driver)
    return find_frame(session, presented, now=now, policy=POLICY)


def token_for(session, owner, *scopes, days=30, now=NOON):
    command = MakeToken.model_validate({"name": "scale", "scopes": list(scopes), "days": days})
    return make_token(session, command, actor=owner, now=now)


def driver_for(session, owner, **changed):
    command = AddDriver.model_validate({"name": "Li", "days": 30} | changed)
    return add_driver(session, command, actor=owner, now=NOON)


def roles(session, organization_id):
    query = select(User.name, Membership.role).join(User, User.id == Membership.user_id)
    return dict(session.execute(query.where(Membership.organization_id == organization_id)).all())


def topics(session):
    return list(session.scalars(select(OutboxEvent.topic).order_by(OutboxEvent.id)))


def letters(session):
    """To whom was written, about what."""
    query = select(StoredMessage.address, StoredMessage.purpose).order_by(StoredMessage.id)
    return [tuple(row) for row in session.execute(query)]


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def refused(session, kind, act, *arguments, **named):
    """The code of a refusal; what it had begun to write is undone."""
    with pytest.raises(kind) as refusal, session.begin_nested():
        act(session, *arguments, **named)
    return refusal.value.code


def operator(session):
    return make_actor(session, "operator", Role.OPERATOR)
