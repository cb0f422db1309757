"""The tables of the catalog."""

import sqlalchemy as sa

from repeatpass.access.teams import teams
from repeatpass.storage.schema import Moment, metadata

collections = sa.Table(
    "collections",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False, index=True),
    sa.Column("visibility", sa.String(20), nullable=False, server_default=sa.text("'public'"), index=True),
    sa.Column("offered", Moment),  # since when it waits for an editor to make it public
    sa.Column("withdrawn", Moment, index=True),  # its owner took it back; what passports rest on is kept
    sa.Column("withdrawn_reason", sa.Text, nullable=False, server_default=sa.text("''")),
)

# With whom the owner of a shared collection shares it.
viewers = sa.Table(
    "collection_viewers",
    metadata,
    sa.Column("collection", sa.String(80), sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("user", sa.String(80), primary_key=True, index=True),
)

# With which teams it is shared: with whoever is a member at the moment of looking.
team_viewers = sa.Table(
    "collection_teams",
    metadata,
    sa.Column("collection", sa.String(80), sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("team", sa.String(80), sa.ForeignKey(teams.c.id), primary_key=True, index=True),
)

items = sa.Table(
    "items",
    metadata,
    sa.Column("collection", sa.String(80), sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("id", sa.String(200), primary_key=True),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("start", Moment),
    sa.Column("end", Moment),
)

# Every asset that a version of a collection ever had: a passport may rest on it after a newer version came.
assets = sa.Table(
    "assets",
    metadata,
    sa.Column("collection", sa.String(80), sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("version", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(200), primary_key=True),  # "" for an asset of the collection
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("href", sa.Text, nullable=False),
    sa.Column("media_type", sa.String(200), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("checksum", sa.String(80), nullable=False, index=True),
)
