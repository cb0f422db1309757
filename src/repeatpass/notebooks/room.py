"""The shelf: add notebooks, find a revision."""

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.core.errors import Conflict, NotFound
from repeatpass.core.ids import check_name
from repeatpass.core.times import now, words
from repeatpass.notebooks.parameters import parameters_schema
from repeatpass.notebooks.records import About, Notebook, Revision
from repeatpass.notebooks.source import about, read_notebook, revision_of
from repeatpass.notebooks.store import notebooks, revisions
from repeatpass.storage import events
from repeatpass.storage.database import Database
from repeatpass.storage.files import FileArea

OWN = ("id", "owner", "curated", "created", "withdrawn")  # what is kept of a notebook besides its revisions


class Shelf:
    """The notebooks of the house, each with all its revisions."""

    def __init__(self, database: Database, files: FileArea) -> None:
        self.database = database
        self.files = files

    def add(
        self, actor: Actor, id: str, content: bytes, *, environment: str = "earth", curated: bool = False
    ) -> Revision:
        """Put a notebook on the shelf, or a new revision of it; the same source again changes nothing.

        One that was withdrawn is offered again.
        Raise Invalid if *content* is no Python notebook, Forbidden if the name is somebody else's.
        """
        actor.require(Right.CURATE if curated else Right.CONTRIBUTE)
        check_name(id, "a notebook")
        notebook = read_notebook(content, f"“{id}”")
        revision = Revision(
            notebook=id,
            revision=revision_of(notebook),
            file=self.files.put_bytes(content).checksum,
            about=about(notebook, id),
            schema=parameters_schema(notebook),
            environment=environment,
            created=now(),
            author=actor.id,
        )
        with self.database.write() as connection:
            self._write(connection, actor, revision, curated)
        return self.revision(id, revision.revision)

    def _write(self, connection: sa.Connection, actor: Actor, revision: Revision, curated: bool) -> None:
        known = connection.execute(sa.select(notebooks).where(notebooks.c.id == revision.notebook)).mappings().first()
        if known is None:
            row = {"id": revision.notebook, "owner": actor.id, "curated": curated, "created": revision.created}
            connection.execute(notebooks.insert().values(**row, latest=revision.revision))
        else:
            actor.require_own(known["owner"])
            change = notebooks.update().where(notebooks.c.id == revision.notebook)
            connection.execute(change.values(latest=revision.revision, withdrawn=None))
        if connection.execute(self._query(revision.notebook, revision.revision)).first() is None:
            row = {name: getattr(revision, name) for name in revisions.c.keys()}
            connection.execute(revisions.insert().values(**row | {"about": asdict(revision.about)}))
            events.record(connection, "notebook.revised", revision.name, by=actor.id)

    def notebooks(self) -> list[Notebook]:
        """List the notebooks that are offered, curated ones first, each at its newest revision."""
        newest = sa.and_(notebooks.c.id == revisions.c.notebook, notebooks.c.latest == revisions.c.revision)
        own = [notebooks.c[name].label(f"own_{name}") for name in OWN]
        query = sa.select(revisions, *own).join(notebooks, newest).where(notebooks.c.withdrawn.is_(None))
        query = query.order_by(notebooks.c.curated.desc(), notebooks.c.id)
        with self.database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [
            Notebook(**{name: row[f"own_{name}"] for name in OWN},
                     latest=_revision({name: row[name] for name in revisions.c.keys()}))
            for row in rows
        ]  # fmt: skip

    def notebook(self, id: str) -> Notebook:
        """Return a notebook at its newest revision, withdrawn or not; raise NotFound if there is none."""
        with self.database.read() as connection:
            row = connection.execute(sa.select(notebooks).where(notebooks.c.id == id)).mappings().first()
        if row is None:
            raise NotFound(f"There is no notebook “{id}” on the shelf.", notebook=id)
        latest = self.revision(id, row["latest"])
        return Notebook(**{name: row[name] for name in OWN}, latest=latest)

    def offered(self, name: str) -> Revision:
        """Return what find() does; raise NotFound, saying since when, for a notebook that was withdrawn."""
        revision = self.find(name)
        if since := self.notebook(revision.notebook).withdrawn:
            raise NotFound(
                f"The notebook “{revision.notebook}” was withdrawn on {words(since)}. Its runs and their passports "
                "stay; putting it on the shelf again offers it again.",
                notebook=revision.notebook,
            )
        return revision

    def withdraw(self, actor: Actor, id: str) -> Notebook:
        """Offer a notebook no longer; what ran stays, and can be repeated. Withdrawing twice changes nothing.

        Raise NotFound if there is none, Forbidden if it is somebody else's.
        """
        notebook = self.notebook(id)
        actor.require_own(notebook.owner)
        with self.database.write() as connection:
            where = (notebooks.c.id == id, notebooks.c.withdrawn.is_(None))
            if connection.execute(notebooks.update().where(*where).values(withdrawn=now())).rowcount:
                events.record(connection, "notebook.withdrawn", id, by=actor.id)
        return self.notebook(id)

    def find(self, name: str) -> Revision:
        """Return the revision that *name* means: ``notebook`` (its newest) or ``notebook@revision`` (or its beginning)."""
        id, _, wanted = name.partition("@")
        return self.revision(id, wanted) if wanted else self.notebook(id).latest

    def revision(self, id: str, wanted: str) -> Revision:
        """Return one revision by its digits or their beginning; raise NotFound or Conflict (several begin so)."""
        with self.database.read() as connection:
            rows = connection.execute(self._query(id, wanted)).mappings().all()
        if not rows:
            raise NotFound(f"There is no revision {wanted} of notebook “{id}”.", notebook=id, revision=wanted)
        if len(rows) > 1:
            raise Conflict(f"Several revisions of “{id}” begin with {wanted}; give more digits.", notebook=id)
        return _revision(rows[0])

    def revisions(self, id: str) -> list[Revision]:
        """List the revisions of a notebook, newest first."""
        query = sa.select(revisions).where(revisions.c.notebook == id).order_by(revisions.c.created.desc())
        with self.database.read() as connection:
            return [_revision(row) for row in connection.execute(query).mappings()]

    def content(self, revision: Revision) -> bytes:
        """Return the .ipynb of a revision, byte for byte as it was given."""
        return self.files.read(revision.file)

    def needed_files(self) -> set[str]:
        """Return the checksums that gc must keep for the shelf's sake."""
        with self.database.read() as connection:
            return set(connection.execute(sa.select(revisions.c.file)).scalars())

    def _query(self, id: str, wanted: str) -> sa.Select[Any]:
        return sa.select(revisions).where(
            revisions.c.notebook == id, revisions.c.revision.startswith(wanted, autoescape=True)
        )


def _revision(row: Any) -> Revision:
    return Revision(**{**row, "about": About(**row["about"])})
