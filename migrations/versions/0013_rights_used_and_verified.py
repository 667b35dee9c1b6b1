"""What of a right is used, who verified it, and warnings before it ends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FORMER_KINDS = (
    "eia_approval", "discharge_permit", "discharge_registration", "hazardous_permit",
    "waste_permit", "exemption_evidence",
)  # fmt: skip
NEW_KINDS = ("weee_qualification", "vehicle_qualification")
KIND_CHECKS = (
    ("paper", "kind", "ck_paper_kind_is_known"),
    ("paper_requirement", "paper_kind", "ck_paper_requirement_paper_kind_is_known"),
)
# The words of a permit's way took the place of those of a purpose.
WORDS = (("utilization", "utilize"), ("disposal", "dispose"))
GUARDED = ("quota_posting", "quota_entry")


def _let_kinds_be(kinds: tuple[str, ...]) -> None:
    words = ", ".join(f"'{kind}'" for kind in kinds)
    for table, column, name in KIND_CHECKS:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(name), type_="check")
            batch_op.create_check_constraint(op.f(name), f"{column} IN ({words})")


def _guard(table: str) -> None:
    """What was posted stays: the database itself refuses to change or forget it."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _rename_purposes(words: tuple[tuple[str, str], ...]) -> None:
    crossing = sa.table("crossing_rule", sa.column("purpose", sa.String))
    exemption = sa.table("stage_exemption", sa.column("stage", sa.String))
    for old, new in words:
        op.execute(crossing.update().where(crossing.c.purpose == old).values(purpose=new))
        op.execute(exemption.update().where(exemption.c.stage == old).values(stage=new))


def _widen_papers() -> None:
    with op.batch_alter_table("paper") as batch_op:
        batch_op.add_column(
            sa.Column(
                "upload_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column("state", sa.String(length=200), nullable=False, server_default="verified")
        )
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column(
                "decided_for_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("refusal", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_paper_state"), ["state"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_paper_upload_id_upload"), "upload", ["upload_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_paper_decided_for_id_organization"),
            "organization",
            ["decided_for_id"],
            ["id"],
        )
    # What counted before there was a queue goes on counting.
    op.execute("UPDATE paper SET decided_at = created_at")
    with op.batch_alter_table("paper") as batch_op:
        batch_op.alter_column("state", server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_paper_state_is_known"),
            "state IN ('unverified', 'verified', 'refused', 'ended')",
        )
        batch_op.create_check_constraint(
            op.f("ck_paper_verified_once"), "state <> 'verified' OR decided_at IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f("ck_paper_ended_once"), "(state = 'ended') = (ended_at IS NOT NULL)"
        )


def upgrade() -> None:
    op.create_table(
        "indicator",
        sa.Column("jurisdiction_code", sa.String(length=200), nullable=False),
        sa.Column("indicator_set", sa.String(length=200), nullable=False),
        sa.Column("formula", sa.String(length=200), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"],
            ["jurisdiction.code"],
            name=op.f("fk_indicator_jurisdiction_code_jurisdiction"),
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_code", "indicator_set", "formula", name=op.f("pk_indicator")
        ),
    )
    op.create_table(
        "jurisdiction_scheme",
        sa.Column("jurisdiction_code", sa.String(length=200), nullable=False),
        sa.Column("scheme", sa.String(length=200), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"],
            ["jurisdiction.code"],
            name=op.f("fk_jurisdiction_scheme_jurisdiction_code_jurisdiction"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_code", "scheme", name=op.f("pk_jurisdiction_scheme")),
    )
    op.create_table(
        "number_format",
        sa.Column("jurisdiction_code", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("pattern", sa.String(length=200), nullable=False),
        sa.Column("example", sa.String(length=200), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"],
            ["jurisdiction.code"],
            name=op.f("fk_number_format_jurisdiction_code_jurisdiction"),
        ),
        sa.PrimaryKeyConstraint("jurisdiction_code", "subject", name=op.f("pk_number_format")),
    )
    op.create_table(
        "weight_limit",
        sa.Column("jurisdiction_code", sa.String(length=200), nullable=False),
        sa.Column("axles", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("combination", sa.Boolean(), nullable=False),
        sa.Column("gross_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint("gross_g > 0", name=op.f("ck_weight_limit_gross_is_positive")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"],
            ["jurisdiction.code"],
            name=op.f("fk_weight_limit_jurisdiction_code_jurisdiction"),
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction_code", "axles", "combination", name=op.f("pk_weight_limit")
        ),
    )
    op.create_table(
        "controlled_code",
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column(
            "waste_code_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "category IN ('weee', 'vehicle')", name=op.f("ck_controlled_code_category_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["waste_code_id"],
            ["waste_code.id"],
            name=op.f("fk_controlled_code_waste_code_id_waste_code"),
        ),
        sa.PrimaryKeyConstraint("category", "waste_code_id", name=op.f("pk_controlled_code")),
    )
    op.create_table(
        "quota_posting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason_key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column(
            "draws_on_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "waste_code_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("way", sa.String(length=200), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mass_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "actor_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind <> 'release' OR draws_on_id IS NOT NULL",
            name=op.f("ck_quota_posting_release_of_something"),
        ),
        sa.CheckConstraint(
            "kind <> 'reserve' OR draws_on_id IS NULL",
            name=op.f("ck_quota_posting_reserve_stands_alone"),
        ),
        sa.CheckConstraint(
            "kind IN ('reserve', 'use', 'release')", name=op.f("ck_quota_posting_kind_is_known")
        ),
        sa.CheckConstraint(
            "way IN ('collect', 'store', 'utilize', 'dispose')",
            name=op.f("ck_quota_posting_way_is_known"),
        ),
        sa.CheckConstraint("mass_g > 0", name=op.f("ck_quota_posting_mass_is_positive")),
        sa.CheckConstraint(
            "year BETWEEN 2000 AND 2999", name=op.f("ck_quota_posting_year_is_plausible")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_quota_posting_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["draws_on_id"],
            ["quota_posting.id"],
            name=op.f("fk_quota_posting_draws_on_id_quota_posting"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_quota_posting_site_id_site")
        ),
        sa.ForeignKeyConstraint(
            ["waste_code_id"],
            ["waste_code.id"],
            name=op.f("fk_quota_posting_waste_code_id_waste_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_posting")),
        sa.UniqueConstraint("reason_key", name=op.f("uq_quota_posting_reason_key")),
    )
    with op.batch_alter_table("quota_posting") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_quota_posting_draws_on_id"), ["draws_on_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_quota_posting_site_id"), ["site_id"], unique=False)

    op.create_table(
        "paper_warning",
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "days_before", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["paper.id"],
            name=op.f("fk_paper_warning_paper_id_paper"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("paper_id", "days_before", name=op.f("pk_paper_warning")),
    )
    op.create_table(
        "paper_way",
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("way", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "way IN ('collect', 'store', 'utilize', 'dispose')",
            name=op.f("ck_paper_way_way_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_paper_way_paper_id_paper"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("paper_id", "way", name=op.f("pk_paper_way")),
    )
    op.create_table(
        "quota_entry",
        sa.Column(
            "posting_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("requirement", sa.String(length=200), nullable=False),
        sa.Column("rank", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "reserved_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("used_g", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "reserved_g <= 0 OR used_g = 0", name=op.f("ck_quota_entry_held_or_used")
        ),
        sa.CheckConstraint(
            "reserved_g <> 0 OR used_g <> 0", name=op.f("ck_quota_entry_something_changes")
        ),
        sa.CheckConstraint(
            "used_g >= 0 OR reserved_g = 0", name=op.f("ck_quota_entry_undone_alone")
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_quota_entry_paper_id_paper")
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"],
            ["quota_posting.id"],
            name=op.f("fk_quota_entry_posting_id_quota_posting"),
        ),
        sa.PrimaryKeyConstraint("posting_id", "paper_id", name=op.f("pk_quota_entry")),
    )
    with op.batch_alter_table("quota_entry") as batch_op:
        batch_op.create_index("ix_quota_entry_paper_year", ["paper_id", "year"], unique=False)

    _widen_papers()
    with op.batch_alter_table("paper_requirement") as batch_op:
        batch_op.add_column(
            sa.Column("category", sa.String(length=200), nullable=False, server_default="")
        )
    with op.batch_alter_table("paper_requirement") as batch_op:
        batch_op.alter_column("category", server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_paper_requirement_category_is_known"), "category IN ('', 'weee', 'vehicle')"
        )
    _let_kinds_be(FORMER_KINDS + NEW_KINDS)
    _rename_purposes(WORDS)
    with op.batch_alter_table("stage_exemption") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_stage_exemption_stage_is_known"),
            "stage IN ('collect', 'transport', 'utilize', 'dispose')",
        )
    # Until now every paper was asked about utilization alone.
    op.execute(
        "INSERT INTO paper_way (paper_id, way) SELECT id, 'utilize' FROM paper "
        "WHERE kind IN ('hazardous_permit', 'waste_permit', 'exemption_evidence')"
    )
    for table in GUARDED:
        _guard(table)


def downgrade() -> None:
    with op.batch_alter_table("quota_entry") as batch_op:
        batch_op.drop_index("ix_quota_entry_paper_year")

    op.drop_table("quota_entry")
    op.drop_table("paper_way")
    op.drop_table("paper_warning")
    with op.batch_alter_table("quota_posting") as batch_op:
        batch_op.drop_index(batch_op.f("ix_quota_posting_site_id"))
        batch_op.drop_index(batch_op.f("ix_quota_posting_draws_on_id"))

    op.drop_table("quota_posting")
    for table in ("controlled_code", "weight_limit", "number_format", "jurisdiction_scheme"):
        op.drop_table(table)
    op.drop_table("indicator")

    with op.batch_alter_table("stage_exemption") as batch_op:
        batch_op.drop_constraint(op.f("ck_stage_exemption_stage_is_known"), type_="check")
    op.execute("DELETE FROM stage_exemption WHERE stage <> 'utilize'")
    op.execute("DELETE FROM crossing_rule WHERE purpose NOT IN ('utilize', 'dispose')")
    _rename_purposes(tuple((new, old) for old, new in WORDS))
    # A paper that gave no right must not give one when nobody asks for its state any more.
    op.execute(
        "DELETE FROM paper_code WHERE paper_id IN (SELECT id FROM paper "
        "WHERE state IN ('refused', 'ended') "
        "OR kind IN ('weee_qualification', 'vehicle_qualification'))"
    )
    op.execute(
        "DELETE FROM paper WHERE state IN ('refused', 'ended') "
        "OR kind IN ('weee_qualification', 'vehicle_qualification')"
    )
    op.execute(
        "DELETE FROM paper_requirement "
        "WHERE paper_kind IN ('weee_qualification', 'vehicle_qualification')"
    )
    _let_kinds_be(FORMER_KINDS)
    with op.batch_alter_table("paper_requirement") as batch_op:
        batch_op.drop_constraint(op.f("ck_paper_requirement_category_is_known"), type_="check")
        batch_op.drop_column("category")
    with op.batch_alter_table("paper") as batch_op:
        for name in ("state_is_known", "verified_once", "ended_once"):
            batch_op.drop_constraint(op.f(f"ck_paper_{name}"), type_="check")
        batch_op.drop_constraint(
            batch_op.f("fk_paper_decided_for_id_organization"), type_="foreignkey"
        )
        batch_op.drop_constraint(batch_op.f("fk_paper_upload_id_upload"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_paper_state"))
        for column in (
            "ended_at", "refusal", "decided_for_id", "decided_by", "decided_at", "state", "upload_id",
        ):  # fmt: skip
            batch_op.drop_column(column)
