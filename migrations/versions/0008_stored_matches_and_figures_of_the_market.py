"""Stored matches and figures of the market."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "market_summary",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("streams", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("demands", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "feasible_pairs", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "untested_pairs", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "streams_with_partner",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "generated_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "with_partner_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "rate_generated_g",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "rate_placeable_g",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "best_minor_per_tonne",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "median_minor_per_tonne",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_summary")),
    )
    with op.batch_alter_table("market_summary") as batch_op:
        batch_op.create_index(batch_op.f("ix_market_summary_computed_at"), ["computed_at"])

    op.create_table(
        "market_rejection",
        sa.Column(
            "summary_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("gate", sa.String(length=200), nullable=False),
        sa.Column("pairs", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("pairs >= 0", name=op.f("ck_market_rejection_pairs_not_negative")),
        sa.ForeignKeyConstraint(
            ["summary_id"],
            ["market_summary.id"],
            name=op.f("fk_market_rejection_summary_id_market_summary"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("summary_id", "gate", name=op.f("pk_market_rejection")),
    )
    op.create_table(
        "stored_match",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "demand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("tested", sa.Boolean(), nullable=False),
        sa.Column(
            "value_minor_per_tonne",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "distance_m", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "stream_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "demand_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint("distance_m >= 0", name=op.f("ck_stored_match_distance_not_negative")),
        sa.CheckConstraint(
            "value_minor_per_tonne > 0", name=op.f("ck_stored_match_value_is_positive")
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["demand.id"], name=op.f("fk_stored_match_demand_id_demand")
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.id"], name=op.f("fk_stored_match_stream_id_stream")
        ),
        sa.PrimaryKeyConstraint("stream_id", "demand_id", name=op.f("pk_stored_match")),
    )
    with op.batch_alter_table("stored_match") as batch_op:
        batch_op.create_index(
            "ix_stored_match_demand", ["demand_id", "tested", "value_minor_per_tonne"]
        )
        batch_op.create_index(
            "ix_stored_match_stream", ["stream_id", "tested", "value_minor_per_tonne"]
        )


def downgrade() -> None:
    with op.batch_alter_table("stored_match") as batch_op:
        batch_op.drop_index("ix_stored_match_stream")
        batch_op.drop_index("ix_stored_match_demand")

    op.drop_table("stored_match")
    op.drop_table("market_rejection")
    with op.batch_alter_table("market_summary") as batch_op:
        batch_op.drop_index(batch_op.f("ix_market_summary_computed_at"))

    op.drop_table("market_summary")
