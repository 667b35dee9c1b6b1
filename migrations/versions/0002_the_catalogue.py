"""The catalogue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("key", name=op.f("uq_source_key")),
    )
    op.create_table(
        "factor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("item_en", sa.String(length=200), nullable=False),
        sa.Column("item_zh", sa.String(length=200), nullable=True),
        sa.Column(
            "low_millionths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "value_millionths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "high_millionths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "kind IN ('co2', 'tax', 'vat_refund', 'price', 'transport', 'generation', 'target', 'statistic')",
            name=op.f("ck_factor_kind_known"),
        ),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_factor_status_known"),
        ),
        sa.CheckConstraint(
            "(low_millionths IS NULL OR high_millionths IS NULL OR low_millionths <= high_millionths)",
            name=op.f("ck_factor_range_ordered"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_factor_source_id_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_factor_kind_key")),
    )
    with op.batch_alter_table("factor") as batch_op:
        batch_op.create_index(batch_op.f("ix_factor_source_id"), ["source_id"])

    op.create_table(
        "material",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("material_group", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_waste", sa.Boolean(), nullable=False),
        sa.Column("hazardous", sa.Boolean(), nullable=False),
        sa.Column("tax_class", sa.String(length=200), nullable=True),
        sa.Column("physical_forms", sa.String(length=200), nullable=False),
        sa.Column("vehicles", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "hazardous = (material_group = 'hazardous')", name=op.f("ck_material_hazardous_group")
        ),
        sa.CheckConstraint(
            "material_group IN ('bulk', 'metal_scrap', 'renewable_resource', 'hazardous', 'other')",
            name=op.f("ck_material_material_group_known"),
        ),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_material_status_known"),
        ),
        sa.CheckConstraint("vehicles BETWEEN 0 AND 511", name=op.f("ck_material_vehicles_known")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["material.id"], name=op.f("fk_material_parent_id_material")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_material_source_id_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("code", name=op.f("uq_material_code")),
    )
    with op.batch_alter_table("material") as batch_op:
        batch_op.create_index(batch_op.f("ix_material_parent_id"), ["parent_id"])
        batch_op.create_index(batch_op.f("ix_material_source_id"), ["source_id"])

    op.create_table(
        "parameter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("symbol", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("family", sa.String(length=200), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("mixing", sa.String(length=200), nullable=False),
        sa.Column("formula", sa.String(length=200), nullable=False),
        sa.Column("sum_group", sa.String(length=200), nullable=True),
        sa.Column("sum_unless", sa.String(length=200), nullable=False),
        sa.Column(
            "plausible_min_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "plausible_max_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(family = 'leachate') = (unit = 'mg/L')",
            name=op.f("ck_parameter_leachate_in_mg_per_litre"),
        ),
        sa.CheckConstraint(
            "basis IN ('dry', 'as_received', 'none')", name=op.f("ck_parameter_basis_known")
        ),
        sa.CheckConstraint(
            "family IN ('content', 'leachate', 'physical', 'mechanical', 'energy', 'radioactivity', 'purity')",
            name=op.f("ck_parameter_family_known"),
        ),
        sa.CheckConstraint(
            "mixing <> 'linear_by_dry_mass' OR basis = 'dry'",
            name=op.f("ck_parameter_dry_mixing_on_dry_basis"),
        ),
        sa.CheckConstraint(
            "mixing IN ('linear_by_dry_mass', 'linear_by_mass', 'none')",
            name=op.f("ck_parameter_mixing_known"),
        ),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_parameter_status_known"),
        ),
        sa.CheckConstraint(
            "sum_group IN ('analysis', 'phase', 'part')", name=op.f("ck_parameter_sum_group_known")
        ),
        sa.CheckConstraint(
            "unit IN ('wt%', '%', 'mg/kg', 'mg/L', 'mg/MJ', 'mg/kg_clinker', 'ugTEQ/kg', 'MJ/kg', 'mm', 'kg', 'g/cm3', 'kg/m3', 'm2/kg', 'Bq/kg', '-')",
            name=op.f("ck_parameter_unit_known"),
        ),
        sa.CheckConstraint(
            "plausible_min_millionths < plausible_max_millionths",
            name=op.f("ck_parameter_plausible_range"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_parameter_source_id_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter")),
        sa.UniqueConstraint("code", name=op.f("uq_parameter_code")),
    )
    with op.batch_alter_table("parameter") as batch_op:
        batch_op.create_index(batch_op.f("ix_parameter_source_id"), ["source_id"])

    op.create_table(
        "resource",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("symbol", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("contents_status", sa.String(length=200), nullable=False),
        sa.Column("replaced_en", sa.String(length=200), nullable=False),
        sa.Column("replaced_zh", sa.String(length=200), nullable=False),
        sa.Column(
            "replacement_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("replacement_basis", sa.String(length=200), nullable=False),
        sa.Column("replacement_status", sa.String(length=200), nullable=False),
        sa.Column(
            "recovery_low_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "recovery_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "recovery_high_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("recovery_status", sa.String(length=200), nullable=False),
        sa.Column("critical_eu", sa.Boolean(), nullable=False),
        sa.Column("critical_cn", sa.Boolean(), nullable=False),
        sa.Column("critical_status", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "contents_status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_resource_contents_status_known"),
        ),
        sa.CheckConstraint(
            "critical_status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_resource_critical_status_known"),
        ),
        sa.CheckConstraint(
            "recovery_status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_resource_recovery_status_known"),
        ),
        sa.CheckConstraint(
            "replacement_status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_resource_replacement_status_known"),
        ),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_resource_status_known"),
        ),
        sa.CheckConstraint(
            "(recovery_low_millionths IS NULL OR recovery_millionths IS NULL OR recovery_low_millionths <= recovery_millionths) AND (recovery_millionths IS NULL OR recovery_high_millionths IS NULL OR recovery_millionths <= recovery_high_millionths)",
            name=op.f("ck_resource_recovery_ordered"),
        ),
        sa.CheckConstraint(
            "recovery_low_millionths > 0 AND recovery_high_millionths <= 1000000",
            name=op.f("ck_resource_recovery_is_a_share"),
        ),
        sa.CheckConstraint(
            "replacement_millionths > 0", name=op.f("ck_resource_replacement_positive")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_resource_source_id_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("code", name=op.f("uq_resource_code")),
    )
    with op.batch_alter_table("resource") as batch_op:
        batch_op.create_index(batch_op.f("ix_resource_source_id"), ["source_id"])

    op.create_table(
        "specification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("standard", sa.String(length=200), nullable=False),
        sa.Column("grade", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("validity", sa.String(length=200), nullable=False),
        sa.Column("superseded_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(validity = 'superseded') = (superseded_by <> '')",
            name=op.f("ck_specification_superseded_by_something"),
        ),
        sa.CheckConstraint(
            "kind IN ('acceptance', 'kiln_limits', 'landfill_entry', 'hazard_identification', 'waste_classification', 'radioactivity', 'product_quality')",
            name=op.f("ck_specification_kind_known"),
        ),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_specification_status_known"),
        ),
        sa.CheckConstraint(
            "validity IN ('not_checked', 'superseded')",
            name=op.f("ck_specification_validity_known"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_specification_source_id_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specification")),
        sa.UniqueConstraint("code", name=op.f("uq_specification_code")),
    )
    with op.batch_alter_table("specification") as batch_op:
        batch_op.create_index(batch_op.f("ix_specification_source_id"), ["source_id"])

    op.create_table(
        "waste_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scheme", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("level", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("translated", sa.String(length=200), nullable=True),
        sa.Column("hazardous", sa.Boolean(), nullable=True),
        sa.Column("hazard_properties", sa.String(length=200), nullable=False),
        sa.Column("entry_type", sa.String(length=200), nullable=True),
        sa.Column("industry_en", sa.String(length=200), nullable=True),
        sa.Column("industry_zh", sa.String(length=200), nullable=True),
        sa.Column("is_leaf", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "entry_type IN ('AH', 'ANH', 'MH', 'MNH')", name=op.f("ck_waste_code_entry_type_known")
        ),
        sa.CheckConstraint(
            "scheme IN ('EWC', 'CN-HW', 'CN-SW', 'BASEL', 'GBT39198')",
            name=op.f("ck_waste_code_scheme_known"),
        ),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_waste_code_status_known"),
        ),
        sa.CheckConstraint(
            "translated IN ('en', 'zh')", name=op.f("ck_waste_code_translated_known")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_waste_code_level_known")),
        sa.CheckConstraint(
            "name_en IS NOT NULL OR name_zh IS NOT NULL", name=op.f("ck_waste_code_has_a_name")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["waste_code.id"], name=op.f("fk_waste_code_parent_id_waste_code")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_waste_code_source_id_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waste_code")),
        sa.UniqueConstraint("scheme", "code", name=op.f("uq_waste_code_scheme_code")),
    )
    with op.batch_alter_table("waste_code") as batch_op:
        batch_op.create_index(batch_op.f("ix_waste_code_code"), ["code"])
        batch_op.create_index(batch_op.f("ix_waste_code_parent_id"), ["parent_id"])
        batch_op.create_index(batch_op.f("ix_waste_code_source_id"), ["source_id"])

    op.create_table(
        "material_alias",
        sa.Column(
            "material_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("spelling", sa.String(length=200), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_material_alias_material_id_material")
        ),
        sa.PrimaryKeyConstraint("material_id", "spelling", name=op.f("pk_material_alias")),
    )
    with op.batch_alter_table("material_alias") as batch_op:
        batch_op.create_index(
            "uq_material_alias_exact",
            ["spelling"],
            unique=True,
            sqlite_where=sa.text("exact"),
            postgresql_where=sa.text("exact"),
        )

    op.create_table(
        "material_code",
        sa.Column(
            "material_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "waste_code_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_material_code_material_id_material")
        ),
        sa.ForeignKeyConstraint(
            ["waste_code_id"],
            ["waste_code.id"],
            name=op.f("fk_material_code_waste_code_id_waste_code"),
        ),
        sa.PrimaryKeyConstraint("material_id", "waste_code_id", name=op.f("pk_material_code")),
    )
    with op.batch_alter_table("material_code") as batch_op:
        batch_op.create_index(batch_op.f("ix_material_code_waste_code_id"), ["waste_code_id"])

    op.create_table(
        "parameter_alias",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "parameter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("spelling", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("part", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "factor_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "factor_millionths > 0", name=op.f("ck_parameter_alias_factor_positive")
        ),
        sa.ForeignKeyConstraint(
            ["parameter_id"],
            ["parameter.id"],
            name=op.f("fk_parameter_alias_parameter_id_parameter"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_alias")),
        sa.UniqueConstraint(
            "spelling", "unit", "part", name=op.f("uq_parameter_alias_spelling_unit_part")
        ),
    )
    with op.batch_alter_table("parameter_alias") as batch_op:
        batch_op.create_index(batch_op.f("ix_parameter_alias_parameter_id"), ["parameter_id"])

    op.create_table(
        "resource_content",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "alternative", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("term", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.String(length=200), nullable=False),
        sa.Column(
            "parameter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "factor_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(quantity = 'parameter') = (parameter_id IS NOT NULL)",
            name=op.f("ck_resource_content_parameter_named"),
        ),
        sa.CheckConstraint(
            "quantity IN ('parameter', 'mass', 'route')",
            name=op.f("ck_resource_content_quantity_known"),
        ),
        sa.CheckConstraint(
            "factor_millionths > 0", name=op.f("ck_resource_content_factor_positive")
        ),
        sa.ForeignKeyConstraint(
            ["parameter_id"],
            ["parameter.id"],
            name=op.f("fk_resource_content_parameter_id_parameter"),
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_content_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_content")),
        sa.UniqueConstraint(
            "resource_id",
            "alternative",
            "term",
            name=op.f("uq_resource_content_resource_id_alternative_term"),
        ),
    )
    with op.batch_alter_table("resource_content") as batch_op:
        batch_op.create_index(batch_op.f("ix_resource_content_parameter_id"), ["parameter_id"])

    op.create_table(
        "resource_target",
        sa.Column(
            "resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "factor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["factor_id"], ["factor.id"], name=op.f("fk_resource_target_factor_id_factor")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_target_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("resource_id", "factor_id", name=op.f("pk_resource_target")),
    )
    with op.batch_alter_table("resource_target") as batch_op:
        batch_op.create_index(batch_op.f("ix_resource_target_factor_id"), ["factor_id"])

    op.create_table(
        "route",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("eu_code", sa.String(length=200), nullable=False),
        sa.Column("counts_as", sa.String(length=200), nullable=False),
        sa.Column("replaced_en", sa.String(length=200), nullable=False),
        sa.Column("replaced_zh", sa.String(length=200), nullable=False),
        sa.Column(
            "ratio_low_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "ratio_millionths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "ratio_high_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("ratio_unit", sa.String(length=200), nullable=False),
        sa.Column("ratio_basis", sa.String(length=200), nullable=False),
        sa.Column(
            "co2_factor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("co2_kind", sa.String(length=200), nullable=True),
        sa.Column(
            "co2_process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(counts_as = 'disposal') = (ratio_millionths = 0)",
            name=op.f("ck_route_disposal_replaces_nothing"),
        ),
        sa.CheckConstraint("co2_kind IN ('gross', 'net')", name=op.f("ck_route_co2_kind_known")),
        sa.CheckConstraint(
            "co2_kind IS NULL OR co2_kind <> 'net' OR co2_process_id IS NULL",
            name=op.f("ck_route_net_contains_processing"),
        ),
        sa.CheckConstraint(
            "counts_as IN ('utilization', 'disposal')", name=op.f("ck_route_counts_as_known")
        ),
        sa.CheckConstraint("ratio_unit IN ('t/t', 'm3/t')", name=op.f("ck_route_ratio_unit_known")),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_route_status_known"),
        ),
        sa.CheckConstraint(
            "(co2_kind IS NULL) = (co2_factor_id IS NULL)",
            name=op.f("ck_route_kind_with_co2_factor"),
        ),
        sa.CheckConstraint(
            "(ratio_low_millionths IS NULL OR ratio_millionths IS NULL OR ratio_low_millionths <= ratio_millionths) AND (ratio_millionths IS NULL OR ratio_high_millionths IS NULL OR ratio_millionths <= ratio_high_millionths)",
            name=op.f("ck_route_ratio_ordered"),
        ),
        sa.ForeignKeyConstraint(
            ["co2_factor_id"], ["factor.id"], name=op.f("fk_route_co2_factor_id_factor")
        ),
        sa.ForeignKeyConstraint(
            ["co2_process_id"], ["factor.id"], name=op.f("fk_route_co2_process_id_factor")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_route_source_id_source")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
        sa.UniqueConstraint("code", name=op.f("uq_route_code")),
    )
    with op.batch_alter_table("route") as batch_op:
        batch_op.create_index(batch_op.f("ix_route_co2_factor_id"), ["co2_factor_id"])
        batch_op.create_index(batch_op.f("ix_route_co2_process_id"), ["co2_process_id"])
        batch_op.create_index(batch_op.f("ix_route_source_id"), ["source_id"])

    op.create_table(
        "specification_limit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "specification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "parameter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "lower_millionths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "upper_millionths", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("strict_lower", sa.Boolean(), nullable=False),
        sa.Column("strict_upper", sa.Boolean(), nullable=False),
        sa.Column("any_of", sa.String(length=200), nullable=True),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=True),
        sa.Column("condition", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "basis IN ('dry', 'as_received', 'none')",
            name=op.f("ck_specification_limit_basis_known"),
        ),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_specification_limit_status_known"),
        ),
        sa.CheckConstraint(
            "(lower_millionths IS NULL OR upper_millionths IS NULL OR lower_millionths <= upper_millionths)",
            name=op.f("ck_specification_limit_bounds_ordered"),
        ),
        sa.CheckConstraint(
            "NOT strict_lower OR lower_millionths IS NOT NULL",
            name=op.f("ck_specification_limit_strict_lower"),
        ),
        sa.CheckConstraint(
            "NOT strict_upper OR upper_millionths IS NOT NULL",
            name=op.f("ck_specification_limit_strict_upper"),
        ),
        sa.ForeignKeyConstraint(
            ["parameter_id"],
            ["parameter.id"],
            name=op.f("fk_specification_limit_parameter_id_parameter"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_specification_limit_source_id_source")
        ),
        sa.ForeignKeyConstraint(
            ["specification_id"],
            ["specification.id"],
            name=op.f("fk_specification_limit_specification_id_specification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specification_limit")),
        sa.UniqueConstraint(
            "specification_id",
            "parameter_id",
            name=op.f("uq_specification_limit_specification_id_parameter_id"),
        ),
    )
    with op.batch_alter_table("specification_limit") as batch_op:
        batch_op.create_index(batch_op.f("ix_specification_limit_parameter_id"), ["parameter_id"])
        batch_op.create_index(batch_op.f("ix_specification_limit_source_id"), ["source_id"])

    op.create_table(
        "specification_material",
        sa.Column(
            "specification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "material_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["material_id"],
            ["material.id"],
            name=op.f("fk_specification_material_material_id_material"),
        ),
        sa.ForeignKeyConstraint(
            ["specification_id"],
            ["specification.id"],
            name=op.f("fk_specification_material_specification_id_specification"),
        ),
        sa.PrimaryKeyConstraint(
            "specification_id", "material_id", name=op.f("pk_specification_material")
        ),
    )
    with op.batch_alter_table("specification_material") as batch_op:
        batch_op.create_index(batch_op.f("ix_specification_material_material_id"), ["material_id"])

    op.create_table(
        "typical_composition",
        sa.Column(
            "material_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "parameter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "minimum_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "typical_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "maximum_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("flag", sa.String(length=200), nullable=False),
        sa.Column("typical_status", sa.String(length=200), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "basis IN ('dry', 'as_received', 'none')",
            name=op.f("ck_typical_composition_basis_known"),
        ),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_typical_composition_status_known"),
        ),
        sa.CheckConstraint(
            "typical_status IN ('verified', 'secondary', 'derived', 'own_judgement', 'unverified')",
            name=op.f("ck_typical_composition_typical_status_known"),
        ),
        sa.CheckConstraint(
            "(minimum_millionths IS NULL OR typical_millionths IS NULL OR minimum_millionths <= typical_millionths) AND (typical_millionths IS NULL OR maximum_millionths IS NULL OR typical_millionths <= maximum_millionths)",
            name=op.f("ck_typical_composition_range_ordered"),
        ),
        sa.ForeignKeyConstraint(
            ["material_id"],
            ["material.id"],
            name=op.f("fk_typical_composition_material_id_material"),
        ),
        sa.ForeignKeyConstraint(
            ["parameter_id"],
            ["parameter.id"],
            name=op.f("fk_typical_composition_parameter_id_parameter"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_typical_composition_source_id_source")
        ),
        sa.PrimaryKeyConstraint("material_id", "parameter_id", name=op.f("pk_typical_composition")),
    )
    with op.batch_alter_table("typical_composition") as batch_op:
        batch_op.create_index(batch_op.f("ix_typical_composition_parameter_id"), ["parameter_id"])
        batch_op.create_index(batch_op.f("ix_typical_composition_source_id"), ["source_id"])

    op.create_table(
        "material_route",
        sa.Column(
            "material_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("route_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_material_route_material_id_material")
        ),
        sa.ForeignKeyConstraint(
            ["route_id"], ["route.id"], name=op.f("fk_material_route_route_id_route")
        ),
        sa.PrimaryKeyConstraint("material_id", "route_id", name=op.f("pk_material_route")),
    )
    with op.batch_alter_table("material_route") as batch_op:
        batch_op.create_index(batch_op.f("ix_material_route_route_id"), ["route_id"])

    op.create_table(
        "route_resource",
        sa.Column("route_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "resource_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "factor_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.CheckConstraint("factor_millionths > 0", name=op.f("ck_route_resource_factor_positive")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_route_resource_resource_id_resource")
        ),
        sa.ForeignKeyConstraint(
            ["route_id"], ["route.id"], name=op.f("fk_route_resource_route_id_route")
        ),
        sa.PrimaryKeyConstraint("route_id", "resource_id", name=op.f("pk_route_resource")),
    )
    with op.batch_alter_table("route_resource") as batch_op:
        batch_op.create_index(batch_op.f("ix_route_resource_resource_id"), ["resource_id"])


def downgrade() -> None:
    with op.batch_alter_table("route_resource") as batch_op:
        batch_op.drop_index(batch_op.f("ix_route_resource_resource_id"))

    op.drop_table("route_resource")
    with op.batch_alter_table("material_route") as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_route_route_id"))

    op.drop_table("material_route")
    with op.batch_alter_table("typical_composition") as batch_op:
        batch_op.drop_index(batch_op.f("ix_typical_composition_source_id"))
        batch_op.drop_index(batch_op.f("ix_typical_composition_parameter_id"))

    op.drop_table("typical_composition")
    with op.batch_alter_table("specification_material") as batch_op:
        batch_op.drop_index(batch_op.f("ix_specification_material_material_id"))

    op.drop_table("specification_material")
    with op.batch_alter_table("specification_limit") as batch_op:
        batch_op.drop_index(batch_op.f("ix_specification_limit_source_id"))
        batch_op.drop_index(batch_op.f("ix_specification_limit_parameter_id"))

    op.drop_table("specification_limit")
    with op.batch_alter_table("route") as batch_op:
        batch_op.drop_index(batch_op.f("ix_route_source_id"))
        batch_op.drop_index(batch_op.f("ix_route_co2_process_id"))
        batch_op.drop_index(batch_op.f("ix_route_co2_factor_id"))

    op.drop_table("route")
    with op.batch_alter_table("resource_target") as batch_op:
        batch_op.drop_index(batch_op.f("ix_resource_target_factor_id"))

    op.drop_table("resource_target")
    with op.batch_alter_table("resource_content") as batch_op:
        batch_op.drop_index(batch_op.f("ix_resource_content_parameter_id"))

    op.drop_table("resource_content")
    with op.batch_alter_table("parameter_alias") as batch_op:
        batch_op.drop_index(batch_op.f("ix_parameter_alias_parameter_id"))

    op.drop_table("parameter_alias")
    with op.batch_alter_table("material_code") as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_code_waste_code_id"))

    op.drop_table("material_code")
    with op.batch_alter_table("material_alias") as batch_op:
        batch_op.drop_index(
            "uq_material_alias_exact",
            sqlite_where=sa.text("exact"),
            postgresql_where=sa.text("exact"),
        )

    op.drop_table("material_alias")
    with op.batch_alter_table("waste_code") as batch_op:
        batch_op.drop_index(batch_op.f("ix_waste_code_source_id"))
        batch_op.drop_index(batch_op.f("ix_waste_code_parent_id"))
        batch_op.drop_index(batch_op.f("ix_waste_code_code"))

    op.drop_table("waste_code")
    with op.batch_alter_table("specification") as batch_op:
        batch_op.drop_index(batch_op.f("ix_specification_source_id"))

    op.drop_table("specification")
    with op.batch_alter_table("resource") as batch_op:
        batch_op.drop_index(batch_op.f("ix_resource_source_id"))

    op.drop_table("resource")
    with op.batch_alter_table("parameter") as batch_op:
        batch_op.drop_index(batch_op.f("ix_parameter_source_id"))

    op.drop_table("parameter")
    with op.batch_alter_table("material") as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_source_id"))
        batch_op.drop_index(batch_op.f("ix_material_parent_id"))

    op.drop_table("material")
    with op.batch_alter_table("factor") as batch_op:
        batch_op.drop_index(batch_op.f("ix_factor_source_id"))

    op.drop_table("factor")
    op.drop_table("source")
