"""Partners of a listing as programs read them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from app.fields import show_money
from app.matchmaking.queries.rows import NearMissRow, PartnerRow, PartnersPage


class PartnerShown(BaseModel):
    model_config = ConfigDict(frozen=True)

    rank: int
    id: int
    name: str
    value_per_t: str
    netback_per_t: str
    road_km: float
    shared_months: int
    needs_tests: list[str]

    @classmethod
    def of(cls, row: PartnerRow) -> PartnerShown:
        return cls(
            rank=row.rank,
            id=row.listing.id,
            name=row.listing.organization_en,
            value_per_t=show_money(row.value_minor_per_tonne),
            netback_per_t=show_money(row.netback_minor_per_tonne),
            road_km=round(row.road_m / 1000, 1),
            shared_months=row.shared_months,
            needs_tests=[
                strip.parameter for strip in row.strips if strip.hard and strip.verdict == "unk"
            ],
        )


class NearMissShown(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: int
    name: str
    reasons: list[dict[str, str | float | int | None]]

    @classmethod
    def of(cls, row: NearMissRow) -> NearMissShown:
        reasons: list[dict[str, str | float | int | None]] = [
            {
                "gate": reason.gate,
                "parameter": reason.strip.parameter if reason.strip else None,
                "have": reason.have if reason.have is not None else reason.have_bits,
                "limit": reason.limit if reason.limit is not None else reason.limit_bits,
                "remedy": reason.remedy,
                "paper": reason.gap.requirement if reason.gap else None,
            }
            for reason in row.reasons
        ]
        return cls(id=row.listing.id, name=row.listing.organization_en, reasons=reasons)


class PartnersShown(BaseModel):
    model_config = ConfigDict(frozen=True)

    partner_count: int
    partners: list[PartnerShown]
    near_misses: list[NearMissShown]
    considered: int
    rejections: dict[str, int]

    @classmethod
    def of(cls, page: PartnersPage, k: int) -> PartnersShown:
        return cls(
            partner_count=page.partner_count,
            partners=[PartnerShown.of(row) for row in page.partners[:k]],
            near_misses=[NearMissShown.of(row) for row in page.near_misses],
            considered=page.considered,
            rejections=dict(page.rejections),
        )
