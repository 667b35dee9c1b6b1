"""The actor and the one permission table: which role holds which capability, and what limits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.errors import NotAllowed


class Capability(StrEnum):
    # Everybody
    READ_MARKET = "read_market"
    # Whoever has an account
    USE_ACCOUNT = "use_account"
    OPEN_ORGANIZATION = "open_organization"
    # Members of an organization, about what is its own
    READ_OWN = "read_own"
    READ_PARTNERS = "read_partners"
    MANAGE_SITES = "manage_sites"
    MANAGE_STREAMS = "manage_streams"
    MANAGE_DEMANDS = "manage_demands"
    PUBLISH_LISTINGS = "publish_listings"
    MANAGE_PAPERS = "manage_papers"
    MANAGE_UPLOADS = "manage_uploads"
    MANAGE_DRIVERS = "manage_drivers"
    MANAGE_ORGANIZATION = "manage_organization"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_TOKENS = "manage_tokens"
    # Drivers, by link and PIN
    DRIVE = "drive"
    # Those who look after others
    READ_PARK = "read_park"
    READ_GRANTED = "read_granted"
    READ_ALL_PARTNERS = "read_all_partners"
    READ_VERIFICATIONS = "read_verifications"
    READ_AUDIT = "read_audit"
    VERIFY_ORGANIZATIONS = "verify_organizations"
    VERIFY_PAPERS = "verify_papers"
    # The installation
    REGISTER_ORGANIZATIONS = "register_organizations"
    MANAGE_PARKS = "manage_parks"
    MANAGE_PEOPLE = "manage_people"
    LOAD_CATALOGUE = "load_catalogue"
    LOAD_DEMONSTRATION = "load_demonstration"
    REFRESH_MATCHES = "refresh_matches"
    KEEP_JOURNAL = "keep_journal"


class Role(StrEnum):
    VISITOR = "visitor"  # nobody we know
    GUEST = "guest"  # an account that acts for no organization
    DRIVER = "driver"
    VIEWER = "viewer"
    WEIGHBRIDGE = "weighbridge"
    ACCOUNTANT = "accountant"
    TRADER = "trader"
    OWNER = "owner"
    PARK_MANAGER = "park_manager"
    FACILITATOR = "facilitator"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SYSTEM = "system"


# The roles that an organization gives its own people, and those that the operator gives.
OWN_ROLES: Final = (Role.OWNER, Role.TRADER, Role.WEIGHBRIDGE, Role.ACCOUNTANT, Role.VIEWER)
OFFICES: Final = (Role.PARK_MANAGER, Role.FACILITATOR, Role.AUDITOR, Role.OPERATOR)
MEMBER_ROLES: Final = OWN_ROLES + OFFICES

_EVERYBODY: Final = frozenset({Capability.READ_MARKET})
_GUEST: Final = _EVERYBODY | {Capability.USE_ACCOUNT, Capability.OPEN_ORGANIZATION}
_MEMBER: Final = _GUEST | {Capability.READ_OWN, Capability.READ_PARTNERS}
_TRADER: Final = _MEMBER | {
    Capability.MANAGE_SITES,
    Capability.MANAGE_STREAMS,
    Capability.MANAGE_DEMANDS,
    Capability.PUBLISH_LISTINGS,
    Capability.MANAGE_PAPERS,
    Capability.MANAGE_UPLOADS,
    Capability.MANAGE_DRIVERS,
}
_HOUSEHOLD: Final = {
    Capability.MANAGE_ORGANIZATION,
    Capability.MANAGE_MEMBERS,
    Capability.MANAGE_TOKENS,
}
_READS_ALL: Final = {
    Capability.READ_ALL_PARTNERS,
    Capability.READ_VERIFICATIONS,
    Capability.READ_AUDIT,
}

CAPABILITIES: Final[Mapping[Role, frozenset[Capability]]] = {
    Role.VISITOR: _EVERYBODY,
    Role.GUEST: _GUEST,
    Role.DRIVER: _EVERYBODY | {Capability.DRIVE},
    Role.VIEWER: _MEMBER,
    Role.WEIGHBRIDGE: _MEMBER | {Capability.MANAGE_DRIVERS, Capability.MANAGE_UPLOADS},
    Role.ACCOUNTANT: _MEMBER | {Capability.MANAGE_UPLOADS},
    Role.TRADER: _TRADER,
    Role.OWNER: _TRADER | _HOUSEHOLD,
    Role.PARK_MANAGER: _MEMBER | {Capability.READ_PARK, Capability.READ_GRANTED},
    Role.FACILITATOR: _MEMBER | {Capability.READ_GRANTED},
    Role.AUDITOR: _MEMBER | _READS_ALL,
    Role.OPERATOR: _MEMBER
    | _READS_ALL
    | {
        Capability.VERIFY_ORGANIZATIONS,
        Capability.VERIFY_PAPERS,
        Capability.REGISTER_ORGANIZATIONS,
        Capability.MANAGE_PARKS,
        Capability.LOAD_CATALOGUE,
        Capability.REFRESH_MATCHES,
        Capability.MANAGE_MEMBERS,
    },
    Role.SYSTEM: frozenset(Capability),
}


class Limit(StrEnum):
    """Why somebody may do less, for now, than the role says."""

    NO_SECOND_FACTOR = "no_second_factor"
    UNVERIFIED = "unverified"
    SUSPENDED = "suspended"


_STARTS_TRADE: Final = frozenset({Capability.PUBLISH_LISTINGS})
WITHHELD: Final[Mapping[Limit, frozenset[Capability]]] = {
    Limit.NO_SECOND_FACTOR: frozenset(Capability) - _MEMBER - {Capability.DRIVE},
    Limit.UNVERIFIED: _STARTS_TRADE | {Capability.MANAGE_TOKENS, Capability.MANAGE_DRIVERS},
    # Finishes what runs, starts nothing.
    Limit.SUSPENDED: _STARTS_TRADE | {Capability.MANAGE_TOKENS},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, for which organization, in which role. Plain values: it outlives the session."""

    user_id: int | None
    organization_id: int | None
    role: Role
    limits: frozenset[Limit] = frozenset()
    # What a token may be used for; None: the actor came in person.
    scopes: frozenset[Capability] | None = None
    # Organizations that let this one look into their details.
    insight: frozenset[int] = frozenset()
    driver_id: int | None = None

    def may(self, capability: Capability) -> bool:
        return (
            capability in CAPABILITIES[self.role]
            and (self.scopes is None or capability in self.scopes)
            and not any(capability in WITHHELD[limit] for limit in self.limits)
        )


VISITOR: Final = Actor(user_id=None, organization_id=None, role=Role.VISITOR)
SYSTEM: Final = Actor(user_id=None, organization_id=None, role=Role.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What a request shows at the door: secrets, of which at most one opens it."""

    login: str | None = None  # of a signed-in browser
    bearer: str | None = None  # of a program
    driver: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page shows around its content: who is signed in, whether estimates are on show."""

    actor: Actor = VISITOR
    user_name: str = ""
    organization_name: str = ""
    # Others for which the person could act in this browser.
    other_organizations: tuple[tuple[int, str], ...] = ()
    demonstration: bool = False
    login_session_id: int | None = None
    token_id: int | None = None
    # When the person last proved who they are, and last came by.
    authenticated_at: datetime | None = None
    seen_at: datetime | None = None


def acting_for(organization_id: int) -> Actor:
    """The system in the name of one organization, as when the demonstration is loaded."""
    return Actor(user_id=None, organization_id=organization_id, role=Role.SYSTEM)


def require(actor: Actor, capability: Capability) -> None:
    """Refuse an actor who lacks the capability, naming what is in the way."""
    if actor.may(capability):
        return
    if capability not in CAPABILITIES[actor.role]:
        raise NotAllowed("capability-missing", "Your role does not allow this.", needed=capability)
    if actor.scopes is not None and capability not in actor.scopes:
        raise NotAllowed("scope-missing", "This token was not made for this.", needed=capability)
    if capability in WITHHELD[Limit.NO_SECOND_FACTOR] and Limit.NO_SECOND_FACTOR in actor.limits:
        raise NotAllowed(
            "second-factor-needed", "Set up a second factor first; your role needs it."
        )
    if Limit.SUSPENDED in actor.limits:
        raise NotAllowed(
            "organization-suspended", "Your organization is suspended: it can start nothing new."
        )
    raise NotAllowed("organization-unverified", "Your organization has not been verified yet.")


def require_organization(actor: Actor, capability: Capability) -> int:
    """Refuse as `require` does, and return the organization on whose behalf the actor acts."""
    require(actor, capability)
    if actor.organization_id is None:
        raise NotAllowed("organization-missing", "Only a member of an organization can do this.")
    return actor.organization_id


def require_user(actor: Actor, capability: Capability) -> int:
    """Refuse as `require` does, and return the person who acts."""
    require(actor, capability)
    if actor.user_id is None:
        raise NotAllowed("person-missing", "Only a person with an account can do this.")
    return actor.user_id


def require_owner(actor: Actor, capability: Capability, owner_id: int) -> None:
    """Refuse whoever does not act for the organization that owns the thing."""
    if require_organization(actor, capability) != owner_id:
        raise NotAllowed("owned-by-others", "This belongs to another organization.")


def may_read_partners(actor: Actor, *, owner_id: int, demonstration: bool) -> bool:
    """Partners are the owner's business; those of the demonstration are everybody's to see."""
    own = actor.may(Capability.READ_PARTNERS) and actor.organization_id == owner_id
    return demonstration or own or may_look_into(actor, owner_id)


def may_look_into(actor: Actor, owner_id: int) -> bool:
    """Whether the actor reads the details of others: of all, or of those who granted it."""
    granted = actor.may(Capability.READ_GRANTED) and owner_id in actor.insight
    return granted or actor.may(Capability.READ_ALL_PARTNERS)
