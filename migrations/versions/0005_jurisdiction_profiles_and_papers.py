"""Jurisdiction profiles and papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jurisdiction",
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_jurisdiction")),
    )
    op.create_table(
        "crossing_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("jurisdiction_code", sa.String(length=200), nullable=False),
        sa.Column("waste_kind", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('none', 'filing', 'approval', 'forbidden')",
            name=op.f("ck_crossing_rule_outcome_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"],
            ["jurisdiction.code"],
            name=op.f("fk_crossing_rule_jurisdiction_code_jurisdiction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crossing_rule")),
        sa.UniqueConstraint(
            "jurisdiction_code",
            "waste_kind",
            "purpose",
            name=op.f("uq_crossing_rule_jurisdiction_code_waste_kind_purpose"),
        ),
    )
    op.create_table(
        "paper_requirement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("jurisdiction_code", sa.String(length=200), nullable=False),
        sa.Column("waste_kind", sa.String(length=200), nullable=False),
        sa.Column("requirement", sa.String(length=200), nullable=False),
        sa.Column("paper_kind", sa.String(length=200), nullable=False),
        sa.Column("covers_codes", sa.Boolean(), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "paper_kind IN ('eia_approval', 'discharge_permit', 'discharge_registration', 'hazardous_permit', 'waste_permit', 'exemption_evidence')",
            name=op.f("ck_paper_requirement_paper_kind_is_known"),
        ),
        sa.CheckConstraint(
            "waste_kind IN ('general', 'hazardous')",
            name=op.f("ck_paper_requirement_waste_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"],
            ["jurisdiction.code"],
            name=op.f("fk_paper_requirement_jurisdiction_code_jurisdiction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_requirement")),
        sa.UniqueConstraint(
            "jurisdiction_code",
            "waste_kind",
            "requirement",
            "paper_kind",
            name=op.f("uq_paper_requirement_jurisdiction_code_waste_kind_requirement_paper_kind"),
        ),
    )
    op.create_table(
        "paper",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column(
            "yearly_quota_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('eia_approval', 'discharge_permit', 'discharge_registration', 'hazardous_permit', 'waste_permit', 'exemption_evidence')",
            name=op.f("ck_paper_kind_is_known"),
        ),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_paper_validity_in_order")),
        sa.CheckConstraint("yearly_quota_g > 0", name=op.f("ck_paper_quota_is_positive")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_paper_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_paper_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    )
    with op.batch_alter_table("paper") as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_organization_id"), ["organization_id"])
        batch_op.create_index("ix_paper_site_kind", ["site_id", "kind"])

    op.create_table(
        "stage_exemption",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "waste_code_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("stage", sa.String(length=200), nullable=False),
        sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["waste_code_id"],
            ["waste_code.id"],
            name=op.f("fk_stage_exemption_waste_code_id_waste_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_exemption")),
        sa.UniqueConstraint(
            "waste_code_id",
            "stage",
            "entry",
            name=op.f("uq_stage_exemption_waste_code_id_stage_entry"),
        ),
    )
    with op.batch_alter_table("stage_exemption") as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_exemption_waste_code_id"), ["waste_code_id"])

    op.create_table(
        "paper_code",
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "waste_code_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["paper.id"],
            name=op.f("fk_paper_code_paper_id_paper"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["waste_code_id"],
            ["waste_code.id"],
            name=op.f("fk_paper_code_waste_code_id_waste_code"),
        ),
        sa.PrimaryKeyConstraint("paper_id", "waste_code_id", name=op.f("pk_paper_code")),
    )


def downgrade() -> None:
    op.drop_table("paper_code")
    with op.batch_alter_table("stage_exemption") as batch_op:
        batch_op.drop_index(batch_op.f("ix_stage_exemption_waste_code_id"))

    op.drop_table("stage_exemption")
    with op.batch_alter_table("paper") as batch_op:
        batch_op.drop_index("ix_paper_site_kind")
        batch_op.drop_index(batch_op.f("ix_paper_organization_id"))

    op.drop_table("paper")
    op.drop_table("paper_requirement")
    op.drop_table("crossing_rule")
    op.drop_table("jurisdiction")
