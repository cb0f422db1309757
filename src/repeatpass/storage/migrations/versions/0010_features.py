"""Collections of features"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feature_sets",
        sa.Column("collection", sa.String(length=80), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("crs", sa.String(length=40), nullable=False),
        sa.Column("geometry", sa.String(length=20), nullable=False),
        sa.Column("time", sa.JSON(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("updated", sa.DateTime(), nullable=False),
        sa.Column("west", sa.Float(), nullable=True),
        sa.Column("south", sa.Float(), nullable=True),
        sa.Column("east", sa.Float(), nullable=True),
        sa.Column("north", sa.Float(), nullable=True),
        sa.Column("start", sa.DateTime(), nullable=True),
        sa.Column("end", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("collection", name=op.f("pk_feature_sets")),
    )
    op.create_table(
        "features",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("collection", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("properties", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("geometry", sa.LargeBinary(), nullable=True),
        sa.Column("native", sa.LargeBinary(), nullable=True),
        sa.Column("west", sa.Float(), nullable=True),
        sa.Column("south", sa.Float(), nullable=True),
        sa.Column("east", sa.Float(), nullable=True),
        sa.Column("north", sa.Float(), nullable=True),
        sa.Column("start", sa.DateTime(), nullable=True),
        sa.Column("end", sa.DateTime(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_features")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_features_id", "features", ["collection", "id"], unique=True)
    op.create_index("ix_features_number", "features", ["collection", "number"])
    op.create_index("ix_features_start", "features", ["collection", "start"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute("create virtual table feature_extents using rtree(number, west, east, south, north)")
    else:
        box = "box(point(west, south), point(east, north))"
        op.execute(f"create index ix_features_extent on features using gist ({box})")
