"""The actor and the one permission table: which role holds which capability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.errors import NotAllowed


class Capability(StrEnum):
    READ_MARKET = "read_market"
    READ_PARTNERS = "read_partners"
    READ_ALL_PARTNERS = "read_all_partners"
    MANAGE_SITES = "manage_sites"
    MANAGE_STREAMS = "manage_streams"
    MANAGE_DEMANDS = "manage_demands"
    MANAGE_PAPERS = "manage_papers"
    REGISTER_ORGANIZATIONS = "register_organizations"
    LOAD_CATALOGUE = "load_catalogue"
    LOAD_DEMONSTRATION = "load_demonstration"
    REFRESH_MATCHES = "refresh_matches"
    KEEP_JOURNAL = "keep_journal"


class Role(StrEnum):
    VISITOR = "visitor"
    VIEWER = "viewer"
    TRADER = "trader"
    OWNER = "owner"
    OPERATOR = "operator"
    SYSTEM = "system"


_EVERYBODY: Final = frozenset({Capability.READ_MARKET})
_MEMBER: Final = _EVERYBODY | {Capability.READ_PARTNERS}
_TRADER: Final = _MEMBER | {
    Capability.MANAGE_SITES,
    Capability.MANAGE_STREAMS,
    Capability.MANAGE_DEMANDS,
    Capability.MANAGE_PAPERS,
}

CAPABILITIES: Final[Mapping[Role, frozenset[Capability]]] = {
    Role.VISITOR: _EVERYBODY,
    Role.VIEWER: _MEMBER,
    Role.TRADER: _TRADER,
    Role.OWNER: _TRADER,
    Role.OPERATOR: _MEMBER
    | {
        Capability.READ_ALL_PARTNERS,
        Capability.REGISTER_ORGANIZATIONS,
        Capability.LOAD_CATALOGUE,
        Capability.REFRESH_MATCHES,
    },
    Role.SYSTEM: frozenset(Capability),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, for which organization, in which role. Plain values: it outlives the session."""

    user_id: int | None
    organization_id: int | None
    role: Role

    def may(self, capability: Capability) -> bool:
        return capability in CAPABILITIES[self.role]


VISITOR: Final = Actor(user_id=None, organization_id=None, role=Role.VISITOR)
SYSTEM: Final = Actor(user_id=None, organization_id=None, role=Role.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page shows around its content: who is signed in, whether estimates are on show."""

    actor: Actor = VISITOR
    user_name: str = ""
    organization_name: str = ""
    demonstration: bool = False


def acting_for(organization_id: int) -> Actor:
    """The system in the name of one organization, as when the demonstration is loaded."""
    return Actor(user_id=None, organization_id=organization_id, role=Role.SYSTEM)


def require(actor: Actor, capability: Capability) -> None:
    """Refuse an actor whose role lacks the capability."""
    if not actor.may(capability):
        raise NotAllowed("capability-missing", "Your role does not allow this.", needed=capability)


def require_organization(actor: Actor, capability: Capability) -> int:
    """Refuse as `require` does, and return the organization on whose behalf the actor acts."""
    require(actor, capability)
    if actor.organization_id is None:
        raise NotAllowed("organization-missing", "Only a member of an organization can do this.")
    return actor.organization_id


def require_owner(actor: Actor, capability: Capability, owner_id: int) -> None:
    """Refuse whoever does not act for the organization that owns the thing."""
    if require_organization(actor, capability) != owner_id:
        raise NotAllowed("owned-by-others", "This belongs to another organization.")


def may_read_partners(actor: Actor, *, owner_id: int, demonstration: bool) -> bool:
    """Partners are the owner's business; those of the demonstration are everybody's to see."""
    own = actor.may(Capability.READ_PARTNERS) and actor.organization_id == owner_id
    return demonstration or own or actor.may(Capability.READ_ALL_PARTNERS)
