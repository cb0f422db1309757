"""The schedules of the house: made from what indicators declare, or for a notebook; paused, resumed, begun by hand."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.core.digests import digest_bytes
from repeatpass.core.errors import Conflict, Invalid
from repeatpass.core.times import now, words
from repeatpass.indicators.records import Indicator
from repeatpass.indicators.room import Indicators
from repeatpass.indicators.timing import Timing, check_timing
from repeatpass.schedules.cron import next_slot
from repeatpass.schedules.kept import KeptSchedules
from repeatpass.schedules.records import Kind, Schedule
from repeatpass.schedules.store import schedule_row, schedules
from repeatpass.storage import events
from repeatpass.storage.database import Database

NEVER = "never"


class Schedules(KeptSchedules):
    """Every schedule of the house, to be changed too."""

    def __init__(
        self, database: Database, indicators: Indicators, repeat: str = NEVER, now: Callable[[], datetime] = now
    ) -> None:
        """*repeat* is how often indicators are repeated that say nothing of it: an ISO 8601 duration, or never."""
        super().__init__(database)
        self.indicators = indicators
        self.repeat = repeat
        self.now = now
        self.when_changed: Callable[[], None] = lambda: None  # the assembly wakes the clock with it

    # what indicators declare -------------------------------------------------------------------------------

    def follow_all(self) -> None:
        """Have the schedules that the indicators declare, at the start of the house."""
        for id in self.indicators.stamps():
            self.follow(id)

    def follow(self, indicator: str) -> None:
        """Have the schedules that one indicator declares, and no others of it."""
        declared, owner = self.indicators.indicator(indicator), self.indicators.owner(indicator)
        wanted = {Kind.UPDATE: declared.schedule, Kind.REPEAT: self._repeat_timing(declared)}
        with self.database.write() as connection:
            for kind, timing in wanted.items():
                self._follow(connection, kind, indicator, owner, timing)
        self.when_changed()

    def _repeat_timing(self, indicator: Indicator) -> Timing | None:
        every = indicator.repeat or self.repeat
        return None if every == NEVER else Timing(every=every, jitter="PT1H")

    def _follow(self, connection: sa.Connection, kind: Kind, subject: str, owner: str, timing: Timing | None) -> None:
        id = f"{kind}-{subject}"
        known = connection.execute(sa.select(schedules).where(schedules.c.id == id)).mappings().first()
        if timing is None:
            connection.execute(schedules.delete().where(schedules.c.id == id))
        elif known is None:
            made = self._made(id, kind, subject, owner, timing)
            connection.execute(schedules.insert().values(**schedule_row(made)))
        elif known["checked"] != _digest(timing):
            changed = self._made(id, kind, subject, owner, timing)
            row = schedule_row(replace(changed, created=known["created"]))
            connection.execute(schedules.update().where(schedules.c.id == id).values(**row))

    def _made(
        self, id: str, kind: Kind, subject: str, owner: str, timing: Timing, parameters: Mapping[str, Any] | None = None
    ) -> Schedule:
        moment = self.now()
        note = "Paused in the indicator's definition." if timing.paused else ""
        try:
            due = next_slot(timing, moment, moment)
        except Invalid as error:  # kept by an older version, which did not look so closely
            due, note = None, error.message
        return Schedule(
            id=id, kind=kind, subject=subject, owner=owner, timing=timing, created=moment, paused=timing.paused,
            note=note, due=due, parameters=parameters or {}, checked=_digest(timing),
        )  # fmt: skip

    # what people do ----------------------------------------------------------------------------------------

    def add(self, actor: Actor, notebook: str, timing: Timing, parameters: Mapping[str, Any]) -> Schedule:
        """Run a notebook again and again, in the actor's name; raise Conflict if it has a schedule."""
        actor.require(Right.RUN)
        check_timing(timing)
        made = self._made(f"{Kind.RUN}-{notebook.partition('@')[0]}", Kind.RUN, notebook, actor.id, timing, parameters)
        try:
            with self.database.write() as connection:
                connection.execute(schedules.insert().values(**schedule_row(made)))
                events.record(connection, "schedule.added", made.id, by=actor.id)
        except sa.exc.IntegrityError:
            raise Conflict(f"There is a schedule {made.id} already; remove it first.", schedule=made.id) from None
        self.when_changed()
        return made

    def remove(self, actor: Actor, id: str) -> None:
        """End a schedule of a notebook; what it did is kept. One that an indicator declares is ended there."""
        schedule = self._owned(actor, id)
        if schedule.kind is not Kind.RUN:
            raise Conflict(
                f"{id} is declared by the indicator “{schedule.subject}”; change it there, or pause it here."
            )
        with self.database.write() as connection:
            connection.execute(schedules.delete().where(schedules.c.id == id))
            events.record(connection, "schedule.removed", id, by=actor.id)

    def pause(self, actor: Actor, id: str, reason: str = "") -> Schedule:
        """Have a schedule wait; one that is under way is not stopped."""
        why = f": {reason.strip()}" if reason.strip() else "."
        note = f"Paused by {actor.name} on {words(self.now())}{why}"
        return self._change(actor, id, "paused", paused=True, note=note, wanted="")

    def resume(self, actor: Actor, id: str) -> Schedule:
        """Have a paused schedule go on with the next slot; those that passed meanwhile are not made up for."""
        schedule = self._owned(actor, id)
        due = next_slot(schedule.timing, self.now(), schedule.created)
        return self._change(actor, id, "resumed", paused=False, note="", due=due)

    def run_now(self, actor: Actor, id: str) -> Schedule:
        """Begin as soon as nothing of this schedule is under way, also where it is paused."""
        return self._change(actor, id, "asked", wanted=f"asked by {actor.name}")

    def _change(self, actor: Actor, id: str, verb: str, **known: Any) -> Schedule:
        self._owned(actor, id)
        with self.database.write() as connection:
            connection.execute(schedules.update().where(schedules.c.id == id).values(**known))
            events.record(connection, f"schedule.{verb}", id, by=actor.id)
        self.when_changed()
        return self.schedule(id)

    def _owned(self, actor: Actor, id: str) -> Schedule:
        schedule = self.schedule(id)
        actor.require(Right.RUN)
        actor.require_own(schedule.owner, Right.CURATE if schedule.kind is not Kind.RUN else Right.OPERATE)
        return schedule

    # new data ----------------------------------------------------------------------------------------------

    def data_arrived(self, collection: str) -> None:
        """Have every schedule begin that waits for new data in a local collection."""
        found = [each.id for each in self.schedules() if collection in each.timing.collections and not each.paused]
        with self.database.write() as connection:
            self.want(connection, found, f"new data in {collection}")
        self.when_changed()

    def want(self, connection: sa.Connection, ids: list[str], why: str) -> None:
        """Have schedules begin as soon as they can; one that is wanted already stays so, once."""
        change = schedules.update().where(schedules.c.id.in_(ids), schedules.c.wanted == "")
        connection.execute(change.values(wanted=why))


def _digest(timing: Timing) -> str:
    return digest_bytes(json.dumps(asdict(timing), sort_keys=True).encode())
