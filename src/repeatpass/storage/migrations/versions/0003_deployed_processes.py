"""Withdrawn notebooks; how executions were asked for, whom they tell, what is copied; the outbox of notices"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notebooks", sa.Column("withdrawn", sa.DateTime(), nullable=True))
    _executions()
    _notices()
    _what_follows_runs()


def _executions() -> None:
    op.create_table(
        "executions",
        sa.Column("run", sa.String(length=40), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.Column("response", sa.String(length=20), nullable=False),
        sa.Column("outputs", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_executions_run")),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_executions")),
    )
    op.create_index(op.f("ix_executions_process"), "executions", ["process"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("finished", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
    )
    op.create_index(op.f("ix_notices_subject"), "notices", ["subject"])
    op.create_index(op.f("ix_notices_next_try"), "notices", ["next_try"])
    op.create_table(
        "notice_tries",
        sa.Column("notice", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["notice"], ["notices.id"], name=op.f("fk_notice_tries_notice")),
        sa.PrimaryKeyConstraint("notice", "number", name=op.f("pk_notice_tries")),
    )


def _what_follows_runs() -> None:
    op.create_table(
        "run_callbacks",
        sa.Column("run", sa.String(length=40), nullable=False),
        sa.Column("success", sa.Text(), nullable=False),
        sa.Column("in_progress", sa.Text(), nullable=False),
        sa.Column("failed", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_run_callbacks_run")),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_run_callbacks")),
    )
    op.create_table(
        "run_copies",
        sa.Column("run", sa.String(length=40), nullable=False),
        sa.Column("workspace", sa.String(length=80), nullable=False),
        sa.Column("notebook", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_run_copies_run")),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_run_copies")),
    )
