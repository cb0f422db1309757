"""The tables of the schedules, and how a row becomes a record."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from repeatpass.indicators.timing import Source, Timing
from repeatpass.schedules.records import Kind, PlannedRun, Schedule, Tick, TickState
from repeatpass.storage.schema import Moment, metadata

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("id", sa.String(100), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("timing", sa.JSON, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("paused", sa.Boolean, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("due", Moment),
    sa.Column("wanted", sa.Text, nullable=False),
    sa.Column("checked", sa.String(80), nullable=False),
)

ticks = sa.Table(
    "schedule_ticks",
    metadata,
    sa.Column("id", sa.String(160), primary_key=True),
    sa.Column("schedule", sa.String(100), nullable=False, index=True),  # it may be gone, its history is not
    sa.Column("due", Moment, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("began", Moment, nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("runs", sa.JSON, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("ended", Moment),
    sa.Column("tries", sa.Integer, nullable=False),
)

leases = sa.Table(  # which server does what only one of several may
    "leases",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("holder", sa.String(80), nullable=False),
    sa.Column("until", Moment, nullable=False),
)

sources = sa.Table(  # data elsewhere that are looked at now and then
    "sources",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("collection", sa.Text, nullable=False),
    sa.Column("every", sa.String(40), nullable=False),
    sa.Column("etag", sa.Text, nullable=False),
    sa.Column("modified", sa.Text, nullable=False),
    sa.Column("content", sa.String(80), nullable=False),  # digest of what was there at the last look that succeeded
    sa.Column("looked", Moment),
    sa.Column("changed", Moment),
    sa.Column("next_look", Moment, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("indicator", sa.String(80), nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("sentence", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False, index=True),
    sa.Column("newest", Moment),  # time of the newest value then
    sa.Column("email", sa.Text, nullable=False),  # to whom; empty: no letter
    sa.Column("mailed", Moment),
    sa.Column("next_try", Moment, index=True),  # of the letter; None: nothing more is tried
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
)


def schedule_row(schedule: Schedule) -> dict[str, Any]:
    """Return the row that keeps *schedule*."""
    row = {name: getattr(schedule, name) for name in schedules.c.keys()}
    return row | {"timing": _plain(asdict(schedule.timing)), "parameters": dict(schedule.parameters)}


def schedule_of(row: Mapping[Any, Any]) -> Schedule:
    """Return the schedule that *row* keeps."""
    given = dict(row["timing"])
    given["sources"] = tuple(Source(**source) for source in given.get("sources", ()))
    given["collections"] = tuple(given.get("collections", ()))
    return Schedule(**{**row, "kind": Kind(row["kind"]), "timing": Timing(**given)})


def tick_row(tick: Tick) -> dict[str, Any]:
    """Return the row that keeps *tick*."""
    row = {name: getattr(tick, name) for name in ticks.c.keys()}
    return row | {"runs": [_plain(asdict(run)) for run in tick.runs]}


def tick_of(row: Mapping[Any, Any]) -> Tick:
    """Return the tick that *row* keeps."""
    runs = tuple(PlannedRun(**run) for run in row["runs"])
    return Tick(**{**row, "state": TickState(row["state"]), "runs": runs})


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {name: list(each) if isinstance(each, tuple) else each for name, each in value.items()}
