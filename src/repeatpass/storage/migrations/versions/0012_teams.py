"""Teams, and collections that are shared with them"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.create_table(
        "team_members",
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("user", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team"], ["teams.id"], name=op.f("fk_team_members_team_teams")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_team_members_user_users")),
        sa.PrimaryKeyConstraint("team", "user", name=op.f("pk_team_members")),
    )
    op.create_index(op.f("ix_team_members_user"), "team_members", ["user"])
    op.create_table(
        "collection_teams",
        sa.Column("collection", sa.String(length=80), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection"], ["collections.id"], name=op.f("fk_collection_teams_collection_collections")
        ),
        sa.ForeignKeyConstraint(["team"], ["teams.id"], name=op.f("fk_collection_teams_team_teams")),
        sa.PrimaryKeyConstraint("collection", "team", name=op.f("pk_collection_teams")),
    )
    op.create_index(op.f("ix_collection_teams_team"), "collection_teams", ["team"])
