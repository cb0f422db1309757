"""Environments and kits on this machine: by name for new runs, by digest for repeats."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from repeatpass.core.errors import NotFound, Unavailable
from repeatpass.core.times import now
from repeatpass.notebooks import environments as making
from repeatpass.notebooks.kit_copy import kit_folder
from repeatpass.notebooks.store import environments
from repeatpass.storage.database import Database
from repeatpass.storage.files import FileArea


class Environments:
    """The environments that are installed here. Each stands in its own prefix, never the server's."""

    def __init__(self, database: Database, files: FileArea, home: Path, given_prefix: str = "") -> None:
        self.database = database
        self.files = files
        self.home = home
        self.given_prefix = given_prefix
        self._kit = kit_folder(home / "kits")

    def install(self, name: str, progress: Callable[[str], None] = lambda _line: None) -> str:
        """Make the environment called *name* if it is not there, and return its digest."""
        environment = making.shipped(name)
        digest = environment.digest
        known = self._row(digest)
        if known is not None and self._place(known) is not None:
            return digest
        prefix = Path(self.given_prefix) if self.given_prefix else making.ensure(environment, self.home, progress)
        row: dict[str, Any] = {
            "name": name,
            "lock": self.files.put_bytes(environment.lock.encode()).checksum,
            "prefix": str(prefix),
        }
        with self.database.write() as connection:
            connection.execute(environments.delete().where(environments.c.digest == digest))
            row |= {"digest": digest, "python": environment.python, "created": now()}
            connection.execute(environments.insert().values(**row))
        return digest

    def remake(self, progress: Callable[[str], None] = lambda _line: None) -> None:
        """Make every known environment that is not on this machine again, from its lock: after a restore.

        Raise Unavailable for the first one that cannot be made.
        """
        with self.database.read() as connection:
            rows = connection.execute(sa.select(environments).order_by(environments.c.created.desc())).all()
        for row in rows:
            if self._place(row) is None:
                lock = self.files.read(row.lock).decode()
                wanted = making.Environment(name=row.name, lock=lock, python=row.python)
                prefix = making.ensure(wanted, self.home, progress)
                with self.database.write() as connection:
                    change = environments.update().where(environments.c.digest == row.digest)
                    connection.execute(change.values(prefix=str(prefix)))

    def all(self) -> list[str]:
        """List the digests of the environments that are known here, newest first."""
        query = sa.select(environments.c.digest).order_by(environments.c.created.desc())
        with self.database.read() as connection:
            return list(connection.execute(query).scalars())

    def digest(self, name: str) -> str:
        """Return the digest of the newest environment called *name*."""
        query = sa.select(environments.c.digest).where(environments.c.name == name)
        with self.database.read() as connection:
            found = connection.execute(query.order_by(environments.c.created.desc()).limit(1)).scalar()
        if found is None:
            raise Unavailable(
                f"The environment “{name}” is not installed yet. At first start this takes a minute or two; "
                "/health says how far it is."
            )
        return str(found)

    def prefix(self, digest: str) -> Path:
        """Return where an environment stands; raise NotFound if it is gone."""
        row = self._row(digest)
        place = None if row is None else self._place(row)
        if place is None:
            raise NotFound(f"The environment {digest} is not on this machine.", environment=digest)
        return place

    def _place(self, row: sa.Row[Any]) -> Path | None:
        """Return where an environment stands on this machine; None if it does not.

        The row names the place on the machine that wrote it, which need not be this one.
        """
        if Path(row.prefix).exists():
            return Path(row.prefix)
        try:
            return making.find(row.digest, self.home)
        except NotFound:
            return None

    def name(self, digest: str) -> str:
        """Return the name of an environment; raise NotFound if it is not known here."""
        return str(self._known(digest).name)

    def lock(self, digest: str) -> str:
        """Return the lock that an environment was made from, as text."""
        return self.files.read(self._known(digest).lock).decode()

    def packages(self, digest: str) -> dict[str, str]:
        """Return the packages of an environment and their pinned versions; empty if it is not known here."""
        return {} if self._row(digest) is None else self.made_from(digest).requirements

    def made_from(self, digest: str) -> making.Environment:
        """Return the name, the lock and the Python that an environment was made from; raise NotFound."""
        row = self._known(digest)
        return making.Environment(name=row.name, lock=self.files.read(row.lock).decode(), python=row.python)

    def altered(self, digest: str) -> str:
        """Return what was altered in an environment since it was made, in words; empty if nothing."""
        prefix = self.prefix(digest)
        if not prefix.is_relative_to(self.home):
            return ""  # a prefix that somebody else looks after states no checksums
        found = making.verify(prefix)
        return ", ".join(str(alteration) for alteration in found[:3]) + (" and more" if len(found) > 3 else "")

    def kit(self) -> str:
        """Return the digest of the kit that new runs import."""
        return self._kit.name

    def kit_folder(self, digest: str) -> Path:
        """Return the folder of a kit; raise NotFound if it is gone."""
        folder = self._kit.parent / digest
        if not folder.is_dir():
            raise NotFound(f"The kit {digest} is not on this machine.", kit=digest)
        return folder

    def needed_files(self) -> set[str]:
        """Return the checksums that gc must keep for the environments' sake."""
        with self.database.read() as connection:
            return set(connection.execute(sa.select(environments.c.lock)).scalars())

    def _known(self, digest: str) -> sa.Row[Any]:
        row = self._row(digest)
        if row is None:
            raise NotFound(f"The environment {digest} is not known here.", environment=digest)
        return row

    def _row(self, digest: str) -> sa.Row[Any] | None:
        with self.database.read() as connection:
            return connection.execute(sa.select(environments).where(environments.c.digest == digest)).first()
