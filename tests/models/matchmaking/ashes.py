"""Rules and readings of a few parameters, for the tests of what a stream's values say."""

from __future__ import annotations

from models.catalogue.composition import ParameterRule
from models.matchmaking.readings import Reading

UNIT = 1_000_000


def rule(code, **changed):
    facts = {
        "unit": "wt%",
        "family": "content",
        "basis": "dry",
        "mixing": "linear_by_dry_mass",
        "formula": "",
        "sum_group": None,
        "sum_unless": (),
        "plausible_min": 0,
        "plausible_max": 100 * UNIT,
    }
    return ParameterRule(code=code, **(facts | changed))


def reading(typical, minimum=None, maximum=None, **changed):
    facts = {"basis": "dry", "moisture": None, "method": ""}
    return Reading(
        typical=millionths(typical),
        minimum=None if minimum is None else millionths(minimum),
        maximum=None if maximum is None else millionths(maximum),
        **(facts | changed),
    )


def millionths(value):
    return round(value * UNIT)


RULES = {
    each.code: each
    for each in (
        rule("cao"),
        rule("mgo"),
        rule("sio2"),
        rule("ph", unit="-", family="physical", basis="none", mixing="none"),
        rule("ncv", unit="MJ/kg", family="energy", basis="as_received", mixing="linear_by_mass"),
        rule("fineness", unit="%", family="physical", basis="none", mixing="none"),
        rule("lime", formula="cao + 0.5 * mgo"),
        rule("basicity", unit="-", basis="none", mixing="none", formula="(cao + mgo) / sio2"),
        rule("index", unit="-", basis="none", mixing="none", formula="cao / 4 + mgo / 2"),
        rule("difference", formula="cao - mgo"),
        rule("nested", formula="lime + sio2"),
    )
}
