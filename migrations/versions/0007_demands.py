"""Demands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demand",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("route_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "specification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "material_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("visibility", sa.String(length=200), nullable=False),
        sa.Column("vehicles", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "price_minor_per_tonne",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("vat_included", sa.Boolean(), nullable=False),
        sa.Column("year_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("radius_m", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("area", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("external_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'paused', 'closed')",
            name=op.f("ck_demand_state_is_known"),
        ),
        sa.CheckConstraint(
            "visibility IN ('public', 'invited')", name=op.f("ck_demand_visibility_is_known")
        ),
        sa.CheckConstraint(
            "(radius_m IS NULL) <> (area IS NULL)", name=op.f("ck_demand_radius_or_area")
        ),
        sa.CheckConstraint("radius_m > 0", name=op.f("ck_demand_radius_is_positive")),
        sa.CheckConstraint("vehicles BETWEEN 1 AND 511", name=op.f("ck_demand_vehicles_known")),
        sa.CheckConstraint("year_g > 0", name=op.f("ck_demand_year_is_positive")),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_demand_material_id_material")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_demand_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(["route_id"], ["route.id"], name=op.f("fk_demand_route_id_route")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_demand_site_id_site")),
        sa.ForeignKeyConstraint(
            ["specification_id"],
            ["specification.id"],
            name=op.f("fk_demand_specification_id_specification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand")),
        sa.UniqueConstraint("external_key", name=op.f("uq_demand_external_key")),
    )
    with op.batch_alter_table("demand") as batch_op:
        batch_op.create_index(batch_op.f("ix_demand_material_id"), ["material_id"])
        batch_op.create_index(batch_op.f("ix_demand_organization_id"), ["organization_id"])
        batch_op.create_index(batch_op.f("ix_demand_route_id"), ["route_id"])
        batch_op.create_index(batch_op.f("ix_demand_site_id"), ["site_id"])
        batch_op.create_index(batch_op.f("ix_demand_specification_id"), ["specification_id"])
        batch_op.create_index("ix_demand_state_site", ["state", "site_id"])

    op.create_table(
        "demand_closure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_demand_closure_days_in_order")),
        sa.ForeignKeyConstraint(
            ["demand_id"],
            ["demand.id"],
            name=op.f("fk_demand_closure_demand_id_demand"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_closure")),
    )
    with op.batch_alter_table("demand_closure") as batch_op:
        batch_op.create_index(batch_op.f("ix_demand_closure_demand_id"), ["demand_id"])

    op.create_table(
        "demand_code",
        sa.Column(
            "demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "waste_code_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("stated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["demand_id"],
            ["demand.id"],
            name=op.f("fk_demand_code_demand_id_demand"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["waste_code_id"],
            ["waste_code.id"],
            name=op.f("fk_demand_code_waste_code_id_waste_code"),
        ),
        sa.PrimaryKeyConstraint("demand_id", "waste_code_id", name=op.f("pk_demand_code")),
    )
    with op.batch_alter_table("demand_code") as batch_op:
        batch_op.create_index("ix_demand_code_waste_code", ["waste_code_id", "demand_id"])

    op.create_table(
        "demand_limit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
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
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.Column("any_of", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "basis IN ('dry', 'as_received', 'none')", name=op.f("ck_demand_limit_basis_is_known")
        ),
        sa.CheckConstraint(
            "lower_millionths <= upper_millionths", name=op.f("ck_demand_limit_bounds_in_order")
        ),
        sa.CheckConstraint(
            "lower_millionths IS NOT NULL OR upper_millionths IS NOT NULL",
            name=op.f("ck_demand_limit_limits_something"),
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"],
            ["demand.id"],
            name=op.f("fk_demand_limit_demand_id_demand"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["parameter_id"], ["parameter.id"], name=op.f("fk_demand_limit_parameter_id_parameter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_limit")),
    )
    with op.batch_alter_table("demand_limit") as batch_op:
        batch_op.create_index(batch_op.f("ix_demand_limit_demand_id"), ["demand_id"])

    op.create_table(
        "demand_month",
        sa.Column(
            "demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "month",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "capacity_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint("capacity_g >= 0", name=op.f("ck_demand_month_capacity_not_negative")),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_demand_month_month_is_a_month")),
        sa.ForeignKeyConstraint(
            ["demand_id"],
            ["demand.id"],
            name=op.f("fk_demand_month_demand_id_demand"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("demand_id", "month", name=op.f("pk_demand_month")),
    )


def downgrade() -> None:
    op.drop_table("demand_month")
    with op.batch_alter_table("demand_limit") as batch_op:
        batch_op.drop_index(batch_op.f("ix_demand_limit_demand_id"))

    op.drop_table("demand_limit")
    with op.batch_alter_table("demand_code") as batch_op:
        batch_op.drop_index("ix_demand_code_waste_code")

    op.drop_table("demand_code")
    with op.batch_alter_table("demand_closure") as batch_op:
        batch_op.drop_index(batch_op.f("ix_demand_closure_demand_id"))

    op.drop_table("demand_closure")
    with op.batch_alter_table("demand") as batch_op:
        batch_op.drop_index("ix_demand_state_site")
        batch_op.drop_index(batch_op.f("ix_demand_specification_id"))
        batch_op.drop_index(batch_op.f("ix_demand_site_id"))
        batch_op.drop_index(batch_op.f("ix_demand_route_id"))
        batch_op.drop_index(batch_op.f("ix_demand_organization_id"))
        batch_op.drop_index(batch_op.f("ix_demand_material_id"))

    op.drop_table("demand")
