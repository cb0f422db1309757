"""The database: SQLite in one file (WAL, one writer at a time) or PostgreSQL.

Both speak the same portable SQL; what differs stands here and nowhere else.
"""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.compiler import compiles

from repeatpass.core.errors import Unavailable


def sqlite_url(path: Path) -> str:
    """Return the address of a SQLite database in the file *path*."""
    return f"sqlite:///{path}"


class seconds_between(sa.sql.functions.GenericFunction[float]):  # noqa: N801 — written like the functions of SQL
    """Seconds from one moment to another: ``seconds_between(earlier, later)``."""

    type = sa.Float()
    inherit_cache = True


@compiles(seconds_between)
def _on_sqlite(element: Any, compiler: Any, **facts: Any) -> str:
    earlier, later = (compiler.process(each, **facts) for each in element.clauses)
    return f"((julianday({later}) - julianday({earlier})) * 86400.0)"


@compiles(seconds_between, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **facts: Any) -> str:
    earlier, later = (compiler.process(each, **facts) for each in element.clauses)
    return f"cast(extract(epoch from ({later} - {earlier})) as double precision)"


class Database:
    """Connections for reading and for writing.

    A write begins with ``BEGIN IMMEDIATE`` on SQLite: the lock is taken before anything is read,
    so that two writers never deadlock, and a thread lock keeps the writers of one process in line.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = sa.create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping="postgresql" in url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._reading = self.engine
        if not self.is_sqlite:  # whose usual isolation would see, within one reading, what others keep meanwhile
            self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._writing = threading.RLock()
        self._named: dict[str, threading.Lock] = {}
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def read(self, within: sa.Connection | None = None) -> Iterator[sa.Connection]:
        """Give a connection whose reads all see the same moment, that of *within* where several rooms are read as one."""
        if within is not None:
            yield within
            return
        with self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes are kept together when the block ends, or not at all."""
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._writing, self.engine.connect().execution_options(write=True) as connection:
            try:
                with connection.begin():
                    yield connection
            except sa.exc.OperationalError as error:
                raise _explain(error) from error

    def check(self) -> str:
        """Return "ok", or what the database's own integrity check complains about."""
        if not self.is_sqlite:
            return "ok"
        with self.read() as connection:
            rows = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return "; ".join([*(str(row) for row in rows), *(f"dangling reference in {row[0]}" for row in broken)])

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Say whether nobody else, in this process or another, is inside of the same block just now."""
        with self._alone_here(name) as here:
            if not here:
                yield False
            elif self.is_sqlite:
                with _file_lock(f"{self.engine.url.database}.{name}.lock") as ours:
                    yield ours
            else:
                with self._advisory_lock(name) as ours:
                    yield ours

    @contextmanager
    def _alone_here(self, name: str) -> Iterator[bool]:
        lock = self._named.setdefault(name, threading.Lock())
        ours = lock.acquire(blocking=False)
        try:
            yield ours
        finally:
            if ours:
                lock.release()

    @contextmanager
    def _advisory_lock(self, name: str) -> Iterator[bool]:
        number = sa.func.hashtext(name)
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            ours = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(number))))
            try:
                yield ours
            finally:
                if ours:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))

    def skip_locked(self, query: sa.Select[Any]) -> sa.Select[Any]:
        """Let *query* pass over rows that another worker is taking. SQLite has one writer: nothing to pass over."""
        return query if self.is_sqlite else query.with_for_update(skip_locked=True)

    def close(self) -> None:
        """Give all connections back; the WAL is folded into the file by the last one."""
        self.engine.dispose()


@contextmanager
def _file_lock(path: str) -> Iterator[bool]:
    with Path(path).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True  # closing the file gives the lock back


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _explain(error: sa.exc.OperationalError) -> Exception:
    text = str(error.orig)
    if "disk is full" in text or "disk I/O" in text:
        return Unavailable(
            "The disk that holds the database is full; nothing of this change was kept. "
            "Free some space (repeatpass gc --dry-run says what can go) and try again."
        )
    if "locked" in text:
        return Unavailable(
            "The database was busy for more than 30 seconds; nothing of this change was kept. Try again."
        )
    return error
