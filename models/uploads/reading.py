"""Who may read a file."""

from __future__ import annotations

from collections.abc import Collection

from models.permissions import Actor, Capability


def may_read(actor: Actor, *, owner_id: int, shared_with: Collection[int]) -> bool:
    """The owner's people, those it was shared with, and whoever verifies or audits."""
    if actor.may(Capability.READ_VERIFICATIONS):
        return True
    own = actor.organization_id == owner_id or actor.organization_id in shared_with
    return own and actor.may(Capability.READ_OWN)
