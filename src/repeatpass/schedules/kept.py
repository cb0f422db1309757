"""Read the schedules that are kept, and what came of them."""

import sqlalchemy as sa

from repeatpass.core.errors import NotFound
from repeatpass.schedules.records import Kind, Schedule, Tick
from repeatpass.schedules.store import schedule_of, schedules, tick_of, ticks
from repeatpass.storage.database import Database


class KeptSchedules:
    """Every schedule of the house, to be looked at."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def schedules(self) -> list[Schedule]:
        """List the schedules by id."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(schedules).order_by(schedules.c.id)).mappings().all()
        return [schedule_of(row) for row in rows]

    def schedule(self, id: str) -> Schedule:
        """Return one schedule; raise NotFound if there is none."""
        with self.database.read() as connection:
            row = connection.execute(sa.select(schedules).where(schedules.c.id == id)).mappings().first()
        if row is None:
            raise NotFound(f"There is no schedule {id}; repeatpass schedules list names them.", schedule=id)
        return schedule_of(row)

    def named(self, name: str) -> Schedule:
        """Return a schedule by its id, or the update of the indicator (or the run of the notebook) called *name*."""
        known = {each.id: each for each in self.schedules()}
        for id in (name, f"{Kind.UPDATE}-{name}", f"{Kind.RUN}-{name}", f"{Kind.REPEAT}-{name}"):
            if id in known:
                return known[id]
        return self.schedule(name)

    def ticks(self, schedule: str, limit: int = 20) -> list[Tick]:
        """List what came of a schedule's newest ticks, newest first."""
        query = sa.select(ticks).where(ticks.c.schedule == schedule).order_by(ticks.c.began.desc(), ticks.c.id.desc())
        with self.database.read() as connection:
            return [tick_of(row) for row in connection.execute(query.limit(limit)).mappings()]

    def last_ticks(self) -> dict[str, Tick]:
        """Return the newest tick of each schedule that had one."""
        newest = sa.select(ticks.c.schedule, sa.func.max(ticks.c.began).label("began")).group_by(ticks.c.schedule)
        found = newest.subquery()
        same = sa.and_(ticks.c.schedule == found.c.schedule, ticks.c.began == found.c.began)
        with self.database.read() as connection:
            rows = connection.execute(sa.select(ticks).join(found, same)).mappings().all()
        return {row["schedule"]: tick_of(row) for row in rows}
