"""The tables of the batches, and how a row becomes a record."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa

from repeatpass.batches.records import Area, Batch, BatchState, Estimate, Part, PartState, Specification, Spread
from repeatpass.runs.records import Legs
from repeatpass.storage.schema import Moment, metadata

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("actor", sa.String(80), nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("specification", sa.JSON, nullable=False),
    sa.Column("notebook", sa.String(200), nullable=False, index=True),
    sa.Column("legs", sa.JSON, nullable=False),
    sa.Column("parts", sa.Integer, nullable=False),
    sa.Column("estimate", sa.JSON, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("resumed", Moment, nullable=False),
    sa.Column("finished", Moment),
    sa.Column("message", sa.Text, nullable=False),
)

areas = sa.Table(
    "batch_areas",
    metadata,
    sa.Column("batch", sa.String(40), sa.ForeignKey("batches.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("geometry", sa.JSON, nullable=False),
)

parts = sa.Table(
    "batch_parts",
    metadata,
    sa.Column("batch", sa.String(40), sa.ForeignKey("batches.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("area", sa.Integer),
    sa.Column("time", sa.String(80), nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("fingerprint", sa.String(80), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("run", sa.String(40), nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("crashes", sa.Integer, nullable=False),
    sa.Column("not_before", Moment),
    sa.Column("finished", Moment),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("ix_batch_parts_batch_state_number", "batch", "state", "number"),
)

PART = [field.name for field in fields(Part)]
BATCH = [field.name for field in fields(Batch)]


def batch_row(batch: Batch) -> dict[str, Any]:
    """Return the row that keeps *batch*."""
    row = {name: getattr(batch, name) for name in BATCH}
    row |= {"specification": dict(batch.specification.body), "legs": asdict(batch.legs)}
    return row | {"estimate": asdict(batch.estimate)}


def batch_of(row: Mapping[Any, Any]) -> Batch:
    """Return the batch that *row* keeps."""
    known = {name: row[name] for name in BATCH}
    known |= {"state": BatchState(row["state"]), "specification": Specification(body=row["specification"])}
    return Batch(**known | {"legs": Legs(**row["legs"]), "estimate": _estimate(row["estimate"])})


def _estimate(kept: Mapping[str, Any]) -> Estimate:
    spreads = {name: Spread(**kept[name]) if kept[name] else None for name in ("cpu_s", "wall_s")}
    return Estimate(**{**kept, **spreads})


def part_row(part: Part) -> dict[str, Any]:
    """Return the row that keeps *part*."""
    row = {name: getattr(part, name) for name in PART}
    return row | {"parameters": dict(part.parameters)}


def part_of(row: Mapping[Any, Any]) -> Part:
    """Return the part that *row* keeps."""
    known = {name: row[name] for name in PART}
    return Part(**known | {"state": PartState(row["state"])})


def area_row(batch: str, area: Area) -> dict[str, Any]:
    """Return the row that keeps an area of *batch*."""
    return {"batch": batch} | asdict(area)


def area_of(row: Mapping[Any, Any]) -> Area:
    """Return the area that *row* keeps."""
    return Area(**{field.name: row[field.name] for field in fields(Area)})
