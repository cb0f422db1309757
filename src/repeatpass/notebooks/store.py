"""The tables of the shelf."""

import sqlalchemy as sa

from repeatpass.storage.schema import Moment, metadata

notebooks = sa.Table(
    "notebooks",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("curated", sa.Boolean, nullable=False),
    sa.Column("latest", sa.String(64), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("withdrawn", Moment),
)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("notebook", sa.String(80), sa.ForeignKey("notebooks.id"), primary_key=True),
    sa.Column("revision", sa.String(64), primary_key=True),
    sa.Column("file", sa.String(80), nullable=False),
    sa.Column("about", sa.JSON, nullable=False),
    sa.Column("schema", sa.JSON, nullable=False),
    sa.Column("environment", sa.String(80), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("author", sa.String(80), nullable=False),
)

environments = sa.Table(
    "environments",
    metadata,
    sa.Column("digest", sa.String(80), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("lock", sa.String(80), nullable=False),  # checksum of the lock in the file area
    sa.Column("python", sa.String(40), nullable=False),
    sa.Column("prefix", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
)
