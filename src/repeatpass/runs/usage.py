"""Who uses which collection: notebooks whose source opens it, and notebooks whose runs have read it."""

import threading
from collections import defaultdict
from collections.abc import Collection, Mapping

import sqlalchemy as sa

from repeatpass.core.errors import RepeatpassError
from repeatpass.notebooks.opened import collections_opened
from repeatpass.notebooks.room import Shelf
from repeatpass.notebooks.store import notebooks, revisions
from repeatpass.runs.records import Run, State
from repeatpass.runs.store import run_inputs, run_of, runs
from repeatpass.storage.database import Database

BEHIND = 1000  # inputs read once more: a transaction may end after one that began later


class Usage:
    """The usage examples that are found by themselves. Sources are read once per revision, recorded inputs once."""

    def __init__(self, database: Database, shelf: Shelf, tools: Collection[str] = frozenset()) -> None:
        """*tools* are notebooks that take whatever collection they are given, and are no example of any."""
        self.database = database
        self.shelf = shelf
        self.tools = frozenset(tools)
        self._opens: dict[str, frozenset[str]] = {}  # by file
        self._read: dict[str, set[str]] = defaultdict(set)  # notebook: collections
        self._last = 0
        self._guard = threading.Lock()

    def of(self, collection: str) -> tuple[str, ...]:
        """Return the ids of the offered notebooks that open *collection*, in their order."""
        return tuple(sorted(self.examples().get(collection, ())))

    def examples(self) -> Mapping[str, frozenset[str]]:
        """Return by collection the ids of the notebooks that open it."""
        found: dict[str, set[str]] = defaultdict(set)
        with self._guard:
            self._follow()
            for notebook, file in self._offered():
                for collection in self._opened(file) | self._read.get(notebook, set()):
                    found[collection].add(notebook)
        return {collection: frozenset(names) for collection, names in found.items()}

    def counts(self) -> Mapping[str, int]:
        """Return how many notebooks open each collection."""
        return {collection: len(names) for collection, names in self.examples().items()}

    def newest_runs(self, notebooks: Collection[str]) -> dict[str, Run]:
        """Return by notebook its newest run that succeeded, for those of *notebooks* that have one."""
        mine = (runs.c.notebook.in_(sorted(notebooks)), runs.c.state == State.SUCCEEDED)
        newest = sa.select(runs.c.notebook, sa.func.max(runs.c.created).label("newest")).where(*mine)
        latest = newest.group_by(runs.c.notebook).subquery()
        same = sa.and_(runs.c.notebook == latest.c.notebook, runs.c.created == latest.c.newest)
        query = sa.select(runs).join(latest, same).where(runs.c.state == State.SUCCEEDED).order_by(runs.c.id)
        with self.database.read() as connection:
            return {row["notebook"]: run_of(row) for row in connection.execute(query).mappings()}

    def runs_reading(self, collection: str) -> frozenset[str]:
        """Return the ids of the runs that have read *collection*."""
        query = sa.select(run_inputs.c.run).where(run_inputs.c.collection == collection).distinct()
        with self.database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def _offered(self) -> list[tuple[str, str]]:
        newest = sa.and_(notebooks.c.id == revisions.c.notebook, notebooks.c.latest == revisions.c.revision)
        query = sa.select(notebooks.c.id, revisions.c.file).join(revisions, newest)
        where = query.where(notebooks.c.withdrawn.is_(None)).order_by(notebooks.c.id)
        with self.database.read() as connection:
            return [(row[0], row[1]) for row in connection.execute(where) if row[0] not in self.tools]

    def _opened(self, file: str) -> frozenset[str]:
        if file not in self._opens:
            try:
                self._opens[file] = collections_opened(self.shelf.files.read(file))
            except (RepeatpassError, OSError):  # a lost file is told of elsewhere
                return frozenset()
        return self._opens[file]

    def _follow(self) -> None:
        """Take in what was read since the last look; the newest input is found without looking at any run."""
        with self.database.read() as connection:
            newest = connection.execute(sa.select(sa.func.coalesce(sa.func.max(run_inputs.c.id), 0))).scalar_one()
            if newest == self._last:
                return
            query = sa.select(runs.c.notebook, run_inputs.c.collection).distinct()
            joined = query.join(run_inputs, run_inputs.c.run == runs.c.id)
            for notebook, collection in connection.execute(joined.where(run_inputs.c.id > self._last - BEHIND)):
                self._read[notebook].add(collection)
        self._last = newest
