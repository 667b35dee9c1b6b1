"""How organizations stand, who works in them, and whom they let look in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FORMER_ROLES = ("viewer", "trader", "owner", "operator")
ROLES = (
    "owner", "trader", "weighbridge", "accountant", "viewer", "park_manager", "facilitator",
    "auditor", "operator",
)  # fmt: skip


def _let_members_be(roles: tuple[str, ...]) -> None:
    words = ", ".join(f"'{role}'" for role in roles)
    name = op.f("ck_membership_role_is_a_members")
    with op.batch_alter_table("membership") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"role IN ({words})")


def upgrade() -> None:
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("register", sa.String(length=200), nullable=False, server_default="none")
        )
        batch_op.add_column(
            sa.Column("country", sa.String(length=200), nullable=False, server_default="CN")
        )
        batch_op.add_column(sa.Column("register_number", sa.String(length=200), nullable=True))
        batch_op.add_column(
            sa.Column("standing", sa.String(length=200), nullable=False, server_default="verified")
        )
        batch_op.add_column(
            sa.Column("standing_note", sa.Text(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "uq_organization_verified_number",
            ["register", "country", "register_number"],
            unique=True,
            sqlite_where=sa.text("verified_at IS NOT NULL"),
            postgresql_where=sa.text("verified_at IS NOT NULL"),
        )

    # Whoever was let in before there was a queue has been let in by the operator.
    op.execute("UPDATE organization SET verified_at = created_at")
    with op.batch_alter_table("organization") as batch_op:
        for column in ("register", "country", "standing", "standing_note"):
            batch_op.alter_column(column, server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_organization_register_is_known"),
            "register IN ('none', 'cn_credit_code', 'foreign')",
        )
        batch_op.create_check_constraint(
            op.f("ck_organization_standing_is_known"),
            "standing IN ('new', 'submitted', 'returned', 'verified', 'suspended')",
        )
        batch_op.create_check_constraint(
            op.f("ck_organization_verified_once"),
            "standing NOT IN ('verified', 'suspended') OR verified_at IS NOT NULL",
        )
    _let_members_be(ROLES)

    op.create_table(
        "organization_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column(
            "upload_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('business_licence', 'register_extract', 'authority_letter', 'other')",
            name=op.f("ck_organization_document_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_document_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_organization_document_upload_id_upload")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_document")),
    )
    with op.batch_alter_table("organization_document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organization_document_organization_id"),
            ["organization_id"],
            unique=False,
        )

    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=200), nullable=False),
        sa.Column(
            "invited_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('owner', 'trader', 'weighbridge', 'accountant', 'viewer', 'park_manager', 'facilitator', 'auditor', 'operator')",
            name=op.f("ck_invitation_role_is_a_members"),
        ),
        sa.CheckConstraint(
            "accepted_at IS NULL OR revoked_at IS NULL", name=op.f("ck_invitation_one_end")
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["user_account.id"], name=op.f("fk_invitation_invited_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_invitation_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitation_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("prefix", sa.String(length=200), nullable=False),
        sa.Column("secret_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('owner', 'trader', 'weighbridge', 'accountant', 'viewer')",
            name=op.f("ck_api_token_role_is_its_own"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user_account.id"], name=op.f("fk_api_token_made_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_api_token_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_token_prefix")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_made_by"), ["made_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_api_token_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "api_token_scope",
        sa.Column("token_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("capability", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["api_token.id"],
            name=op.f("fk_api_token_scope_token_id_api_token"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_id", "capability", name=op.f("pk_api_token_scope")),
    )

    op.create_table(
        "driver",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=200), nullable=True),
        sa.Column("token_hash", sa.String(length=200), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_driver_failures_not_negative")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_driver_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_driver_token_hash")),
    )
    with op.batch_alter_table("driver", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_driver_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "park_management",
        sa.Column("park_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_park_management_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["park_id"], ["park.id"], name=op.f("fk_park_management_park_id_park")
        ),
        sa.PrimaryKeyConstraint("park_id", name=op.f("pk_park_management")),
    )
    with op.batch_alter_table("park_management", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_park_management_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "park_membership",
        sa.Column("park_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_park_membership_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["park_id"], ["park.id"], name=op.f("fk_park_membership_park_id_park")
        ),
        sa.PrimaryKeyConstraint("park_id", "organization_id", name=op.f("pk_park_membership")),
    )
    with op.batch_alter_table("park_membership", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_park_membership_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "insight_grant",
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "reader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("organization_id <> reader_id", name=op.f("ck_insight_grant_to_others")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_insight_grant_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["organization.id"], name=op.f("fk_insight_grant_reader_id_organization")
        ),
        sa.PrimaryKeyConstraint("organization_id", "reader_id", name=op.f("pk_insight_grant")),
    )
    with op.batch_alter_table("insight_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insight_grant_reader_id"), ["reader_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("insight_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insight_grant_reader_id"))

    op.drop_table("insight_grant")

    with op.batch_alter_table("park_membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_park_membership_organization_id"))

    op.drop_table("park_membership")

    with op.batch_alter_table("park_management", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_park_management_organization_id"))

    op.drop_table("park_management")

    with op.batch_alter_table("driver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_driver_organization_id"))

    op.drop_table("driver")

    op.drop_table("api_token_scope")

    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_organization_id"))
        batch_op.drop_index(batch_op.f("ix_api_token_made_by"))

    op.drop_table("api_token")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_organization_id"))

    op.drop_table("invitation")

    with op.batch_alter_table("organization_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organization_document_organization_id"))

    op.drop_table("organization_document")

    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_organization_verified_number",
            sqlite_where=sa.text("verified_at IS NOT NULL"),
            postgresql_where=sa.text("verified_at IS NOT NULL"),
        )
        for name in ("register_is_known", "standing_is_known", "verified_once"):
            batch_op.drop_constraint(op.f(f"ck_organization_{name}"), type_="check")
        batch_op.drop_column("verified_at")
        batch_op.drop_column("standing_note")
        batch_op.drop_column("standing")
        batch_op.drop_column("register_number")
        batch_op.drop_column("country")
        batch_op.drop_column("register")

    op.execute("DELETE FROM membership WHERE role NOT IN ('viewer', 'trader', 'owner', 'operator')")
    _let_members_be(FORMER_ROLES)
