"""People and passkeys as Flask-Security wants to see them, over our own tables."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Any

from flask_security import UserMixin, WebAuthnMixin
from flask_security.datastore import SQLAlchemyUserDatastore

from app.accounts.queries.people import count_recovery_codes, passkeys_of
from app.accounts.services import check_address_free, end_second_factor
from app.clock import now_utc
from app.edge import request_session
from app.i18n import current_language
from models.accounts.tables import Passkey, User


class _EitherUse(str):
    """Our passkeys prove two factors at once, so each serves first, second or alone."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return other in ("first", "secondary")

    def __hash__(self) -> int:
        return hash(str(self))


class PersonsPasskey(WebAuthnMixin, Passkey):
    """A passkey; Flask-Security names some of its facts otherwise."""

    @property
    def transports(self) -> list[str]:  # type: ignore[override]
        return [name for name in self.transport_names.split(",") if name]

    @property
    def usage(self) -> str:  # type: ignore[override]
        return _EitherUse("either")

    @property
    def lastuse_datetime(self) -> datetime:
        return self.last_used_at

    @lastuse_datetime.setter
    def lastuse_datetime(self, moment: datetime) -> None:
        self.last_used_at = moment


class Person(UserMixin, User):  # type: ignore[misc]
    """A user of ours. Roles are given by organizations, see `models.permissions`: none here."""

    roles: list[Any] = []  # noqa: RUF012  (nobody adds to it)

    @property
    def active(self) -> bool:  # type: ignore[override]
        return self.disabled_at is None

    @property
    def webauthn(self) -> list[WebAuthnMixin]:  # type: ignore[override]
        return [*passkeys_of(request_session(), self.id, PersonsPasskey)]

    @property
    def mf_recovery_codes(self) -> list[str]:  # type: ignore[override]
        """One sign for each code that is left: the codes themselves are nowhere."""
        return ["•"] * count_recovery_codes(request_session(), self.id)


class _RequestDatabase:
    """Flask-Security works in the one session of the request, like everybody else."""

    @property
    def session(self) -> Any:
        return request_session()


class People(SQLAlchemyUserDatastore):
    """Where Flask-Security finds and keeps people. It never commits: `app.edge.begin` does."""

    def __init__(self) -> None:
        super().__init__(_RequestDatabase(), Person, None, PersonsPasskey)  # type: ignore[arg-type]

    def commit(self) -> None:
        request_session().flush()

    def create_user(self, **facts: Any) -> Person:
        """Called once the form was found right; who came first meanwhile is seen under the lock."""
        session, now = request_session(), now_utc()
        check_address_free(session, facts["email"])
        person = Person(
            email=facts["email"],
            name=facts["name"],
            language=current_language(),
            password=facts["password"],
            fs_uniquifier=token_hex(16),
            fs_webauthn_user_handle=token_hex(16),
            created_at=now,
        )
        session.add(person)
        session.flush()
        return person

    def create_webauthn(self, user: UserMixin, **facts: Any) -> None:  # type: ignore[override]
        session, now = request_session(), now_utc()
        session.add(
            PersonsPasskey(
                user_id=user.id,
                credential_id=facts["credential_id"],
                public_key=facts["public_key"],
                sign_count=facts["sign_count"],
                transport_names=",".join(str(t) for t in facts.get("transports") or ()),
                extensions=facts.get("extensions"),
                backup_state=facts["backup_state"],
                device_type=str(facts["device_type"]),
                name=facts["name"],
                intended_usage="first",
                created_at=now,
                last_used_at=now,
            )
        )
        session.flush()

    def delete_webauthn(self, webauthn: WebAuthnMixin) -> None:
        session = request_session()
        session.delete(webauthn)
        session.flush()
        end_second_factor(session, webauthn.user_id, now=now_utc())  # type: ignore[attr-defined]

    def find_user_from_webauthn(self, webauthn: WebAuthnMixin) -> UserMixin | None:
        """The owner, unless disabled or not confirmed: the library would let both in."""
        person = super().find_user_from_webauthn(webauthn)
        return person if person and person.active and person.confirmed_at else None

    def tf_reset(self, user: UserMixin) -> None:
        session = request_session()
        user.tf_primary_method = None
        user.tf_totp_secret = None
        user.tf_last_counter = None  # type: ignore[attr-defined]
        session.flush()
        end_second_factor(session, user.id, now=now_utc())
