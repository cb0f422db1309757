"""The tables of the runs, and how a row becomes a record."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

import sqlalchemy as sa

from repeatpass.runs.execution import Failure, Usage
from repeatpass.runs.records import Legs, Purpose, Run, RunInput, RunOutput, State, UnrecordedRead
from repeatpass.storage.schema import Moment, metadata

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("notebook", sa.String(200), nullable=False, index=True),
    sa.Column("revision", sa.String(64), nullable=False),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("environment", sa.String(80), nullable=False),
    sa.Column("environment_name", sa.String(80), nullable=False),
    sa.Column("kit", sa.String(80), nullable=False),
    sa.Column("context", sa.String(80), nullable=False),
    sa.Column("machine", sa.Text, nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("workspace", sa.String(80), nullable=False),
    sa.Column("actor", sa.String(80), nullable=False),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False, index=True),
    sa.Column("limits", sa.JSON, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("worker", sa.String(80), nullable=False),
    sa.Column("ticket", sa.Text, nullable=False),
    sa.Column("started", Moment),
    sa.Column("finished", Moment),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("failure", sa.JSON),
    sa.Column("usage", sa.JSON),
    sa.Column("limits_by", sa.String(40), nullable=False),
    sa.Column("log", sa.String(80), nullable=False),
    sa.Column("executed", sa.String(80), nullable=False),
    sa.Column("flavour", sa.String(40), nullable=False, server_default=sa.text("''")),
    sa.Column("isolation", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("batch", sa.String(40), nullable=False, server_default=sa.text("''"), index=True),
    sa.Column("fingerprint", sa.String(80), nullable=False, server_default=sa.text("''"), index=True),
    sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
    sa.Column("memory_bytes", sa.BigInteger, nullable=False, server_default="0"),  # of the limits, for the queue
    sa.Column("cpu_s", sa.Float(53), nullable=False, server_default="0"),  # of the usage, for the quotas
    sa.Column("kept_until", Moment, index=True),
    sa.Column("kept_by", sa.String(80), nullable=False, server_default=sa.text("''")),
    sa.Column("deleted", Moment),
    sa.Column("deleted_by", sa.String(80), nullable=False, server_default=sa.text("''")),
    sa.Column("closed", sa.Boolean, nullable=False, server_default=sa.false(), index=True),
    sa.Index("ix_runs_state_created", "state", "created"),
    sa.Index("ix_runs_state_priority_created", "state", "priority", "created"),
    sa.Index("ix_runs_actor_state", "actor", "state"),
    sa.Index("ix_runs_actor_finished_cpu_s", "actor", "finished", "cpu_s"),
)

run_outputs = sa.Table(
    "run_outputs",
    metadata,
    sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("path", sa.String(400), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("media_type", sa.String(200), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("unit", sa.String(80), nullable=False),
    sa.Column("cell", sa.Integer),
    sa.Column("checksum", sa.String(80), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
)

run_inputs = sa.Table(
    "run_inputs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("collection", sa.String(80), nullable=False, index=True),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("item", sa.String(200), nullable=False),
    sa.Column("asset", sa.String(80), nullable=False),
    sa.Column("href", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("checksum", sa.String(80), nullable=False, index=True),
    sa.Column("media_type", sa.String(200), nullable=False),
    sa.Column("cell", sa.Integer),
)

run_unrecorded = sa.Table(
    "run_unrecorded",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("cell", sa.Integer),
)

T = TypeVar("T", RunOutput, RunInput, UnrecordedRead)

LEGS = [field.name for field in fields(Legs)]
RUN = [field.name for field in fields(Run) if field.name != "legs"]


def run_row(run: Run) -> dict[str, Any]:
    """Return the row that keeps *run*."""
    row = {name: getattr(run, name) for name in RUN} | asdict(run.legs)
    row["failure"] = asdict(run.failure) if run.failure else None
    row["usage"] = asdict(run.usage) if run.usage else None
    row |= {"memory_bytes": run.limits.get("memory_bytes", 0), "cpu_s": run.usage.cpu_s if run.usage else 0.0}
    return row | {"parameters": dict(run.parameters), "limits": dict(run.limits)}


def run_of(row: Mapping[Any, Any]) -> Run:
    """Return the run that *row* keeps."""
    known = {name: row[name] for name in RUN}
    known["state"], known["purpose"] = State(row["state"]), Purpose(row["purpose"])
    known["failure"] = _failure(row["failure"]) if row["failure"] else None
    known["usage"] = Usage(**row["usage"]) if row["usage"] else None
    return Run(legs=Legs(**{name: row[name] for name in LEGS}), **known)


def _failure(kept: Mapping[str, Any]) -> Failure:
    return Failure(**{**kept, "traceback": tuple(kept["traceback"])})


def parts_of(connection: sa.Connection, table: sa.Table, record: type[T], run: str) -> list[T]:
    """Return the rows of *table* that belong to *run*, as records, in the order they came."""
    names = [field.name for field in fields(record)]
    order = table.c.id if "id" in table.c else table.c.path
    query = sa.select(*(table.c[name] for name in names)).where(table.c.run == run).order_by(order)
    return [record(**row) for row in connection.execute(query).mappings()]
