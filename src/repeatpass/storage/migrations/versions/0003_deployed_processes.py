"""Deployed processes and callbacks, and how executions were asked for"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "executions",
        sa.Column("run", sa.String(length=40), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("response", sa.String(length=20), nullable=False),
        sa.Column("outputs", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_executions_run_runs")),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_executions")),
    )
    op.create_index(op.f("ix_executions_process"), "executions", ["process"])
