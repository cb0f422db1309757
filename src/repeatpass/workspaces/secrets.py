"""Secrets of people: set, listed, removed, and handed to their own runs. A value is never shown again."""

import re

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.core.errors import Exhausted, Invalid, NotFound
from repeatpass.core.times import now
from repeatpass.storage import events
from repeatpass.storage.database import Database
from repeatpass.workspaces.records import Secret
from repeatpass.workspaces.sealing import Sealer
from repeatpass.workspaces.store import secrets

NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
# What would change how a run is carried out, instead of being told to it.
RESERVED = re.compile(
    r"(REPEATPASS|PYTHON|LD|JPY|IPYTHON|JUPYTER|DYLD)_.*|PYTHON.*|PATH|HOME|TMPDIR|USER|SHELL|PWD|LANG"
)
SHORTEST = 6  # letters; a shorter one would be found, and masked, in half of what a run prints
LONGEST = 32_768
MOST = 50


class Secrets:
    """The secrets of everybody, each known to its owner's runs alone."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self.database = database
        self._sealer = sealer

    def set(self, actor: Actor, name: str, value: str, owner: str = "") -> Secret:
        """Keep a secret of *owner* (by default the actor), replacing one of this name.

        Raise Invalid for a name that cannot be a variable's or a value that is too short to be masked, Forbidden
        for somebody else's, Exhausted where there are fifty already.
        """
        whose = self._whose(actor, owner)
        check_secret(name, value)
        secret = Secret(owner=whose, name=name, updated=now())
        sealed = self._sealer.seal(value, whose, name)
        mine = (secrets.c.owner == whose, secrets.c.name == name)
        with self.database.write() as connection:
            events.record(connection, "secret.set", whose, name=name, by=actor.id)
            change = secrets.update().where(*mine).values(sealed=sealed, updated=secret.updated)
            if not connection.execute(change).rowcount:
                if len(self._rows(connection, whose)) >= MOST:
                    raise Exhausted(
                        f"There are {MOST} secrets already; remove one with repeatpass secrets remove NAME."
                    )
                row = {"owner": whose, "name": name, "sealed": sealed, "updated": secret.updated}
                connection.execute(secrets.insert().values(**row))
        return secret

    def of(self, actor: Actor, owner: str = "") -> list[Secret]:
        """List the secrets of *owner* (by default the actor) by name, without their values."""
        whose = self._whose(actor, owner)
        with self.database.read() as connection:
            rows = self._rows(connection, whose)
        return [Secret(owner=whose, name=row.name, updated=row.updated) for row in rows]

    def remove(self, actor: Actor, name: str, owner: str = "") -> None:
        """Forget a secret; raise NotFound if there is none of this name."""
        whose = self._whose(actor, owner)
        with self.database.write() as connection:
            gone = secrets.delete().where(secrets.c.owner == whose, secrets.c.name == name)
            if not connection.execute(gone).rowcount:
                raise NotFound(f"There is no secret {name}.", secret=name)
            events.record(connection, "secret.removed", whose, name=name, by=actor.id)

    def opened(self, owner: str) -> dict[str, str]:
        """Return names and values, for the moment in which a run of *owner* begins; raise Conflict if one cannot
        be opened. Nothing else may call this."""
        with self.database.read() as connection:
            rows = self._rows(connection, owner)
        return {row.name: self._sealer.open(row.sealed, owner, row.name) for row in rows}

    def any(self, owner: str) -> bool:
        """Say whether *owner* has secrets."""
        with self.database.read() as connection:
            return bool(self._rows(connection, owner))

    def names(self, owner: str) -> list[str]:
        """List how the secrets of *owner* are called."""
        with self.database.read() as connection:
            return [row.name for row in self._rows(connection, owner)]

    def shut(self) -> list[Secret]:
        """List the secrets that cannot be opened with the present key."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(secrets).order_by(secrets.c.owner, secrets.c.name)).all()
        return [Secret(owner=row.owner, name=row.name, updated=row.updated) for row in rows if not self._opens(row)]

    def _opens(self, row: sa.Row[tuple[str, ...]]) -> bool:
        try:
            self._sealer.open(row.sealed, row.owner, row.name)
        except Exception:  # whatever is wrong with the row: it cannot be opened
            return False
        return True

    def _whose(self, actor: Actor, owner: str) -> str:
        actor.require(Right.RUN)
        actor.require_own(owner or actor.id)
        return owner or actor.id

    def _rows(self, connection: sa.Connection, owner: str) -> list[sa.Row[tuple[str, ...]]]:
        query = sa.select(secrets).where(secrets.c.owner == owner).order_by(secrets.c.name)
        return list(connection.execute(query).all())


def check_secret(name: str, value: str) -> None:
    """Raise Invalid, naming the field and what would be right, unless *name* and *value* can be a secret."""
    if not NAME.fullmatch(name):
        raise Invalid(
            f"“{name}” cannot name a secret: use capital letters, digits and underscores, beginning with a letter, such "
            "as SENTINEL_TOKEN; it becomes a variable of the environment.",
            field="name",
        )
    if RESERVED.fullmatch(name):
        raise Invalid(
            f"“{name}” is a name that the system uses itself; choose another, such as MY_{name}.", field="name"
        )
    if len(value.strip()) < SHORTEST:
        raise Invalid(
            f"The value of {name} is shorter than {SHORTEST} characters: it could not be masked in logs and outputs "
            "without masking much else. Use a longer one.",
            field="value",
        )
    if len(value) > LONGEST or "\0" in value:
        raise Invalid(f"The value of {name} must be at most {LONGEST} characters, none of them zero.", field="value")
