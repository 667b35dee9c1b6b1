"""Read the facts that the product ships, one file of rows per kind."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from app.catalogue.inputs import (
    Fact,
    FactorFact,
    MaterialAliasFact,
    MaterialCodeFact,
    MaterialFact,
    MaterialRouteFact,
    ParameterAliasFact,
    ParameterFact,
    ResourceContentFact,
    ResourceFact,
    ResourceTargetFact,
    RouteFact,
    RouteResourceFact,
    SourceFact,
    SpecificationFact,
    SpecificationLimitFact,
    SpecificationMaterialFact,
    TypicalCompositionFact,
    WasteCodeFact,
)

FACTS: Final = Path(__file__).parent.parent / "facts"
AnyFact = TypeVar("AnyFact", bound=Fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that is shipped, in the words of the files."""

    sources: list[SourceFact]
    waste_codes: list[WasteCodeFact]
    parameters: list[ParameterFact]
    parameter_aliases: list[ParameterAliasFact]
    factors: list[FactorFact]
    materials: list[MaterialFact]
    material_codes: list[MaterialCodeFact]
    material_aliases: list[MaterialAliasFact]
    material_routes: list[MaterialRouteFact]
    routes: list[RouteFact]
    route_resources: list[RouteResourceFact]
    specifications: list[SpecificationFact]
    specification_materials: list[SpecificationMaterialFact]
    specification_limits: list[SpecificationLimitFact]
    typical_compositions: list[TypicalCompositionFact]
    resources: list[ResourceFact]
    resource_contents: list[ResourceContentFact]
    resource_targets: list[ResourceTargetFact]


def read_facts(folder: Path = FACTS) -> Facts:
    """Read every file; a row that does not fit its kind is a mistake of ours and raises."""
    return Facts(
        sources=_rows(folder, "sources", SourceFact),
        waste_codes=_rows(folder, "waste_codes", WasteCodeFact),
        parameters=_rows(folder, "parameters", ParameterFact),
        parameter_aliases=_rows(folder, "parameter_aliases", ParameterAliasFact),
        factors=_rows(folder, "factors", FactorFact),
        materials=_rows(folder, "materials", MaterialFact),
        material_codes=_rows(folder, "material_codes", MaterialCodeFact),
        material_aliases=_rows(folder, "material_aliases", MaterialAliasFact),
        material_routes=_rows(folder, "material_routes", MaterialRouteFact),
        routes=_rows(folder, "routes", RouteFact),
        route_resources=_rows(folder, "route_resources", RouteResourceFact),
        specifications=_rows(folder, "specifications", SpecificationFact),
        specification_materials=_rows(folder, "specification_materials", SpecificationMaterialFact),
        specification_limits=_rows(folder, "specification_limits", SpecificationLimitFact),
        typical_compositions=_rows(folder, "typical_compositions", TypicalCompositionFact),
        resources=_rows(folder, "resources", ResourceFact),
        resource_contents=_rows(folder, "resource_contents", ResourceContentFact),
        resource_targets=_rows(folder, "resource_targets", ResourceTargetFact),
    )


def _rows(folder: Path, name: str, kind: type[AnyFact]) -> list[AnyFact]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [
            kind.model_validate({column: cell for column, cell in row.items() if cell != ""})
            for row in csv.DictReader(file, strict=True)
        ]
