"""The index that searches over items use"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_index",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("collection", sa.String(length=80), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("time", sa.DateTime(), nullable=True),
        sa.Column("start", sa.DateTime(), nullable=True),
        sa.Column("end", sa.DateTime(), nullable=True),
        sa.Column("lasts", sa.Float(), nullable=True),
        sa.Column("west", sa.Float(), nullable=True),
        sa.Column("south", sa.Float(), nullable=True),
        sa.Column("east", sa.Float(), nullable=True),
        sa.Column("north", sa.Float(), nullable=True),
        sa.Column("boxed", sa.Boolean(), nullable=False),
        sa.Column("geometry", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_item_index")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_item_index_item", "item_index", ["collection", "item"], unique=True)
    op.create_index("ix_item_index_id", "item_index", ["item"])
    op.create_index("ix_item_index_lasts", "item_index", ["lasts"])
    op.create_index("ix_item_index_time", "item_index", ["time", "collection", "item"])
    op.create_index("ix_item_index_collection_time", "item_index", ["collection", "time", "item"])
    if op.get_bind().dialect.name == "sqlite":
        columns = "number, west, east, south, north, first, last"
        op.execute(f"create virtual table item_extents using rtree({columns})")
    else:
        box = "box(point(west, south), point(east, north))"
        op.execute(f"create index ix_item_index_extent on item_index using gist ({box})")
