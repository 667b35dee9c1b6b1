"""Load the jurisdiction profiles that the product ships as data."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.base import Base
from models.catalogue.tables import WasteCode
from models.compliance.tables import (
    ControlledCode,
    CrossingRule,
    Indicator,
    Jurisdiction,
    JurisdictionScheme,
    NumberFormat,
    PaperRequirement,
    StageExemption,
    WeightLimit,
)
from models.permissions import Actor, Capability, require
from models.quantities import GRAMS_PER_TONNE

FACTS: Final = Path(__file__).parents[1] / "facts"
_TABLES: Final[tuple[type[Base], ...]] = (
    StageExemption, ControlledCode, CrossingRule, PaperRequirement, JurisdictionScheme,
    WeightLimit, NumberFormat, Indicator,
)  # fmt: skip


def load_profiles(session: Session, *, actor: Actor) -> int:
    """Load the jurisdiction profiles anew; nothing refers to their rows but each other."""
    require(actor, Capability.LOAD_CATALOGUE)
    for table in _TABLES:
        session.execute(delete(table))
    for row in _facts("jurisdictions"):
        session.merge(Jurisdiction(**row))
    session.flush()
    loaded: dict[type[Base], list[dict[str, Any]]] = {
        PaperRequirement: [
            row | {"covers_codes": row["covers_codes"] == "1"}
            for row in _of_jurisdictions("paper_requirements")
        ],
        CrossingRule: list(_of_jurisdictions("crossing_rules")),
        JurisdictionScheme: [
            row | {"rank": int(row["rank"])} for row in _of_jurisdictions("jurisdiction_schemes")
        ],
        WeightLimit: [_weight_limit(row) for row in _of_jurisdictions("weight_limits")],
        NumberFormat: list(_of_jurisdictions("number_formats")),
        Indicator: [row | {"rank": int(row["rank"])} for row in _of_jurisdictions("indicators")],
        StageExemption: [
            row | {"entry": int(row["entry"])} for row in _of_codes(session, "stage_exemptions")
        ],
        ControlledCode: list(_of_codes(session, "controlled_codes")),
    }
    for table, rows in loaded.items():
        session.execute(insert(table), rows)
    return sum(len(rows) for rows in loaded.values())


def _weight_limit(row: dict[str, Any]) -> dict[str, Any]:
    tonnes = row.pop("gross_t")
    return row | {
        "axles": int(row["axles"]),
        "combination": row["combination"] == "1",
        "gross_g": int(tonnes) * GRAMS_PER_TONNE,
    }


def _facts(name: str) -> Iterator[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _of_jurisdictions(name: str) -> Iterator[dict[str, Any]]:
    for row in _facts(name):
        yield {"jurisdiction_code": row.pop("jurisdiction"), **row}


def _of_codes(session: Session, name: str) -> Iterator[dict[str, Any]]:
    rows = list(_facts(name))
    ids = {
        (scheme, code): code_id
        for code_id, scheme, code in session.execute(
            select(WasteCode.id, WasteCode.scheme, WasteCode.code).where(
                WasteCode.code.in_({row["code"] for row in rows})
            )
        )
    }
    for row in rows:
        yield {"waste_code_id": ids[row.pop("scheme"), row.pop("code")], **row}
