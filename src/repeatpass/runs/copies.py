"""What a run leaves, copied into its workspace under names that were asked for.

The earlier platform put the executed notebook and the results into the workspace (``output_filename``,
``output_dirname``, ``result_data_directory``). Here they are kept in the file area in any case; these are copies.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import sqlalchemy as sa

from repeatpass.storage.database import Database
from repeatpass.storage.schema import metadata

run_copies = sa.Table(
    "run_copies",
    metadata,
    sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("workspace", sa.String(80), nullable=False),
    sa.Column("notebook", sa.Text, nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("files", sa.JSON, nullable=False),
)


class CopyState(StrEnum):
    """How the copies of one run stand."""

    WAITING = "waiting"  # for the run's end
    COPIED = "copied"
    NOT_COPIED = "not copied"  # not all of it; the message says why


@dataclass(frozen=True, kw_only=True, slots=True)
class Copies:
    """Where copies of what a run leaves are wanted, as paths inside of *workspace*."""

    run: str
    workspace: str
    notebook: str = ""  # for the executed notebook; empty: none is wanted
    folder: str = ""  # for the outputs; empty: none are wanted
    state: CopyState = CopyState.WAITING
    message: str = ""
    files: Sequence[str] = ()  # what was copied


def keep_copies(connection: sa.Connection, copies: Copies) -> None:
    """Remember that *copies* are wanted, in the transaction that queues the run."""
    connection.execute(run_copies.insert().values(**asdict(copies) | {"files": list(copies.files)}))


def copies_of(database: Database, run: str) -> Copies | None:
    """Return what is copied of *run*; None if nothing was asked for."""
    query = sa.select(run_copies).where(run_copies.c.run == run)
    with database.read() as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else Copies(**{**row, "state": CopyState(row["state"])})


def end_copies(database: Database, copies: Copies) -> None:
    """Keep how *copies* ended."""
    kept = {"state": copies.state, "message": copies.message, "files": list(copies.files)}
    with database.write() as connection:
        connection.execute(run_copies.update().where(run_copies.c.run == copies.run).values(**kept))
