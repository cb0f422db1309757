"""Quotas: what the operator lets each person use. Who counts what is used is told in `runs.quotas`."""

from collections.abc import Mapping

import sqlalchemy as sa

from repeatpass.access import SYSTEM, Actor, Right
from repeatpass.core.errors import Invalid
from repeatpass.storage import events
from repeatpass.storage.database import Database
from repeatpass.workspaces.records import OwnQuota, Quota
from repeatpass.workspaces.store import quotas

FIELDS = tuple(Quota.__slots__)


class Quotas:
    """The defaults, and what differs from them for some people. The house itself has none."""

    def __init__(self, database: Database, defaults: Quota) -> None:
        self.database = database
        self.defaults = defaults

    def of(self, owner: str) -> Quota:
        """Return the quota that holds for *owner*."""
        with self.database.read() as connection:
            return self.within(connection, owner)

    def within(self, connection: sa.Connection, owner: str) -> Quota:
        """Return the quota of *owner* as the transaction of *connection* sees it."""
        if owner == SYSTEM.id:
            return Quota()
        row = connection.execute(sa.select(quotas).where(quotas.c.owner == owner)).mappings().first()
        return self.defaults if row is None else OwnQuota(**row).over(self.defaults)

    def own(self) -> list[OwnQuota]:
        """List what differs from the defaults, by owner."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(quotas).order_by(quotas.c.owner)).mappings().all()
        return [OwnQuota(**row) for row in rows]

    def set(self, actor: Actor, owner: str, changes: Mapping[str, float | None]) -> Quota:
        """Change some fields of the quota of *owner*; None returns a field to the default, 0 is no limit.

        Raise Invalid for a field that there is not, or a number below zero; Forbidden but for operators.
        """
        actor.require(Right.OPERATE)
        for name, value in changes.items():
            if name not in FIELDS:
                raise Invalid(f"A quota has no “{name}”; it has {', '.join(FIELDS)}.", field=name)
            if value is not None and value < 0:
                raise Invalid(f"{name} is {value}; it must be 0 (no limit) or more.", field=name)
        with self.database.write() as connection:
            events.record(connection, "quota.set", owner, by=actor.id, **changes)
            where = quotas.c.owner == owner
            if connection.execute(sa.select(quotas.c.owner).where(where)).first() is None:
                connection.execute(quotas.insert().values(owner=owner))
            if changes:
                connection.execute(quotas.update().where(where).values(**changes))
        return self.of(owner)

    def running_limits(self, connection: sa.Connection) -> dict[str, int]:
        """Return by owner how many runs may be carried out at once, where that differs from the default."""
        query = sa.select(quotas.c.owner, quotas.c.running).where(quotas.c.running.is_not(None))
        return {row.owner: row.running for row in connection.execute(query)}
