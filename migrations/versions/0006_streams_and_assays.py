"""Streams and assays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stream",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "waste_code_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "material_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("physical_form", sa.String(length=200), nullable=False),
        sa.Column("rhythm", sa.String(length=200), nullable=False),
        sa.Column("legal_status", sa.String(length=200), nullable=True),
        sa.Column("visibility", sa.String(length=200), nullable=False),
        sa.Column("vehicles", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "ask_minor_per_tonne",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("vat_included", sa.Boolean(), nullable=False),
        sa.Column("delivery_term", sa.String(length=200), nullable=False),
        sa.Column("year_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stock_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "storage_limit_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("external_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "delivery_term IN ('ex_works', 'delivered')",
            name=op.f("ck_stream_delivery_term_is_known"),
        ),
        sa.CheckConstraint(
            "legal_status IN ('waste', 'by_product', 'end_of_waste')",
            name=op.f("ck_stream_legal_status_is_known"),
        ),
        sa.CheckConstraint(
            "physical_form IN ('powder', 'moist_powder', 'dust', 'granular', 'sand', 'flakes', 'lump', 'piece', 'bale', 'module', 'sludge', 'slurry', 'liquid')",
            name=op.f("ck_stream_form_is_known"),
        ),
        sa.CheckConstraint(
            "rhythm IN ('continuous', 'batch', 'one_off')", name=op.f("ck_stream_rhythm_is_known")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'paused', 'closed')",
            name=op.f("ck_stream_state_is_known"),
        ),
        sa.CheckConstraint(
            "visibility IN ('public', 'invited')", name=op.f("ck_stream_visibility_is_known")
        ),
        sa.CheckConstraint("stock_g >= 0", name=op.f("ck_stream_stock_not_negative")),
        sa.CheckConstraint("storage_limit_g > 0", name=op.f("ck_stream_storage_limit_is_positive")),
        sa.CheckConstraint("vehicles BETWEEN 1 AND 511", name=op.f("ck_stream_vehicles_known")),
        sa.CheckConstraint("year_g > 0", name=op.f("ck_stream_year_is_positive")),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.id"], name=op.f("fk_stream_material_id_material")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_stream_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_stream_site_id_site")),
        sa.ForeignKeyConstraint(
            ["waste_code_id"], ["waste_code.id"], name=op.f("fk_stream_waste_code_id_waste_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream")),
        sa.UniqueConstraint("external_key", name=op.f("uq_stream_external_key")),
    )
    with op.batch_alter_table("stream") as batch_op:
        batch_op.create_index(batch_op.f("ix_stream_material_id"), ["material_id"])
        batch_op.create_index(batch_op.f("ix_stream_organization_id"), ["organization_id"])
        batch_op.create_index(batch_op.f("ix_stream_site_id"), ["site_id"])
        batch_op.create_index("ix_stream_state_waste_code", ["state", "waste_code_id"])
        batch_op.create_index(batch_op.f("ix_stream_waste_code_id"), ["waste_code_id"])

    op.create_table(
        "assay",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("laboratory", sa.String(length=200), nullable=False),
        sa.Column("sampling_plan", sa.String(length=200), nullable=False),
        sa.Column("provenance", sa.String(length=200), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column(
            "moisture_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("basis IN ('dry', 'as_received')", name=op.f("ck_assay_basis_is_known")),
        sa.CheckConstraint(
            "provenance IN ('own_laboratory', 'accredited_laboratory', 'buyer_receipt_test', 'guidance_value')",
            name=op.f("ck_assay_provenance_is_known"),
        ),
        sa.CheckConstraint(
            "moisture_millionths >= 0 AND moisture_millionths < 100000000",
            name=op.f("ck_assay_moisture_in_range"),
        ),
        sa.CheckConstraint("valid_until >= sampled_on", name=op.f("ck_assay_validity_in_order")),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.id"], name=op.f("fk_assay_stream_id_stream")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assay")),
    )
    with op.batch_alter_table("assay") as batch_op:
        batch_op.create_index("ix_assay_stream_sampled", ["stream_id", "sampled_on"])

    op.create_table(
        "stream_closure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_stream_closure_days_in_order")),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_stream_closure_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_closure")),
    )
    with op.batch_alter_table("stream_closure") as batch_op:
        batch_op.create_index(batch_op.f("ix_stream_closure_stream_id"), ["stream_id"])

    op.create_table(
        "stream_month",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "month",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("mass_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("mass_g >= 0", name=op.f("ck_stream_month_mass_not_negative")),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_stream_month_month_is_a_month")),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
            name=op.f("fk_stream_month_stream_id_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stream_id", "month", name=op.f("pk_stream_month")),
    )
    op.create_table(
        "assay_value",
        sa.Column("assay_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "parameter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "typical_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "minimum_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "maximum_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "deviation_millionths",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("method", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "deviation_millionths >= 0", name=op.f("ck_assay_value_deviation_not_negative")
        ),
        sa.CheckConstraint(
            "minimum_millionths <= typical_millionths", name=op.f("ck_assay_value_minimum_in_order")
        ),
        sa.CheckConstraint(
            "typical_millionths <= maximum_millionths", name=op.f("ck_assay_value_maximum_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["assay_id"], ["assay.id"], name=op.f("fk_assay_value_assay_id_assay")
        ),
        sa.ForeignKeyConstraint(
            ["parameter_id"], ["parameter.id"], name=op.f("fk_assay_value_parameter_id_parameter")
        ),
        sa.PrimaryKeyConstraint("assay_id", "parameter_id", name=op.f("pk_assay_value")),
    )


def downgrade() -> None:
    op.drop_table("assay_value")
    op.drop_table("stream_month")
    with op.batch_alter_table("stream_closure") as batch_op:
        batch_op.drop_index(batch_op.f("ix_stream_closure_stream_id"))

    op.drop_table("stream_closure")
    with op.batch_alter_table("assay") as batch_op:
        batch_op.drop_index("ix_assay_stream_sampled")

    op.drop_table("assay")
    with op.batch_alter_table("stream") as batch_op:
        batch_op.drop_index(batch_op.f("ix_stream_waste_code_id"))
        batch_op.drop_index("ix_stream_state_waste_code")
        batch_op.drop_index(batch_op.f("ix_stream_site_id"))
        batch_op.drop_index(batch_op.f("ix_stream_organization_id"))
        batch_op.drop_index(batch_op.f("ix_stream_material_id"))

    op.drop_table("stream")
