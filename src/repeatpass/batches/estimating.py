"""What a batch will cost, learned from measured runs of its notebook."""

import math
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from repeatpass.batches.records import Estimate, Spread
from repeatpass.notebooks.records import Revision
from repeatpass.runs.records import State
from repeatpass.runs.store import run_outputs, runs
from repeatpass.storage.database import Database

LATEST = 200  # runs that are learned from
FEW = 3  # with fewer of the same revision, other revisions count, too


def estimate(database: Database, revision: Revision, to_do: int, lanes: int) -> Estimate:
    """Return what *to_do* parts will take with *lanes* at the same time; says so where nothing was measured."""
    measured, which = _measured(database, revision)
    if not measured:
        words = f"No run of {revision.notebook} was measured yet; run one part by itself to learn what it costs."
        return Estimate(measured=0, lanes=lanes, sentence=words if to_do else "Nothing is to be done.")
    cpu, wall = (_spread([float(usage[name]) for usage, _ in measured]) for name in ("cpu_s", "wall_s"))
    rounds = math.ceil(to_do / lanes) if lanes else 0
    return Estimate(
        measured=len(measured),
        lanes=lanes,
        sentence=_sentence(len(measured), which, to_do),
        cpu_s=_sum(cpu, to_do),
        wall_s=_sum(wall, rounds),
        bytes=_mean([size for _, size in measured]) * to_do,
        peak_bytes=max(float(usage["peak_rss_bytes"]) for usage, _ in measured),
    )


def _sentence(count: int, which: str, to_do: int) -> str:
    runs_ = f"{count} measured {'run' if count == 1 else 'runs'}"
    few = " Few runs: take it as a guess." if count < FEW else ""
    return f"Learned from {runs_} of {which}.{few}" if to_do else "Nothing is to be done: every part was done already."


def _measured(database: Database, revision: Revision) -> tuple[Sequence[tuple[Any, float]], str]:
    same = _query(database, runs.c.revision == revision.revision)
    if len(same) >= FEW:
        return same, "this revision"
    any_ = _query(database, runs.c.notebook == revision.notebook)
    return any_, "this revision" if len(any_) == len(same) else "this notebook, other revisions among them"


def _query(database: Database, where: sa.ColumnElement[bool]) -> list[tuple[Any, float]]:
    latest = sa.select(runs.c.id, runs.c.usage).where(where, runs.c.state == State.SUCCEEDED)
    chosen = latest.order_by(runs.c.created.desc()).limit(LATEST).subquery()
    size = sa.select(sa.func.coalesce(sa.func.sum(run_outputs.c.size), 0)).where(run_outputs.c.run == chosen.c.id)
    with database.read() as connection:
        rows = connection.execute(sa.select(chosen.c.usage, size.scalar_subquery())).all()
    return [(usage, float(bytes_)) for usage, bytes_ in rows if usage]


def _spread(values: list[float]) -> Spread:
    ordered = sorted(values)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    return Spread(low=at(0.05), middle=_mean(ordered), high=at(0.95))


def _sum(one: Spread, count: int) -> Spread:
    """The sum of *count* such numbers: its middle is sure, its range narrows with the square root of the count."""
    narrowing = 1 / math.sqrt(max(count, 1))
    low = one.middle - (one.middle - one.low) * narrowing
    high = one.middle + (one.high - one.middle) * narrowing
    return Spread(low=low, middle=one.middle, high=high) * count


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
