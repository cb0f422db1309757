"""How a run was asked for through a standard: as which process, and how its results are to be answered."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import sqlalchemy as sa

from repeatpass.storage.schema import metadata

executions = sa.Table(
    "executions",
    metadata,
    sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("process", sa.String(200), nullable=False, index=True),
    sa.Column("response", sa.String(20), nullable=False),
    sa.Column("outputs", sa.JSON),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a client asked for besides the inputs; runs that were begun in other ways have none."""

    run: str
    process: str
    response: str = "document"  # document | raw
    outputs: Mapping[str, Any] | None = None  # by name, as it was sent; None: every output


def keep_asked(connection: sa.Connection, asked: Asked) -> None:
    """Remember *asked*, in the transaction that queues its run."""
    connection.execute(executions.insert().values(**asdict(asked)))


def asked_of(connection: sa.Connection, runs: Collection[str]) -> dict[str, Asked]:
    """Return by run what was asked, for those of *runs* that came through a standard."""
    names = [field.name for field in fields(Asked)]
    query = sa.select(*(executions.c[name] for name in names)).where(executions.c.run.in_(runs))
    return {row["run"]: Asked(**row) for row in connection.execute(query).mappings()}
