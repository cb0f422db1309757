"""Events as they are kept: the tables, the records, and writing one in the transaction of a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repeatpass.core.times import now
from repeatpass.storage.schema import Moment, metadata

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False, index=True),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sqlite_autoincrement=True,
)

listeners = sa.Table(
    "listeners",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
)

poisoned = sa.Table(
    "poisoned_events",
    metadata,
    sa.Column("listener", sa.String(80), primary_key=True),
    sa.Column("event", sa.Integer, primary_key=True),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
)

EVENTS_LOCK = 7_201_977  # any number of our own


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One piece of news: *name* (``run.succeeded``) happened to *subject* (the run's id)."""

    id: int
    name: str
    subject: str
    body: Mapping[str, Any]
    created: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PoisonedEvent:
    """An event that a listener could not take, set aside with the reason."""

    listener: str
    event: Event
    error: str  # the whole traceback

    @property
    def reason(self) -> str:
        """The error in one line."""
        return self.error.strip().splitlines()[-1]


def record(connection: sa.Connection, name: str, subject: str, /, **body: Any) -> None:
    """Write an event in the transaction of *connection*."""
    if connection.dialect.name == "postgresql":
        # Ids must become visible in their order, or a cursor could step over one that commits late.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(EVENTS_LOCK)))
    connection.execute(events.insert().values(name=name, subject=subject, body=body, created=now()))
