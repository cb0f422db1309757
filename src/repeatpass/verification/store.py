"""The table of repeats: the history of every verdict."""

import sqlalchemy as sa

from repeatpass.storage.schema import Moment, metadata

repeats = sa.Table(
    "repeats",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("original", sa.String(40), nullable=False, index=True),
    sa.Column("runs", sa.JSON, nullable=False),  # the repeat and, where it differed, its confirmations
    sa.Column("actor", sa.String(80), nullable=False),
    sa.Column("swapped", sa.JSON, nullable=False),  # leg -> what it was swapped for
    sa.Column("created", Moment, nullable=False),
    sa.Column("finished", Moment),
    sa.Column("verdict", sa.String(40), nullable=False),  # empty while it is under way
    sa.Column("cause", sa.String(40), nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("comparison", sa.JSON),
    sa.Column("full_seal", sa.Boolean, nullable=False),
)
