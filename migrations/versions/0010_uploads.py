"""Files that people put on file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "uploaded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=200), nullable=False),
        sa.Column(
            "size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sha256", sa.String(length=200), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=200), nullable=False),
        sa.Column("refusal", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('identity', 'permit', 'assay', 'evidence', 'photo')",
            name=op.f("ck_upload_purpose_is_known"),
        ),
        sa.CheckConstraint(
            "state IN ('quarantined', 'clean', 'refused')", name=op.f("ck_upload_state_is_known")
        ),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_upload_size_is_positive")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_upload_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_upload_storage_key")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_upload_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "upload_share",
        sa.Column(
            "upload_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_upload_share_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["upload.id"],
            name=op.f("fk_upload_share_upload_id_upload"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("upload_id", "organization_id", name=op.f("pk_upload_share")),
    )
    with op.batch_alter_table("upload_share", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_upload_share_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "assay_report",
        sa.Column("assay_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "upload_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["assay_id"], ["assay.id"], name=op.f("fk_assay_report_assay_id_assay")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_assay_report_upload_id_upload")
        ),
        sa.PrimaryKeyConstraint("assay_id", name=op.f("pk_assay_report")),
        sa.UniqueConstraint("upload_id", name=op.f("uq_assay_report_upload_id")),
    )


def downgrade() -> None:
    op.drop_table("assay_report")

    with op.batch_alter_table("upload_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_share_organization_id"))

    op.drop_table("upload_share")

    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_organization_id"))

    op.drop_table("upload")
