"""What the API shows of accounts."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.accounts.queries.bearers import TokenFacts


class OrganizationNamed(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: int
    name: str


class MeShown(BaseModel):
    """Whom a token acts for, and what it may do."""

    model_config = ConfigDict(frozen=True)

    organization: OrganizationNamed
    role: str
    token: str
    scopes: tuple[str, ...]
    expires_at: datetime

    @classmethod
    def of(cls, facts: TokenFacts) -> MeShown:
        return cls(
            organization=OrganizationNamed(id=facts.organization_id, name=facts.organization),
            role=facts.role.value,
            token=facts.name,
            scopes=facts.scopes,
            expires_at=facts.expires_at,
        )
