"""Whom a run tells when its state changes (the ``subscriber`` of OGC API – Processes 1.0, 18-062r2, 7.14)."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from repeatpass.storage.database import Database
from repeatpass.storage.schema import metadata

run_callbacks = sa.Table(
    "run_callbacks",
    metadata,
    sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("success", sa.Text, nullable=False),
    sa.Column("in_progress", sa.Text, nullable=False),
    sa.Column("failed", sa.Text, nullable=False),
    sa.Column("base", sa.Text, nullable=False),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Callbacks:
    """The addresses that one run tells; empty ones are not told."""

    success: str = ""  # gets the results
    in_progress: str = ""  # gets the status when the run begins
    failed: str = ""  # gets the status of a run that failed, crashed or was dismissed
    base: str = ""  # address of this house as the asker knows it, for links in what is sent


def keep_callbacks(connection: sa.Connection, run: str, callbacks: Callbacks) -> None:
    """Keep whom *run* tells, in the transaction that queues it."""
    connection.execute(run_callbacks.insert().values(run=run, **asdict(callbacks)))


def callbacks_of(database: Database, run: str) -> Callbacks | None:
    """Return whom *run* tells; None if nobody."""
    query = sa.select(run_callbacks).where(run_callbacks.c.run == run)
    with database.read() as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else Callbacks(**{name: row[name] for name in row if name != "run"})


def tells_of_beginning(connection: sa.Connection, run: str) -> bool:
    """Say whether somebody wants to know that *run* has begun."""
    query = sa.select(run_callbacks.c.run).where(run_callbacks.c.run == run, run_callbacks.c.in_progress != "")
    return connection.execute(query).first() is not None
