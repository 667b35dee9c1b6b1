"""The utilization rate, as it is told of a market that has not moved yet."""

from __future__ import annotations

from models.quantities import Grams


def utilization_rate(*, utilized_g: Grams, generated_g: Grams, from_stock_g: Grams) -> float | None:
    """U / (G + U_prev), a share from 0 to 1; None when nothing arises.

    U is the mass utilized in the period, G the mass generated in it, U_prev the part of U drawn
    from stock of earlier years. Source: national statistical survey system for ecology and
    environment, comprehensive utilization rate of general industrial solid waste.
    """
    base_g = generated_g + from_stock_g
    return utilized_g / base_g if base_g > 0 else None
