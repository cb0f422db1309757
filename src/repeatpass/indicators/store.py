"""The tables of the indicators. Values are only ever inserted, never changed or removed."""

import sqlalchemy as sa

from repeatpass.storage.schema import Moment, metadata

indicators = sa.Table(
    "indicators",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("definition", sa.JSON, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
)

definitions = sa.Table(  # every state that a definition was ever in
    "indicator_definitions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("indicator", sa.String(80), sa.ForeignKey("indicators.id"), nullable=False, index=True),
    sa.Column("definition", sa.JSON, nullable=False),
    sa.Column("author", sa.String(80), nullable=False),
    sa.Column("created", Moment, nullable=False),
)

values = sa.Table(
    "indicator_values",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("indicator", sa.String(80), sa.ForeignKey("indicators.id"), nullable=False),
    sa.Column("place", sa.String(80), nullable=False),
    sa.Column("time", Moment, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("value", sa.Float(53)),
    sa.Column("lower", sa.Float(53)),
    sa.Column("upper", sa.Float(53)),
    sa.Column("reference", sa.Float(53)),
    sa.Column("flag", sa.String(80), nullable=False),
    sa.Column("run", sa.String(40), nullable=False, index=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.UniqueConstraint("indicator", "place", "time", "revision"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("run", sa.String(40), primary_key=True),
    sa.Column("indicator", sa.String(80), sa.ForeignKey("indicators.id"), nullable=False, index=True),
    sa.Column("created", Moment, nullable=False),
    sa.Column("released", sa.Integer, nullable=False),
    sa.Column("unchanged", sa.Integer, nullable=False),
    sa.Column("held", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)


def alone(connection: sa.Connection, indicator: str) -> None:
    """Hold an indicator until the transaction ends: revisions are counted by one writer after the other.

    SQLite has one writer anyway.
    """
    connection.execute(sa.select(indicators.c.id).where(indicators.c.id == indicator).with_for_update())
