"""A lease: what only one of several servers on one database may do. Whoever holds it renews it; who dies loses it."""

from contextlib import ExitStack
from datetime import datetime, timedelta

import sqlalchemy as sa

from repeatpass.core.ids import new_id
from repeatpass.core.times import in_utc
from repeatpass.schedules.store import leases
from repeatpass.storage.database import Database

LENGTH = timedelta(seconds=6)


class Lease:
    """One name that one server holds at a time.

    On PostgreSQL it is a row that expires by the database's clock, so that neither a server that was killed nor one
    that hangs keeps it. On SQLite, where one server at most is up, a lock on a file does.
    """

    def __init__(self, database: Database, name: str, length: timedelta = LENGTH) -> None:
        self.database = database
        self.name = name
        self.length = length
        self.holder = new_id()
        self.leading = False  # as far as was known at the last look
        self._lock: ExitStack | None = None

    @property
    def renewed_every_s(self) -> float:
        """Seconds after which it must be looked at again; there is no hurry where nobody competes."""
        return 30.0 if self.database.is_sqlite else self.length.total_seconds() / 3

    def held(self) -> bool:
        """Take or renew the lease; say whether it is ours for its length."""
        self.leading = False  # should the database not answer
        self.leading = self._locked() if self.database.is_sqlite else self._taken()
        return self.leading

    def give_back(self) -> None:
        """Let another server have it at once."""
        self.leading = False
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if not self.database.is_sqlite:
            with self.database.write() as connection:
                where = (leases.c.name == self.name, leases.c.holder == self.holder)
                connection.execute(leases.delete().where(*where))

    def _locked(self) -> bool:
        if self._lock is None:
            stack = ExitStack()
            if not stack.enter_context(self.database.alone(self.name)):
                stack.close()
                return False
            self._lock = stack
        return True

    def _taken(self) -> bool:
        try:
            with self.database.write() as connection:
                return self._renewed(connection) or self._begun(connection)
        except sa.exc.IntegrityError:  # another server began it in the same moment
            return False

    def _renewed(self, connection: sa.Connection) -> bool:
        at = _time(connection)
        free = sa.or_(leases.c.holder == self.holder, leases.c.until < at)
        change = leases.update().where(leases.c.name == self.name, free)
        return connection.execute(change.values(holder=self.holder, until=at + self.length)).rowcount == 1

    def _begun(self, connection: sa.Connection) -> bool:
        if connection.execute(sa.select(leases.c.name).where(leases.c.name == self.name)).first() is not None:
            return False
        until = _time(connection) + self.length
        connection.execute(leases.insert().values(name=self.name, holder=self.holder, until=until))
        return True


def _time(connection: sa.Connection) -> datetime:
    """The database's own clock: those of the servers may differ."""
    found: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return in_utc(found)
