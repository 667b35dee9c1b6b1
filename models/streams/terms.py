"""Words that listings choose from, and prices made comparable."""

from __future__ import annotations

from typing import Final

from models.catalogue.vocabulary import AS_RECEIVED, DRY
from models.quantities import MinorPerTonne, divide_half_away

RHYTHMS: Final = ("continuous", "batch", "one_off")
VISIBILITIES: Final = ("public", "invited")
LEGAL_STATUSES: Final = ("waste", "by_product", "end_of_waste")
DELIVERY_TERMS: Final = ("ex_works", "delivered")
ASSAY_BASES: Final = (DRY, AS_RECEIVED)
PROVENANCES: Final = (
    "own_laboratory", "accredited_laboratory", "buyer_receipt_test", "guidance_value",
)  # fmt: skip


def with_vat(price: MinorPerTonne, *, vat_included: bool, vat_rate_permille: int) -> MinorPerTonne:
    """A price as it compares with others: value added tax included, rounded once.

    The tax is due on whatever is paid, by whoever pays it, so the sign does not matter.
    """
    if vat_included:
        return price
    return MinorPerTonne(divide_half_away(price * (1000 + vat_rate_permille), 1000))
