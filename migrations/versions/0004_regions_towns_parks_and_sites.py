"""Regions, towns, parks and sites."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "region",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("adcode", sa.String(length=6), nullable=False),
        sa.Column("level", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("full_name_zh", sa.String(length=200), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("precision", sa.String(length=200), nullable=False),
        sa.Column(
            "population", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "level IN ('province', 'prefecture', 'county')", name=op.f("ck_region_level_is_known")
        ),
        sa.CheckConstraint(
            "precision IN ('province', 'prefecture', 'county')",
            name=op.f("ck_region_precision_is_known"),
        ),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own judgement', 'unverified')",
            name=op.f("ck_region_status_is_known"),
        ),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_region_lat_on_earth")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_region_lon_on_earth")),
        sa.CheckConstraint(
            "population IS NULL OR population > 0", name=op.f("ck_region_population_positive")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["region.id"], name=op.f("fk_region_parent_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("adcode", name=op.f("uq_region_adcode")),
    )
    with op.batch_alter_table("region") as batch_op:
        batch_op.create_index("ix_region_lat_lon", ["lat", "lon"])
        batch_op.create_index(batch_op.f("ix_region_parent_id"), ["parent_id"])

    op.create_table(
        "park",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("polygon", sa.LargeBinary(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("region_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_park_lat_on_earth")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_park_lon_on_earth")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_park_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_park")),
    )
    with op.batch_alter_table("park") as batch_op:
        batch_op.create_index("ix_park_lat_lon", ["lat", "lon"])
        batch_op.create_index(batch_op.f("ix_park_region_id"), ["region_id"])

    op.create_table(
        "place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "geonames_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "region_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column(
            "population", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "status IN ('verified', 'secondary', 'derived', 'own judgement', 'unverified')",
            name=op.f("ck_place_status_is_known"),
        ),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_place_lat_on_earth")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_place_lon_on_earth")),
        sa.CheckConstraint(
            "population IS NULL OR population > 0", name=op.f("ck_place_population_positive")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_place_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("geonames_id", name=op.f("uq_place_geonames_id")),
    )
    with op.batch_alter_table("place") as batch_op:
        batch_op.create_index("ix_place_lat_lon", ["lat", "lon"])
        batch_op.create_index(batch_op.f("ix_place_region_id"), ["region_id"])

    op.create_table(
        "site",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("external_key", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("precision", sa.String(length=200), nullable=False),
        sa.Column("coordinate_source", sa.String(length=200), nullable=False),
        sa.Column("region_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("blurred", sa.Boolean(), nullable=False),
        sa.Column("public_lat", sa.Double(), nullable=False),
        sa.Column("public_lon", sa.Double(), nullable=False),
        sa.Column("capacity_note", sa.String(length=200), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_site_name_not_empty")),
        sa.CheckConstraint(
            "precision IN ('exact', 'approximate', 'place', 'county', 'prefecture', 'province')",
            name=op.f("ck_site_precision_is_known"),
        ),
        sa.CheckConstraint(
            "blurred OR (public_lat = lat AND public_lon = lon)",
            name=op.f("ck_site_open_site_is_where_it_is"),
        ),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_site_lat_on_earth")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_site_lon_on_earth")),
        sa.CheckConstraint(
            "public_lat BETWEEN -90 AND 90", name=op.f("ck_site_public_lat_on_earth")
        ),
        sa.CheckConstraint(
            "public_lon BETWEEN -180 AND 180", name=op.f("ck_site_public_lon_on_earth")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_site_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_site_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("external_key", name=op.f("uq_site_external_key")),
    )
    with op.batch_alter_table("site") as batch_op:
        batch_op.create_index("ix_site_lat_lon", ["lat", "lon"])
        batch_op.create_index(batch_op.f("ix_site_organization_id"), ["organization_id"])
        batch_op.create_index("ix_site_public_lat_lon", ["public_lat", "public_lon"])
        batch_op.create_index(batch_op.f("ix_site_region_id"), ["region_id"])


def downgrade() -> None:
    with op.batch_alter_table("site") as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_region_id"))
        batch_op.drop_index("ix_site_public_lat_lon")
        batch_op.drop_index(batch_op.f("ix_site_organization_id"))
        batch_op.drop_index("ix_site_lat_lon")

    op.drop_table("site")
    with op.batch_alter_table("place") as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_region_id"))
        batch_op.drop_index("ix_place_lat_lon")

    op.drop_table("place")
    with op.batch_alter_table("park") as batch_op:
        batch_op.drop_index(batch_op.f("ix_park_region_id"))
        batch_op.drop_index("ix_park_lat_lon")

    op.drop_table("park")
    with op.batch_alter_table("region") as batch_op:
        batch_op.drop_index(batch_op.f("ix_region_parent_id"))
        batch_op.drop_index("ix_region_lat_lon")

    op.drop_table("region")
