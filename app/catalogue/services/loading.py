"""Load the catalogue that the product ships."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.inputs import Fact, MaterialFact, ParameterFact, SourcedFact, WasteCodeFact
from app.catalogue.services.reading import Facts, read_facts
from app.catalogue.services.writing import Written, ids_of, write_rows
from app.database import lock_name
from app.journal.services import record
from models.base import Base
from models.catalogue.events import CatalogueLoaded
from models.catalogue.tables import (
    Factor,
    Material,
    MaterialAlias,
    MaterialCode,
    MaterialRoute,
    Parameter,
    ParameterAlias,
    Resource,
    ResourceContent,
    ResourceTarget,
    Route,
    RouteResource,
    Source,
    Specification,
    SpecificationLimit,
    SpecificationMaterial,
    TypicalComposition,
    WasteCode,
)
from models.catalogue.vehicles import vehicle_mask
from models.catalogue.wording import search_text
from models.permissions import Actor, Capability, require

Codes = Mapping[Any, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueCounts:
    """What a load did, per table."""

    tables: Mapping[str, Written]

    @property
    def total(self) -> Written:
        return sum(self.tables.values(), start=Written())


def load_catalogue(session: Session, *, actor: Actor, now: datetime) -> CatalogueCounts:
    """Load every shipped fact by its natural key. The same facts again change nothing.

    Nothing is deleted, because streams, demands and papers refer to it; and what an operator
    entered under a source of its own is not overwritten.
    """
    require(actor, Capability.LOAD_CATALOGUE)
    lock_name(session, "catalogue")
    load = _Load(session=session, facts=read_facts())
    load.sources()
    load.waste_codes()
    load.parameters()
    load.factors()
    load.routes()
    load.materials()
    load.specifications()
    load.resources()
    counts = CatalogueCounts(tables=load.written)
    total = counts.total
    if total.inserted or total.updated:
        event = CatalogueLoaded(inserted=total.inserted, updated=total.updated)
        record(session, event, now=now, actor=actor)
    return counts


@dataclass(slots=True, kw_only=True)
class _Load:
    """One load: the facts, the ids found so far and what was written."""

    session: Session
    facts: Facts
    written: dict[str, Written] = field(default_factory=dict)
    source_ids: Codes = field(default_factory=dict)
    parameter_ids: Codes = field(default_factory=dict)
    material_ids: Codes = field(default_factory=dict)
    route_ids: Codes = field(default_factory=dict)
    factor_ids: Codes = field(default_factory=dict)
    code_ids: Codes = field(default_factory=dict)

    def sources(self) -> None:
        rows = [{**fact.model_dump(), "shipped": True} for fact in self.facts.sources]
        self._write(Source, ["key"], rows)
        self.source_ids = ids_of(self.session, Source, "key")

    def waste_codes(self) -> None:
        # Parents first: level by level, so that every parent has its id.
        facts = self.facts.waste_codes
        by_code = {(fact.scheme.value, fact.code): fact for fact in facts}
        branches = self._branches(facts)
        for level in sorted({fact.level for fact in facts}):
            self.code_ids = ids_of(self.session, WasteCode, "scheme", "code")
            rows = []
            for fact in facts:
                if fact.level != level:
                    continue
                scheme = fact.scheme.value
                above = by_code[scheme, fact.parent] if fact.parent else None
                rows.append(
                    self._row(fact, "parent")
                    | {
                        "scheme": scheme,
                        "parent_id": self.code_ids[scheme, fact.parent] if above else None,
                        "is_leaf": (scheme, fact.code) not in branches,
                        "search_text": _code_line(fact, above),
                    }
                )
            self._write(WasteCode, ["scheme", "code"], rows)
        self.code_ids = ids_of(self.session, WasteCode, "scheme", "code")

    def _branches(self, facts: Iterable[WasteCodeFact]) -> set[tuple[str, str]]:
        """Codes with codes below them, shipped or entered by an operator."""
        below = select(WasteCode.parent_id).where(WasteCode.parent_id.is_not(None))
        parents = select(WasteCode.scheme, WasteCode.code).where(WasteCode.id.in_(below))
        entered = {(scheme, code) for scheme, code in self.session.execute(parents)}
        return entered | {(fact.scheme.value, fact.parent) for fact in facts if fact.parent}

    def parameters(self) -> None:
        spellings = _gathered(
            (alias.parameter, alias.spelling) for alias in self.facts.parameter_aliases
        )
        rows = [
            self._row(fact) | {"search_text": _parameter_line(fact, spellings.get(fact.code, ()))}
            for fact in self.facts.parameters
        ]
        self._write(Parameter, ["code"], rows)
        self.parameter_ids = ids_of(self.session, Parameter, "code")
        self._write(
            ParameterAlias,
            ["spelling", "unit", "part"],
            [
                self._row(fact, "parameter") | {"parameter_id": self.parameter_ids[fact.parameter]}
                for fact in self.facts.parameter_aliases
            ],
        )

    def factors(self) -> None:
        self._write(Factor, ["kind", "key"], [self._row(fact) for fact in self.facts.factors])
        self.factor_ids = ids_of(self.session, Factor, "kind", "key")

    def routes(self) -> None:
        rows = [
            self._row(fact, "co2_factor", "co2_process")
            | {
                "co2_factor_id": self._co2(fact.co2_factor),
                "co2_process_id": self._co2(fact.co2_process),
            }
            for fact in self.facts.routes
        ]
        self._write(Route, ["code"], rows)
        self.route_ids = ids_of(self.session, Route, "code")

    def _co2(self, key: str | None) -> int | None:
        return None if key is None else self.factor_ids["co2", key]

    def materials(self) -> None:
        aliases = _gathered(
            (alias.material, alias.spelling) for alias in self.facts.material_aliases
        )
        waiting = list(self.facts.materials)
        while waiting:
            self.material_ids = ids_of(self.session, Material, "code")
            ready = [
                fact for fact in waiting if not fact.parent or fact.parent in self.material_ids
            ]
            rows = [
                self._row(fact, "parent", "vehicles")
                | {
                    "parent_id": self.material_ids[fact.parent] if fact.parent else None,
                    "vehicles": vehicle_mask(filter(None, fact.vehicles.split("|"))),
                    "search_text": _material_line(fact, aliases.get(fact.code, ())),
                }
                for fact in ready
            ]
            assert ready, f"materials whose parent is unknown: {[fact.code for fact in waiting]}"
            self._write(Material, ["code"], rows)
            waiting = [fact for fact in waiting if fact not in ready]
        self.material_ids = ids_of(self.session, Material, "code")
        self._material_links()

    def _material_links(self) -> None:
        ids = self.material_ids
        codes = [
            {
                "material_id": ids[fact.material],
                "waste_code_id": self.code_ids[fact.scheme.value, fact.code],
            }
            for fact in self.facts.material_codes
        ]
        self._write(MaterialCode, ["material_id", "waste_code_id"], codes)
        words = [
            {"material_id": ids[fact.material], "spelling": fact.spelling, "exact": fact.exact}
            for fact in self.facts.material_aliases
        ]
        self._write(MaterialAlias, ["material_id", "spelling"], words)
        ways = [
            {"material_id": ids[fact.material], "route_id": self.route_ids[fact.route]}
            for fact in self.facts.material_routes
        ]
        self._write(MaterialRoute, ["material_id", "route_id"], ways)

    def specifications(self) -> None:
        rows = [
            self._row(fact)
            | {
                "search_text": search_text(
                    [fact.code, fact.standard], [fact.grade, fact.name_en, fact.name_zh]
                )
            }
            for fact in self.facts.specifications
        ]
        self._write(Specification, ["code"], rows)
        ids = ids_of(self.session, Specification, "code")
        materials = [
            {
                "specification_id": ids[fact.specification],
                "material_id": self.material_ids[fact.material],
            }
            for fact in self.facts.specification_materials
        ]
        self._write(SpecificationMaterial, ["specification_id", "material_id"], materials)
        limits = [
            self._row(fact, "specification", "parameter", "unit")
            | {
                "specification_id": ids[fact.specification],
                "parameter_id": self.parameter_ids[fact.parameter],
            }
            for fact in self.facts.specification_limits
        ]
        self._write(SpecificationLimit, ["specification_id", "parameter_id"], limits)
        typical = [
            self._row(fact, "material", "parameter", "unit")
            | {
                "material_id": self.material_ids[fact.material],
                "parameter_id": self.parameter_ids[fact.parameter],
            }
            for fact in self.facts.typical_compositions
        ]
        self._write(TypicalComposition, ["material_id", "parameter_id"], typical)

    def resources(self) -> None:
        self._write(Resource, ["code"], [self._row(fact) for fact in self.facts.resources])
        ids = ids_of(self.session, Resource, "code")
        contents = [
            self._row(fact, "resource", "parameter")
            | {
                "resource_id": ids[fact.resource],
                "parameter_id": self.parameter_ids[fact.parameter] if fact.parameter else None,
            }
            for fact in self.facts.resource_contents
        ]
        self._write(ResourceContent, ["resource_id", "alternative", "term"], contents)
        targets = [
            {
                "resource_id": ids[fact.resource],
                "factor_id": self.factor_ids["target", fact.target],
            }
            for fact in self.facts.resource_targets
        ]
        self._write(ResourceTarget, ["resource_id", "factor_id"], targets)
        won = [
            self._row(fact, "route", "resource")
            | {"route_id": self.route_ids[fact.route], "resource_id": ids[fact.resource]}
            for fact in self.facts.route_resources
        ]
        self._write(RouteResource, ["route_id", "resource_id"], won)

    def _row(self, fact: Fact, *references: str) -> dict[str, Any]:
        """Return the fact as columns, without the references that the caller resolves."""
        row = fact.model_dump(exclude={*references, "source"})
        if isinstance(fact, SourcedFact):
            row["source_id"] = self.source_ids[fact.source]
        return row

    def _write(self, table: type[Base], key: Sequence[str], rows: list[dict[str, Any]]) -> None:
        name = table.__tablename__
        earlier = self.written.get(name, Written())
        self.written[name] = earlier + write_rows(self.session, table, key, rows)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for key, value in pairs:
        gathered.setdefault(key, []).append(value)
    return gathered


def _code_line(fact: WasteCodeFact, above: WasteCodeFact | None) -> str:
    # Most Chinese hazardous codes have no English name: their category's finds them.
    substitute = above.name_en if above and not fact.name_en else None
    names = [fact.name_en, fact.name_zh, fact.industry_en, fact.industry_zh, substitute]
    return search_text([fact.code], names)


def _parameter_line(fact: ParameterFact, spellings: Sequence[str]) -> str:
    return search_text([fact.code, fact.symbol], [fact.name_en, fact.name_zh, *spellings])


def _material_line(fact: MaterialFact, aliases: Sequence[str]) -> str:
    return search_text([fact.code], [fact.name_en, fact.name_zh, *aliases])
