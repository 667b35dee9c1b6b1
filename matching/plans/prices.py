"""What a tonne is worth where it lies: exact clearing prices, and why a pair got nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from matching.checks import Flags, Floats, Integers, check_shape, refuse_where
from matching.market.pairs import Pairs
from matching.plans.allocation import Allocation, Market, read_market, sums
from matching.plans.price_paths import Links, dearest, not_optimal, turned
from matching.plans.whole_units import rounded, told

LARGEST_PRICE = 2**60


@dataclass(frozen=True, slots=True, eq=False)
class Duals:
    """Both ends of every price, in whole numbers: supply (N,) and demand (M,), int64.

    `supply_high` and `demand_low` belong together, `supply_low` and `demand_high` likewise: each of
    these two is an optimal dual solution, the best for the sellers and the best for the buyers.
    """

    supply_low: Integers
    supply_high: Integers
    demand_low: Integers
    demand_high: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """What supply and capacity are worth in a plan, currency per tonne.

    | field                   | shape, dtype | meaning                                             |
    |-------------------------|--------------|-----------------------------------------------------|
    | supply_low, supply_high | (N,) float64 | a tonne of each stream, at its place                |
    | demand_low, demand_high | (M,) float64 | room for a tonne at each demand                     |
    | mass                    | Duals, None  | for "tonnes": tonnes more that one more tonne of    |
    |                         |              | supply or room lets the market place, 0 or 1        |
    | exact                   | Duals        | steps of value, plus `premium` for each tonne       |
    | premium                 | int          | 0 for "value"; else more than any sum of money at   |
    |                         |              | stake, so that exact numbers compare mass first     |
    | used, full              | (E,) bool    | pairs with a flow; pairs at the limit of `max_share`|
    | value_step              | float        | what one step is, currency per tonne                |

    **"value".** Every price between the two ends clears the market: seller and buyer of each pair
    in use share its delivered value, and no other pair has more to share than the prices of its two
    sides add up to. One more tonne (or room for it) is worth the low end, one less costs the high
    end. A stream without supply, or a demand without capacity, has what its first tonne is worth
    under the prices of the other side.

    **"tonnes".** Prices come in two parts, compared mass first. `mass` says how many tonnes more
    one more tonne lets the market place, and the money what it changes in value, which can be
    negative: to place it, better pairs may have to give way. Low and high are ordered by both parts
    together, so the money of a low end may be above the money of its high end.
    """

    supply_low: Floats
    supply_high: Floats
    demand_low: Floats
    demand_high: Floats
    mass: Duals | None
    exact: Duals
    premium: int
    used: Flags
    full: Flags
    value_step: float


def clearing_prices(
    pairs: Pairs, allocation: Allocation, supply_t: ArrayLike, capacity_t: ArrayLike
) -> Prices:
    """Return the exact interval of optimal dual prices of every supply and every capacity.

    Takes what `allocate` took and what it returned. The duals of the transport problem are
    differences of shortest paths in the residual network of the plan (Ahuja, Magnanti and Orlin
    1993, Network Flows, section 9.4); one pass from the sellers' side gives the end that is highest
    for all sellers and lowest for all buyers, the mirrored pass the other. Integers throughout.

    Raises ValueError for a plan that does not fit the pairs or the masses, is not optimal, or has
    side constraints, whose prices are not of this kind; and where prices could leave 64 bits.
    """
    if allocation.terms.side is not None:
        raise ValueError("allocation: has side constraints, so that these are not its prices")
    market = read_market(pairs, supply_t, capacity_t, allocation.terms)
    links, premium = _links(market, allocation)
    supply_high, demand_low = _checked(links, dearest(links))
    back = turned(links)
    demand_high, supply_low = _checked(back, dearest(back))
    exact = Duals(supply_low, supply_high, demand_low, demand_high)
    mass, money = _parts(exact, premium)
    step = allocation.terms.value_step
    return Prices(
        supply_low=told(money.supply_low, step),
        supply_high=told(money.supply_high, step),
        demand_low=told(money.demand_low, step),
        demand_high=told(money.demand_high, step),
        mass=mass if premium else None,
        exact=exact,
        premium=premium,
        used=links.used,
        full=~links.opens,
        value_step=step,
    )


def reduced_costs(pairs: Pairs, prices: Prices) -> Floats:
    """Return (E,): a pair must earn at least this much more per tonne to enter the plan.

    It is what the prices of the two sides ask beyond the pair's delivered value: exactly 0 for a
    pair in use. It is taken at the sellers' best prices or at the buyers' best, whichever asks
    more; both are optimal duals, so that both are lower bounds of what is needed. Where the prices
    of both sides are unique the bound is what is needed, and 0 for another pair means a plan as
    good with it. Infinite where no money lets the pair in: for "tonnes" when it would cost mass,
    and where `max_share` leaves it no unit. Raises ValueError when the prices are not of these
    pairs.
    """
    check_shape("prices.used", prices.used.shape, (len(pairs),))
    stream, demand, exact = pairs.row(), pairs.demand, prices.exact
    gain = rounded("value_per_t", pairs.value_per_t, prices.value_step) + prices.premium
    for_sellers = exact.supply_high[stream] + exact.demand_low[demand]
    for_buyers = exact.supply_low[stream] + exact.demand_high[demand]
    short = np.maximum(for_sellers, for_buyers) - gain
    mass, money = _two_parts(short, prices.premium)
    cost = np.where(mass > 0, np.inf, told(money, prices.value_step))
    return np.where(prices.full, np.where(prices.used, 0.0, np.inf), cost)


def _links(market: Market, allocation: Allocation) -> tuple[Links, int]:
    """Return the plan as links from streams to demands, and the premium of a tonne in steps."""
    pairs, units = market.pairs, allocation.units
    check_shape("allocation.units", units.shape, (len(pairs),))
    placed = sums(market.stream, units, len(market.supply))
    taken = sums(pairs.demand, units, len(market.capacity))
    refuse_where(units < 0, "allocation.units", "is negative")
    refuse_where(placed > market.supply, "supply_t", "is below what the plan places")
    refuse_where(taken > market.capacity, "capacity_t", "is below what the plan places")
    premium = 0
    largest = int(np.abs(market.gain).max(initial=0))
    steps = 2 * min(len(market.supply), len(market.capacity)) + 2  # arcs of the longest path
    if allocation.objective == "tonnes":
        premium = 2 * steps * largest + 1
    if (largest + premium) * 4 > LARGEST_PRICE or steps * largest > LARGEST_PRICE:
        raise ValueError("value_per_t: prices do not fit 64 bits; take a coarser value_step")
    opens = np.ones(len(pairs), dtype=np.bool_)
    if allocation.limit is not None:
        check_shape("allocation.limit", allocation.limit.shape, (len(pairs),))
        opens = units < allocation.limit
    links = Links(
        ptr=pairs.ptr,
        taker=pairs.demand,
        gain=market.gain + premium,
        opens=opens,
        used=units > 0,
        giver_spare=placed < market.supply,
        taker_spare=taken < market.capacity,
    )
    return links, premium


def _checked(links: Links, prices: tuple[Integers, Integers]) -> tuple[Integers, Integers]:
    """Return the prices, or refuse them where complementary slackness fails.

    Shortest paths keep all arcs right; that no price is negative and all that is left over is worth
    nothing completes the proof that plan and prices are optimal.
    """
    giver, taker = prices
    if (
        (giver < 0).any()
        or (giver[links.giver_spare] != 0).any()
        or (taker[links.taker_spare] != 0).any()
    ):
        raise not_optimal()
    return prices


def _parts(exact: Duals, premium: int) -> tuple[Duals, Duals]:
    ends = (exact.supply_low, exact.supply_high, exact.demand_low, exact.demand_high)
    parts = [_two_parts(end, premium) for end in ends]
    return Duals(*(mass for mass, _ in parts)), Duals(*(money for _, money in parts))


def _two_parts(exact: Integers, premium: int) -> tuple[Integers, Integers]:
    """Return the tonnes and the steps of money; the money is less than half a premium."""
    if not premium:
        return np.zeros_like(exact), exact
    mass = (exact + premium // 2) // premium
    return mass, exact - mass * premium
