"""What the database itself refuses, whoever writes."""

import pytest
from sqlalchemy import create_engine, insert, select
from sqlalchemy.exc import IntegrityError

from models.base import Base
from models.catalogue.tables import (
    Factor,
    Material,
    MaterialAlias,
    Parameter,
    ParameterAlias,
    Resource,
    ResourceContent,
    Route,
    Source,
    Specification,
    SpecificationLimit,
    TypicalComposition,
    WasteCode,
)

SOURCED = {"source_id": 1, "status": "verified"}
ROWS = {
    WasteCode: SOURCED
    | {
        "scheme": "EWC",
        "code": "10 01 02",
        "level": 3,
        "name_en": "Coal fly ash",
        "hazardous": False,
        "hazard_properties": "",
        "entry_type": "ANH",
        "is_leaf": True,
        "search_text": "",
    },
    Parameter: SOURCED
    | {
        "code": "cao",
        "symbol": "CaO",
        "name_en": "Calcium oxide",
        "name_zh": "氧化钙",
        "unit": "wt%",
        "family": "content",
        "basis": "dry",
        "mixing": "linear_by_dry_mass",
        "formula": "",
        "sum_group": "analysis",
        "sum_unless": "",
        "plausible_min_millionths": 0,
        "plausible_max_millionths": 100_000_000,
        "note": "",
        "search_text": "",
    },
    ParameterAlias: {
        "parameter_id": 1,
        "spelling": "CaO",
        "unit": "wt%",
        "part": 0,
        "factor_millionths": 1_000_000,
    },
    Factor: SOURCED
    | {
        "kind": "co2",
        "key": "lime",
        "item_en": "Lime",
        "low_millionths": 1,
        "high_millionths": 1,
        "unit": "kgCO2e/t",
        "scope": "",
        "note": "",
    },
    Material: SOURCED
    | {
        "code": "fly_ash",
        "name_en": "Fly ash",
        "name_zh": "粉煤灰",
        "material_group": "bulk",
        "is_waste": True,
        "hazardous": False,
        "physical_forms": "powder",
        "vehicles": 511,
        "note": "",
        "search_text": "",
    },
    MaterialAlias: {"material_id": 1, "spelling": "ash", "exact": True},
    Route: SOURCED
    | {
        "code": "cement",
        "name_en": "Cement",
        "name_zh": "水泥",
        "eu_code": "R5",
        "counts_as": "utilization",
        "replaced_en": "clinker",
        "replaced_zh": "熟料",
        "ratio_low_millionths": 1,
        "ratio_millionths": 1,
        "ratio_high_millionths": 1,
        "ratio_unit": "t/t",
        "ratio_basis": "",
        "note": "",
    },
    Specification: SOURCED
    | {
        "code": "GBT1596",
        "standard": "GB/T 1596",
        "grade": "I",
        "region": "CN",
        "kind": "acceptance",
        "name_en": "Fly ash",
        "name_zh": "粉煤灰",
        "validity": "not_checked",
        "superseded_by": "",
        "note": "",
        "search_text": "",
    },
    SpecificationLimit: SOURCED
    | {
        "specification_id": 1,
        "parameter_id": 1,
        "lower_millionths": 1,
        "upper_millionths": 1,
        "strict_lower": True,
        "strict_upper": True,
        "basis": "dry",
        "condition": "",
        "note": "",
    },
    TypicalComposition: SOURCED
    | {
        "material_id": 1,
        "parameter_id": 1,
        "minimum_millionths": 1,
        "typical_millionths": 1,
        "maximum_millionths": 1,
        "basis": "dry",
        "flag": "",
        "typical_status": "derived",
    },
    Resource: SOURCED
    | {
        "code": "lime",
        "symbol": "CaO",
        "name_en": "Lime",
        "name_zh": "石灰",
        "unit": "t",
        "contents_status": "derived",
        "replaced_en": "limestone",
        "replaced_zh": "石灰石",
        "replacement_millionths": 1,
        "replacement_basis": "",
        "replacement_status": "derived",
        "recovery_low_millionths": 1,
        "recovery_millionths": 1,
        "recovery_high_millionths": 1_000_000,
        "recovery_status": "derived",
        "critical_eu": False,
        "critical_cn": False,
        "critical_status": "unverified",
        "note": "",
    },
    ResourceContent: {
        "resource_id": 1,
        "alternative": 1,
        "term": 1,
        "quantity": "parameter",
        "parameter_id": 1,
        "factor_millionths": 1,
    },
}


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        source = {"key": "own", "text": "Own", "shipped": True}
        connection.execute(insert(Source), [source])
        for table, row in ROWS.items():
            connection.execute(insert(table), [row])
        yield connection
    engine.dispose()


def test_sound_rows_are_taken(connection):
    codes = connection.scalars(select(WasteCode.code)).all()
    assert codes == ["10 01 02"]


@pytest.mark.parametrize(
    ("table", "changes", "check"),
    [
        (WasteCode, {"code": "2", "scheme": "OTHER"}, "scheme_known"),
        (WasteCode, {"code": "2", "status": "certain"}, "status_known"),
        (WasteCode, {"code": "2", "entry_type": "X"}, "entry_type_known"),
        (WasteCode, {"code": "2", "name_en": None}, "has_a_name"),
        (WasteCode, {"code": "2", "level": 4}, "level_known"),
        (Parameter, {"code": "b", "unit": "lb"}, "unit_known"),
        (Parameter, {"code": "b", "family": "taste"}, "family_known"),
        (Parameter, {"code": "b", "plausible_max_millionths": 0}, "plausible_range"),
        (Parameter, {"code": "b", "basis": "none"}, "dry_mixing_on_dry_basis"),
        (Parameter, {"code": "b", "unit": "mg/L"}, "leachate_in_mg_per_litre"),
        (ParameterAlias, {"spelling": "b", "factor_millionths": 0}, "factor_positive"),
        (Factor, {"key": "b", "kind": "rumour"}, "kind_known"),
        (Factor, {"key": "b", "low_millionths": 2}, "range_ordered"),
        (Material, {"code": "b", "vehicles": 512}, "vehicles_known"),
        (Material, {"code": "b", "hazardous": True}, "hazardous_group"),
        (Route, {"code": "b", "counts_as": "disposal"}, "disposal_replaces_nothing"),
        (Route, {"code": "b", "co2_kind": "net"}, "kind_with_co2_factor"),
        (
            Route,
            {"code": "b", "co2_kind": "net", "co2_factor_id": 1, "co2_process_id": 1},
            "net_contains_processing",
        ),
        (Route, {"code": "b", "ratio_low_millionths": 2}, "ratio_ordered"),
        (Specification, {"code": "b", "validity": "superseded"}, "superseded_by_something"),
        (Specification, {"code": "b", "superseded_by": "x"}, "superseded_by_something"),
        (SpecificationLimit, {"parameter_id": 2, "lower_millionths": 2}, "bounds_ordered"),
        (SpecificationLimit, {"parameter_id": 2, "lower_millionths": None}, "strict_lower"),
        (SpecificationLimit, {"parameter_id": 2, "upper_millionths": None}, "strict_upper"),
        (TypicalComposition, {"parameter_id": 2, "maximum_millionths": 0}, "range_ordered"),
        (Resource, {"code": "b", "recovery_high_millionths": 1_000_001}, "recovery_is_a_share"),
        (Resource, {"code": "b", "recovery_millionths": 1_000_001}, "recovery_ordered"),
        (Resource, {"code": "b", "replacement_millionths": 0}, "replacement_positive"),
        (ResourceContent, {"term": 2, "parameter_id": None}, "parameter_named"),
        (ResourceContent, {"term": 2, "quantity": "mass"}, "parameter_named"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused_by_name(connection, table, changes, check):
    with pytest.raises(IntegrityError, match=f"ck_{table.__tablename__}_{check}$|_{check}\n"):
        connection.execute(insert(table), [ROWS[table] | changes])


@pytest.mark.parametrize("table", ROWS)
def test_a_natural_key_is_taken_once(connection, table):
    with pytest.raises(IntegrityError, match="UNIQUE constraint failed"):
        connection.execute(insert(table), [ROWS[table]])


def test_an_exact_alias_names_one_material_and_a_looser_one_several(connection):
    connection.execute(insert(Material), [ROWS[Material] | {"code": "b"}])
    alias = {"material_id": 2, "spelling": "ash"}
    with pytest.raises(IntegrityError, match="UNIQUE constraint failed"):
        connection.execute(insert(MaterialAlias), [alias | {"exact": True}])
    connection.execute(insert(MaterialAlias), [alias | {"exact": False}])
    assert len(connection.scalars(select(MaterialAlias.material_id)).all()) == 2
