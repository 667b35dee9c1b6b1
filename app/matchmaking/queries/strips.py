"""A stream's values against a demand's limits, limit by limit, ready to be drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.catalogue.queries import ParameterRow
from app.matchmaking.queries.rows import Strip, Verdict
from models.demands.limits import Limit
from models.matchmaking.drawing import scale_of
from models.matchmaking.readings import Asked, Range, Reading, answer
from models.quantities import MILLIONTHS_PER_UNIT, Millionths


def strips_of(
    limits: Sequence[Limit],
    readings: Mapping[str, Reading] | None,
    parameters: Mapping[int, ParameterRow],
) -> tuple[Strip, ...]:
    """One strip for each limit. Without readings only the bounds are drawn."""
    rules = {row.code: row.rule for row in parameters.values()}
    said = [
        answer(asked_of(limit, parameters), readings, rules) if readings is not None else None
        for limit in limits
    ]
    verdicts = [_verdict(limit, found) for limit, found in zip(limits, said, strict=True)]
    met = {
        limit.any_of
        for limit, verdict in zip(limits, verdicts, strict=True)
        if limit.hard and limit.any_of and verdict == "ok"
    }
    return tuple(
        _strip(limit, found, parameters[limit.parameter_id], _eased(limit, verdict, met))
        for limit, found, verdict in zip(limits, said, verdicts, strict=True)
    )


def asked_of(limit: Limit, parameters: Mapping[int, ParameterRow]) -> Asked:
    return Asked(parameters[limit.parameter_id].code, limit.basis, limit.method)


def _eased(limit: Limit, verdict: Verdict, met: set[str]) -> Verdict:
    """Of several limits one suffices: where one is met, the others only inform."""
    return "soft" if verdict != "ok" and limit.any_of in met else verdict


def _verdict(limit: Limit, found: Range | None) -> Verdict:
    if found is None:
        return "unk"
    above = limit.lower is None or (
        found.minimum > limit.lower if limit.strict_lower else found.minimum >= limit.lower
    )
    below = limit.upper is None or (
        found.maximum < limit.upper if limit.strict_upper else found.maximum <= limit.upper
    )
    if above and below:
        return "ok"
    return "bad" if limit.hard else "soft"


def _strip(limit: Limit, found: Range | None, parameter: ParameterRow, verdict: Verdict) -> Strip:
    lower, upper = _number(limit.lower), _number(limit.upper)
    minimum = _number(found.minimum) if found else None
    typical = _number(found.typical) if found else None
    maximum = _number(found.maximum) if found else None
    scale = scale_of([lower, upper, minimum, typical, maximum])
    ranged = minimum is not None and maximum is not None and minimum < maximum
    return Strip(
        parameter=parameter.code,
        symbol=parameter.symbol,
        name_en=parameter.name_en,
        name_zh=parameter.name_zh,
        unit=parameter.unit,
        basis=limit.basis,
        method=limit.method,
        hard=limit.hard,
        typical=typical,
        minimum=minimum,
        maximum=maximum,
        lower=lower,
        upper=upper,
        verdict=verdict,
        inside_from=0.0 if lower is None else scale.place(lower),
        inside_to=100.0 if upper is None else scale.place(upper),
        value_at=None if typical is None else scale.place(typical),
        range_from=scale.place(minimum) if ranged and minimum is not None else None,
        range_to=scale.place(maximum) if ranged and maximum is not None else None,
    )


def _number(value: Millionths | None) -> float | None:
    return None if value is None else value / MILLIONTHS_PER_UNIT
