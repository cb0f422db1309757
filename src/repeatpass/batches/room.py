"""The memory of the batches. Changes of state happen here and nowhere else; the database is the truth."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.batches.records import (
    Area,
    Batch,
    BatchState,
    BatchWrongState,
    Part,
    PartState,
    Plan,
    Standing,
    Trouble,
    whole,
)
from repeatpass.batches.seeing import batch_seen_by
from repeatpass.batches.store import area_of, area_row, areas, batch_of, batch_row, batches, part_of, part_row, parts
from repeatpass.core.errors import NotFound
from repeatpass.core.ids import new_id
from repeatpass.core.times import now
from repeatpass.runs.store import runs
from repeatpass.storage import events
from repeatpass.storage.database import Database

log = logging.getLogger(__name__)
CHUNK = 1000  # rows in one statement
RECENT = 60  # parts whose pace is taken for that of the rest
TROUBLES = 20
OPEN = (BatchState.RUNNING, BatchState.PAUSED)
TO_DO = (PartState.WAITING, PartState.RUNNING)


class Batches:
    """Every batch of the house, with its parts."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.viewer: Actor | None = None
        self.when_changed: Callable[[], None] = lambda: None  # the assembly wakes the coordinator with it

    def as_seen_by(self, viewer: Actor) -> Self:
        """Return the same batches as far as *viewer* may see them; see `seeing`."""
        seen = copy(self)
        seen.viewer = viewer
        return seen

    # beginning ---------------------------------------------------------------------------------------------

    def start(self, actor: Actor, plan: Plan) -> Batch:
        """Begin what was planned; raise Forbidden if *actor* may not run."""
        actor.require(Right.RUN)
        moment, id = now(), new_id()
        batch = Batch(
            id=id,
            name=plan.name,
            actor=actor.id,
            state=BatchState.RUNNING,
            specification=plan.specification,
            notebook=plan.revision.notebook,
            legs=plan.legs,
            parts=plan.total,
            estimate=plan.estimate,
            created=moment,
            resumed=moment,
        )
        with self.database.write() as connection:
            connection.execute(batches.insert().values(**batch_row(batch)))
            _insert(connection, areas, [area_row(id, area) for area in plan.areas])
            _insert(connection, parts, [part_row(_begun(part, id, plan)) for part in plan.parts])
            events.record(connection, "batch.started", id, parts=plan.total, by=actor.id)
        log.info("Batch %s of %s parts is begun", id, plan.total, extra={"batch": id})
        self.when_changed()
        return batch

    # asking ------------------------------------------------------------------------------------------------

    def batch(self, id: str) -> Batch:
        """Return one batch; raise NotFound if there is none that the viewer may see."""
        query = sa.select(batches).where(batches.c.id == id, batch_seen_by(self.viewer))
        with self.database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFound(f"There is no batch {id}.", batch=id)
        return batch_of(row)

    def page(self, *, limit: int = 50, offset: int = 0) -> tuple[list[Batch], int]:
        """Return a page of batches, newest first, and how many there are."""
        seen = batch_seen_by(self.viewer)
        query = sa.select(batches).where(seen).order_by(batches.c.created.desc(), batches.c.id.desc())
        with self.database.read() as connection:
            total = connection.execute(sa.select(sa.func.count()).select_from(batches).where(seen)).scalar_one()
            rows = connection.execute(query.limit(limit).offset(offset)).mappings().all()
        return [batch_of(row) for row in rows], total

    def parts(
        self, id: str, *, states: Sequence[PartState] = (), area: int | None = None, limit: int = -1, offset: int = 0
    ) -> list[Part]:
        """Return parts of a batch in their order, all of them unless *limit* is given."""
        query = sa.select(parts).where(parts.c.batch == id).order_by(parts.c.number)
        query = query.where(parts.c.state.in_(states)) if states else query
        query = query.where(parts.c.area == area) if area is not None else query
        query = query.limit(limit).offset(offset) if limit >= 0 else query
        with self.database.read() as connection:
            return [part_of(row) for row in connection.execute(query).mappings()]

    def part(self, id: str, number: int) -> Part:
        """Return one part; raise NotFound if there is none."""
        query = sa.select(parts).where(parts.c.batch == id, parts.c.number == number)
        with self.database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFound(f"Batch {id} has no part {number}.", batch=id, part=number)
        return part_of(row)

    def areas(self, id: str) -> list[Area]:
        """Return the areas of a batch in their order."""
        query = sa.select(areas).where(areas.c.batch == id).order_by(areas.c.number)
        with self.database.read() as connection:
            return [area_of(row) for row in connection.execute(query).mappings()]

    def parameters(self, id: str, some: Sequence[Part]) -> list[dict[str, Any]]:
        """Return all parameters of *some* parts of a batch, those of their areas included."""
        batch = self.batch(id)
        numbers = {part.area for part in some if part.area is not None}
        query = sa.select(areas).where(areas.c.batch == id, areas.c.number.in_(numbers))
        with self.database.read() as connection:
            found = {row["number"]: area_of(row) for row in connection.execute(query).mappings()}
        name = str(batch.specification.body.get("areas", {}).get("parameter", ""))
        return [whole(part, name, found.get(part.area if part.area is not None else -1)) for part in some]

    def runs(self, id: str) -> dict[int, str]:
        """Return by part the run that did it: its own or the earlier one that stands for it."""
        done = parts.c.state.in_((PartState.DONE, PartState.REUSED))
        query = sa.select(parts.c.number, parts.c.run).where(parts.c.batch == id, done).order_by(parts.c.number)
        with self.database.read() as connection:
            return {row.number: row.run for row in connection.execute(query)}

    def counts(self, ids: Sequence[str]) -> dict[str, Counter[PartState]]:
        """Return how many parts of each batch are in each state."""
        query = sa.select(parts.c.batch, parts.c.state, sa.func.count()).where(parts.c.batch.in_(ids))
        found: dict[str, Counter[PartState]] = {id: Counter() for id in ids}
        with self.database.read() as connection:
            for batch, state, count in connection.execute(query.group_by(parts.c.batch, parts.c.state)):
                found[batch][PartState(state)] = count
        return found

    def standing(self, batch: Batch) -> Standing:
        """Return how far a batch is, its pace, and when it will be through at that pace."""
        counts = self.counts([batch.id])[batch.id]
        latest = sa.select(parts.c.finished).where(parts.c.batch == batch.id, parts.c.state == PartState.DONE)
        recent = latest.order_by(parts.c.finished.desc()).limit(RECENT).subquery()
        usage = sa.select(sa.func.sum(runs.c.usage["cpu_s"].as_float())).where(runs.c.batch == batch.id)
        with self.database.read() as connection:
            last, first, count = connection.execute(
                sa.select(
                    sa.func.max(recent.c.finished), sa.func.min(recent.c.finished), sa.func.count(recent.c.finished)
                )
            ).one()
            cpu = connection.execute(usage).scalar() or 0.0
        standing = Standing(counts=counts, cpu_s=float(cpu))
        if count < 2 or batch.state is not BatchState.RUNNING:
            return standing
        seconds = max((now() - max(first, batch.resumed)).total_seconds(), (last - first).total_seconds(), 0.001)
        pace = (count - 1) / seconds
        left = sum(counts[state] for state in TO_DO)
        return replace(standing, per_hour=pace * 3600, eta_s=left / pace)

    def by_area(self, id: str) -> dict[int, Counter[PartState]]:
        """Return by area how many of its parts are in each state, for the map."""
        query = sa.select(parts.c.area, parts.c.state, sa.func.count()).where(parts.c.batch == id)
        found: dict[int, Counter[PartState]] = {}
        with self.database.read() as connection:
            for area, state, count in connection.execute(query.group_by(parts.c.area, parts.c.state)):
                found.setdefault(-1 if area is None else area, Counter())[PartState(state)] = count
        return found

    def troubles(self, id: str) -> list[Trouble]:
        """Return why parts failed, the most frequent reason first, with the first parts and runs of each."""
        failed = (parts.c.batch == id, parts.c.state == PartState.FAILED)
        count = sa.func.count()
        query = sa.select(parts.c.reason, count).where(*failed).group_by(parts.c.reason).order_by(count.desc())
        with self.database.read() as connection:
            return [
                self._trouble(connection, failed, reason, number)
                for reason, number in connection.execute(query.limit(TROUBLES)).all()
            ]

    def _trouble(self, connection: sa.Connection, failed: Any, reason: str, count: int) -> Trouble:
        query = sa.select(parts.c.number, parts.c.run).where(*failed, parts.c.reason == reason)
        first = connection.execute(query.order_by(parts.c.number).limit(5)).all()
        return Trouble(reason=reason, count=count, parts=[row[0] for row in first], runs=[row[1] for row in first])

    # steering ----------------------------------------------------------------------------------------------

    def pause(self, actor: Actor, id: str) -> Batch:
        """Ask for no more runs; those that were asked for are finished."""
        return self._move(actor, id, (BatchState.RUNNING,), BatchState.PAUSED, "batch.paused")

    def resume(self, actor: Actor, id: str) -> Batch:
        """Go on with a batch that was paused or cancelled; nothing that is done is repeated."""
        again = (PartState.CANCELLED,)
        return self._move(
            actor, id, (BatchState.PAUSED, BatchState.CANCELLED), BatchState.RUNNING, "batch.resumed", again
        )

    def retry(self, actor: Actor, id: str) -> Batch:
        """Try the parts that failed or were cancelled again; nothing that is done is repeated."""
        batch, again = self.batch(id), (PartState.FAILED, PartState.CANCELLED)
        counts = self.counts([id])[id]
        if not any(counts[state] for state in again):
            raise BatchWrongState(f"No part of batch {id} has failed; there is nothing to try again.", batch=id)
        return self._move(actor, id, tuple(BatchState), BatchState.RUNNING, "batch.resumed", again, batch)

    def cancel(self, actor: Actor, id: str) -> tuple[Batch, list[str]]:
        """End a batch; return it and the runs of it that have not ended, which are to be cancelled."""
        stop = {"state": PartState.CANCELLED, "reason": f"Cancelled by {actor.name}.", "finished": now()}
        waiting = parts.update().where(parts.c.batch == id, parts.c.state == PartState.WAITING).values(**stop)
        batch = self._move(actor, id, OPEN, BatchState.CANCELLED, "batch.cancelled", also=waiting)
        return batch, [part.run for part in self.parts(id, states=(PartState.RUNNING,))]

    def _move(
        self,
        actor: Actor,
        id: str,
        allowed: Sequence[BatchState],
        state: BatchState,
        news: str,
        again: Sequence[PartState] = (),
        batch: Batch | None = None,
        also: sa.Update | None = None,
    ) -> Batch:
        batch = batch or self.batch(id)
        actor.require_own(batch.actor)
        moment = now()
        change: dict[str, Any] = {"state": state, "message": "", "finished": None}
        change |= {"resumed": moment} if state is BatchState.RUNNING else {}
        change |= {"finished": moment, "message": f"Cancelled by {actor.name}."} if also is not None else {}
        fresh = {"state": PartState.WAITING, "failures": 0, "crashes": 0, "not_before": None, "finished": None}
        with self.database.write() as connection:
            where = (batches.c.id == id, batches.c.state.in_(allowed))
            if connection.execute(batches.update().where(*where).values(**change)).rowcount != 1:
                words = " or ".join(allowed)
                raise BatchWrongState(f"Batch {id} is {batch.state}; this can be done while it is {words}.", batch=id)
            connection.execute(parts.update().where(parts.c.batch == id, parts.c.state.in_(again)).values(**fresh))
            if also is not None:
                connection.execute(also)
            events.record(connection, news, id, by=actor.id)
        self.when_changed()
        return self.batch(id)

    # what others must keep ---------------------------------------------------------------------------------

    def needed_files(self) -> set[str]:
        """Return the checksums that gc must keep, because parts that are still to come stand on them."""
        return {legs[name] for legs in self._open_legs() for name in ("source", "context")}

    def kits(self) -> set[str]:
        """Return the digests of the kits that parts still to come will import."""
        return {legs["kit"] for legs in self._open_legs()}

    def _open_legs(self) -> Sequence[Mapping[str, Any]]:
        with self.database.read() as connection:
            return connection.execute(sa.select(batches.c.legs)).scalars().all()


def _begun(part: Part, batch: str, plan: Plan) -> Part:
    if run := plan.done.get(part.number):
        return replace(part, batch=batch, state=PartState.REUSED, run=run, finished=now())
    return replace(part, batch=batch)


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    for chunk in _chunks(rows):
        connection.execute(table.insert(), chunk)


def _chunks(rows: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    for start in range(0, len(rows), CHUNK):
        yield list(rows[start : start + CHUNK])


def back_off(tries: int) -> timedelta:
    """How long a part waits before it is tried again: 2, 4, 8 … seconds, at most five minutes."""
    return timedelta(seconds=min(2.0 ** min(tries, 20), 300.0))
