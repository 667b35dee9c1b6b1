"""What came out of loading the demonstration, as programs read it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict

from app.fields import show_money
from app.matchmaking.queries.rows import MarketFigures
from models.quantities import MinorPerTonne


class DemonstrationShown(BaseModel):
    """Keys are promised to scripts. Shares are from 0 to 1, values in currency per tonne."""

    model_config = ConfigDict(frozen=True)

    streams: int
    demands: int
    feasible_pairs: int
    untested_pairs: int
    streams_with_partner: int
    streams_with_partner_share: float
    tonnes_with_partner_share: float
    best_value_per_t: str | None
    median_value_per_t: str | None
    rejections: dict[str, int]
    utilization: dict[str, float | int | str | None]
    seconds: float

    @classmethod
    def of(
        cls, figures: MarketFigures, rejections: list[tuple[str, int]], *, seconds: float
    ) -> Self:
        return cls(
            streams=figures.streams,
            demands=figures.demands,
            feasible_pairs=figures.feasible_pairs,
            untested_pairs=figures.untested_pairs,
            streams_with_partner=figures.streams_with_partner,
            streams_with_partner_share=_share(figures.streams_with_partner, figures.streams),
            tonnes_with_partner_share=_share(figures.with_partner_g, figures.generated_g),
            best_value_per_t=_money(figures.best_minor_per_tonne),
            median_value_per_t=_money(figures.median_minor_per_tonne),
            rejections=dict(rejections),
            utilization={
                "rate_if_all_matches_moved": _rounded(figures.rate),
                "target": figures.target,
                "target_year": figures.target_year,
                "basis": "estimated",
            },
            seconds=round(seconds, 2),
        )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 4)


def _money(price: MinorPerTonne | None) -> str | None:
    return None if price is None else show_money(price)
