"""Use cases of privacy: delete a person's account, and forget what was kept long enough."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.queries.holding import lock_organization, roles_in
from app.accounts.queries.privacy import own_addresses
from app.journal.services import (
    AuditNote,
    delete_messages_of,
    forget_person_in_audit,
    record,
    write_audit,
)
from models.accounts.events import MemberLeft
from models.accounts.membership import check_somebody_left
from models.accounts.tables import (
    ApiToken,
    Invitation,
    LoginSession,
    Membership,
    Passkey,
    RecoveryCode,
    User,
)
from models.permissions import Actor, Capability, require, require_user

# No hash of any password: nothing typed ever matches it.
_NO_PASSWORD: Final = "!"  # noqa: S105  (that is the point of it)


def delete_account(session: Session, *, actor: Actor, now: datetime) -> None:
    """Forget a person. What the law keeps stays, under the number of an account without a name.

    Whoever alone is responsible for an organization hands it over first. The chain of the audit
    trail holds pseudonyms only, so that nothing in it has to change.
    """
    user_id = require_user(actor, Capability.USE_ACCOUNT)
    _end_memberships(session, user_id, actor=actor, now=now)
    user = session.scalars(select(User).where(User.id == user_id).with_for_update()).one()
    addresses = own_addresses(user)
    session.execute(
        update(ApiToken)
        .where(ApiToken.made_by == user_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    for table in (LoginSession, Passkey, RecoveryCode):
        session.execute(delete(table).where(table.user_id == user_id))
    _forget_invitations(session, user)
    delete_messages_of(session, user_id, addresses=addresses)
    _anonymize(user, now)
    session.flush()
    note = AuditNote(topic="account.deleted", subject_kind="user", subject_id=user_id)
    write_audit(session, note, actor=actor, now=now)
    forget_person_in_audit(session, user_id)


def purge_accounts(session: Session, *, before: datetime, actor: Actor) -> int:
    """Delete sessions and open invitations that ended before an instant; return how many."""
    require(actor, Capability.KEEP_JOURNAL)
    sessions = delete(LoginSession).where(
        or_(LoginSession.ended_at < before, LoginSession.last_seen_at < before)
    )
    invitations = delete(Invitation).where(
        Invitation.accepted_at.is_(None), Invitation.expires_at < before
    )
    gone = len(session.scalars(sessions.returning(LoginSession.id)).all())
    return gone + len(session.scalars(invitations.returning(Invitation.id)).all())


def _end_memberships(session: Session, user_id: int, *, actor: Actor, now: datetime) -> None:
    of_person = select(Membership).where(Membership.user_id == user_id)
    ids = session.scalars(of_person.with_only_columns(Membership.organization_id)).all()
    for organization_id in sorted(ids):
        lock_organization(session, organization_id)
        mine = session.scalars(of_person.where(Membership.organization_id == organization_id)).one()
        before = roles_in(session, organization_id)
        after = [role for membership_id, role in before.items() if membership_id != mine.id]
        check_somebody_left(list(before.values()), after)
        event = MemberLeft(
            membership_id=mine.id, organization_id=organization_id, role=before[mine.id]
        )
        session.delete(mine)
        session.flush()
        record(session, event, now=now, actor=actor)


def _forget_invitations(session: Session, user: User) -> None:
    to_person = Invitation.email == user.email
    session.execute(delete(Invitation).where(to_person, Invitation.accepted_at.is_(None)))
    session.execute(update(Invitation).where(to_person).values(email=""))


def _anonymize(user: User, now: datetime) -> None:
    # The address stays unique; that top-level domain leads nowhere, RFC 2606.
    user.email = f"deleted-{user.id}@deleted.invalid"
    user.name = ""
    user.phone = user.phone_confirmed_at = None
    user.password = _NO_PASSWORD
    user.fs_uniquifier = token_hex(16)
    user.fs_webauthn_user_handle = None
    user.tf_primary_method = user.tf_totp_secret = user.tf_last_counter = None
    user.confirmed_at = None
    user.disabled_at = now
