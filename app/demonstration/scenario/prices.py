"""Invented asks and gate prices, in minor units a tonne, drawn from placeholder ranges.

Ask ranges follow the placeholder price ranges of the trade (ex-works, East China about 2023 to
2025, without a citable source: unverified) or, where there is none, own judgement. Gate prices are
delivered: an ask of the upper part of the range plus loading and a usual haul (own judgement).
"""

from __future__ import annotations

from typing import Final

from app.demonstration.chance import Chance
from app.demonstration.compositions import SIEVE_RESIDUE, CompositionDraft
from models.quantities import MILLIONTHS_PER_UNIT, MINOR_PER_UNIT, MinorPerTonne

FLY_ASH_GRADES: Final = (  # residue on the sieve %, loss on ignition %, then the range of asks
    (12, 5, (100, 220)),
    (30, 8, (40, 150)),
)
RAW_FLY_ASH: Final = (0, 40)
ASKS: Final = {
    "cfb_ash": (0, 40),  # as raw fly ash
    "boiler_slag": (-20, 20),  # own judgement
    "bf_slag": (50, 180),
    "bof_slag": (-10, 40),
    "eaf_slag": (-10, 40),  # as converter slag
    "fgd_gypsum": (0, 80),
    "bf_sludge": (-30, 40),  # own judgement
    "scrap_steel": (2_000, 2_600),  # lower part of 2,000 to 2,800
}
# Gate prices by buyer and wish: delivered, so above the ask by what the haul costs.
GATE_PRICES: Final = {
    ("cement", "fly_ash"): (95, 185),
    ("cement", "bf_slag"): (140, 240),
    ("cement", "gypsum"): (60, 130),
    ("cement", "iron_corrector"): (40, 110),
    ("cement", "raw_meal"): (25, 70),
    ("ready_mix_concrete", "fly_ash"): (150, 280),
    ("brick_block_works", "fly_ash"): (45, 110),
    ("wallboard_works", "fgd_gypsum"): (80, 160),
    ("slag_powder_mill", "bf_slag"): (150, 260),
    ("road_base_contractor", "bof_slag"): (25, 75),
    ("steel", "scrap_steel"): (2_350, 2_900),
}
PRICE_STEP: Final = 50  # half a unit of currency


def ask_of(composition: CompositionDraft, chance: Chance) -> MinorPerTonne:
    lowest, highest = _ask_range(composition)
    return _drawn("ask", lowest, highest, chance)


def gate_price_of(buyer: str, wish: str, chance: Chance) -> MinorPerTonne:
    lowest, highest = GATE_PRICES[(buyer, wish)]
    return _drawn("gate price", lowest, highest, chance)


def _ask_range(composition: CompositionDraft) -> tuple[int, int]:
    if composition.material in ASKS:
        return ASKS[composition.material]
    residue, loss = composition.value(SIEVE_RESIDUE), composition.value("loi")
    assert residue is not None
    assert loss is not None
    for most_residue, most_loss, asks in FLY_ASH_GRADES:
        fine = residue.maximum <= most_residue * MILLIONTHS_PER_UNIT
        if fine and loss.maximum <= most_loss * MILLIONTHS_PER_UNIT:
            return asks
    return RAW_FLY_ASH


def _drawn(label: str, lowest: int, highest: int, chance: Chance) -> MinorPerTonne:
    steps = MINOR_PER_UNIT // PRICE_STEP
    return MinorPerTonne(chance.between(label, lowest * steps, highest * steps) * PRICE_STEP)
