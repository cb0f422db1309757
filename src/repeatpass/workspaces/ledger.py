"""The ledger: how many bytes are kept for whom. A file that several runs of a person left is counted once.

Every function works in a transaction that has recorded an event before: on PostgreSQL that makes writers wait for
each other, on SQLite there is one writer anyway, so that nothing here can be overtaken.
"""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from repeatpass.workspaces.store import kept_files, kept_totals

MANY = 500  # values in one statement


def add(connection: sa.Connection, owner: str, files: Mapping[str, int]) -> int:
    """Enter what one run left, checksum to bytes; return how many bytes are kept for *owner* now."""
    known = _known(connection, owner, files)
    new = {checksum: size for checksum, size in files.items() if checksum not in known}
    _count(connection, owner, known, 1)
    if new:
        rows = [{"owner": owner, "checksum": name, "size": size, "uses": 1} for name, size in new.items()]
        connection.execute(kept_files.insert(), rows)
    return _move(connection, owner, sum(new.values()))


def remove(connection: sa.Connection, owner: str, checksums: Collection[str]) -> int:
    """Strike out what one run left; return how many bytes nobody else's run of *owner* holds any longer."""
    known = _known(connection, owner, checksums)
    _count(connection, owner, known, -1)
    unused = (kept_files.c.owner == owner, kept_files.c.uses <= 0)
    freed = connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(kept_files.c.size), 0)).where(*unused)
    ).scalar_one()
    connection.execute(kept_files.delete().where(*unused))
    _move(connection, owner, -int(freed))
    return int(freed)


def total(connection: sa.Connection, owner: str) -> int:
    """Return how many bytes are kept for *owner*."""
    query = sa.select(kept_totals.c.bytes).where(kept_totals.c.owner == owner)
    return int(connection.execute(query).scalar() or 0)


def _known(connection: sa.Connection, owner: str, checksums: Collection[str]) -> set[str]:
    asked, found = list(checksums), set[str]()
    for at in range(0, len(asked), MANY):
        some = kept_files.c.checksum.in_(asked[at : at + MANY])
        query = sa.select(kept_files.c.checksum).where(kept_files.c.owner == owner, some)
        found.update(connection.execute(query).scalars())
    return found


def _count(connection: sa.Connection, owner: str, checksums: Collection[str], by: int) -> None:
    asked = list(checksums)
    for at in range(0, len(asked), MANY):
        where = (kept_files.c.owner == owner, kept_files.c.checksum.in_(asked[at : at + MANY]))
        connection.execute(kept_files.update().where(*where).values(uses=kept_files.c.uses + by))


def _move(connection: sa.Connection, owner: str, by: int) -> int:
    change = kept_totals.update().where(kept_totals.c.owner == owner).values(bytes=kept_totals.c.bytes + by)
    if not connection.execute(change).rowcount:
        connection.execute(kept_totals.insert().values(owner=owner, bytes=by))
    return total(connection, owner)
