"""Who may see a collection"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    public = sa.Column("visibility", sa.String(length=20), server_default=sa.text("'public'"), nullable=False)
    op.add_column("collections", public)
    op.add_column("collections", sa.Column("offered", sa.DateTime(), nullable=True))
    op.add_column("collections", sa.Column("withdrawn", sa.DateTime(), nullable=True))
    reason = sa.Column("withdrawn_reason", sa.Text(), server_default=sa.text("''"), nullable=False)
    op.add_column("collections", reason)
    for name in ("updated", "visibility", "withdrawn"):
        op.create_index(f"ix_collections_{name}", "collections", [name])
    op.create_table(
        "collection_viewers",
        sa.Column("collection", sa.String(length=80), nullable=False),
        sa.Column("user", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection"], ["collections.id"], name=op.f("fk_collection_viewers_collection_collections")
        ),
        sa.PrimaryKeyConstraint("collection", "user", name=op.f("pk_collection_viewers")),
    )
    op.create_index(op.f("ix_collection_viewers_user"), "collection_viewers", ["user"])
