"""What the operator of an installation does about somebody's account; see docs/security.md."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.inputs.people import CareForPerson
from app.accounts.services.notices import write_notice
from app.accounts.services.sessions import end_login_sessions_of
from app.journal.services import AuditNote, write_audit
from models.accounts.tables import Passkey, RecoveryCode, User
from models.errors import Conflict, NotFound
from models.permissions import Actor, Capability, require


def disable_person(
    session: Session, command: CareForPerson, *, actor: Actor, now: datetime
) -> None:
    """Shut an account: no browser, no token and no new sign-in of it gets in."""
    person = _lock_person(session, command, actor)
    if person.disabled_at is not None:
        raise Conflict("account-disabled", "This account is disabled already.")
    person.disabled_at = now
    end_login_sessions_of(session, person.id, now=now)
    _tell(session, person, "account.disabled", command, actor=actor, now=now)


def enable_person(session: Session, command: CareForPerson, *, actor: Actor, now: datetime) -> None:
    """Open an account again that was disabled."""
    person = _lock_person(session, command, actor)
    if person.disabled_at is None:
        raise Conflict("account-open", "This account is not disabled.")
    person.disabled_at = None
    _tell(session, person, "account.enabled", command, actor=actor, now=now)


def end_sessions_of_person(
    session: Session, command: CareForPerson, *, actor: Actor, now: datetime
) -> None:
    """Sign somebody out of every browser."""
    person = _lock_person(session, command, actor)
    end_login_sessions_of(session, person.id, now=now)
    _tell(session, person, "account.signed_out", command, actor=actor, now=now)


def reset_factors_of_person(
    session: Session, command: CareForPerson, *, actor: Actor, now: datetime
) -> None:
    """Take every second factor off an account whose owner lost them and proved who he is.

    The reason says how that was proved, no less thoroughly than when the organization was verified.
    The password stays; whoever signs in with it is led to set up new factors.
    """
    person = _lock_person(session, command, actor)
    for table in (Passkey, RecoveryCode):
        session.execute(delete(table).where(table.user_id == person.id))
    person.tf_primary_method = person.tf_totp_secret = person.tf_last_counter = None
    end_login_sessions_of(session, person.id, now=now)
    _tell(session, person, "account.factors_reset", command, actor=actor, now=now)


def _lock_person(session: Session, command: CareForPerson, actor: Actor) -> User:
    require(actor, Capability.MANAGE_PEOPLE)
    query = select(User).where(User.email == command.email).with_for_update()
    person = session.scalar(query)
    if person is None or person.confirmed_at is None:
        raise NotFound("account-unknown", "Nobody with a confirmed account has this address.")
    return person


def _tell(
    session: Session,
    person: User,
    topic: str,
    command: CareForPerson,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    session.flush()
    note = AuditNote(
        topic=topic, subject_kind="user", subject_id=person.id, after={"reason": command.reason}
    )
    write_audit(session, note, actor=actor, now=now)
    write_notice(session, person.id, topic.removeprefix("account."), now=now)
