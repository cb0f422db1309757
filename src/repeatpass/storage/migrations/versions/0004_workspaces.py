"""Workspaces: secrets, quotas, retention; the queue by priority and by memory"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _workspaces()
    _runs()
    # What older runs left is counted, too; the sizes of their logs and executed notebooks are not written down.
    op.execute(
        "insert into kept_files (owner, checksum, size, uses) select runs.actor, run_outputs.checksum, "
        "max(run_outputs.size), count(distinct runs.id) from run_outputs join runs on runs.id = run_outputs.run "
        "group by runs.actor, run_outputs.checksum"
    )
    op.execute("insert into kept_totals (owner, bytes) select owner, sum(size) from kept_files group by owner")


def _workspaces() -> None:
    op.create_table(
        "secrets",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("updated", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name=op.f("pk_secrets")),
    )
    op.create_table(
        "quotas",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("kept_bytes", sa.BigInteger(), nullable=True),
        sa.Column("running", sa.Integer(), nullable=True),
        sa.Column("queued", sa.Integer(), nullable=True),
        sa.Column("cpu_s", sa.Float(53), nullable=True),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_quotas")),
    )
    op.create_table(
        "kept_files",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("checksum", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "checksum", name=op.f("pk_kept_files")),
    )
    op.create_table(
        "kept_totals",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_kept_totals")),
    )


def _runs() -> None:
    op.add_column("runs", sa.Column("memory_bytes", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("cpu_s", sa.Float(53), nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("kept_until", sa.DateTime(), nullable=True))
    op.add_column("runs", sa.Column("kept_by", sa.String(length=80), nullable=False, server_default=sa.text("''")))
    op.add_column("runs", sa.Column("deleted", sa.DateTime(), nullable=True))
    op.add_column("runs", sa.Column("deleted_by", sa.String(length=80), nullable=False, server_default=sa.text("''")))
    op.create_index(op.f("ix_runs_state_priority_created"), "runs", ["state", "priority", "created"])
    op.create_index(op.f("ix_runs_actor_state"), "runs", ["actor", "state"])
    op.create_index(op.f("ix_runs_actor_finished_cpu_s"), "runs", ["actor", "finished", "cpu_s"])
    op.create_index(op.f("ix_runs_kept_until"), "runs", ["kept_until"])
