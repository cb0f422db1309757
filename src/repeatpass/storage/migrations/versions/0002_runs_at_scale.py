"""What a run needs at scale: its flavour, how its limits were held, its batch, its place in the queue"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("flavour", sa.String(length=40), nullable=False, server_default=sa.text("''")))
    op.add_column("runs", sa.Column("isolation", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("runs", sa.Column("batch", sa.String(length=40), nullable=False, server_default=sa.text("''")))
    op.add_column("runs", sa.Column("fingerprint", sa.String(length=80), nullable=False, server_default=sa.text("''")))
    op.add_column("runs", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_runs_batch"), "runs", ["batch"])
    op.create_index(op.f("ix_runs_fingerprint"), "runs", ["fingerprint"])
