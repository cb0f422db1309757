"""What is the same work: the fingerprint of a run, and which earlier run stands for it.

Work is the same when revision, environment, kit and parameters are, and every input that the earlier run read
would be read with the same checksum today.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from repeatpass.core.digests import digest_json
from repeatpass.kit.context import Context
from repeatpass.runs.context import Contexts
from repeatpass.runs.elsewhere import is_elsewhere
from repeatpass.runs.records import Legs, State
from repeatpass.runs.store import run_inputs, run_outputs, run_unrecorded, runs
from repeatpass.storage.database import Database
from repeatpass.storage.files import FileArea

CHUNK = 400  # fingerprints in one query: SQLite takes a bounded number of values
LISTING = b"items("  # how a notebook asks which items a collection has


def fingerprint_of(legs: Legs, parameters: Mapping[str, Any]) -> str:
    """Return the digest of revision, environment, kit and parameters."""
    facts = {"revision": legs.revision, "environment": legs.environment, "kit": legs.kit}
    return digest_json(facts | {"parameters": dict(parameters)})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """An earlier run that may stand for new work."""

    id: str
    fingerprint: str
    context: str
    source: str


class Reusing:
    """Finds runs that have done the same work already."""

    def __init__(self, database: Database, contexts: Contexts, files: FileArea) -> None:
        self.database, self.contexts, self.files = database, contexts, files

    def done(self, fingerprints: Iterable[str], context: str) -> dict[str, str]:
        """Return by fingerprint the newest run that did this work with the inputs that *context* sees.

        It succeeded, its inputs are fully known, each would be read with the same checksum, and its outputs are
        all there.
        """
        wanted, seen = sorted(set(fingerprints)), _Seen(self, context)
        found: dict[str, str] = {}
        for start in range(0, len(wanted), CHUNK):
            found |= self._chunk(wanted[start : start + CHUNK], seen)
        return found

    def _chunk(self, wanted: list[str], seen: "_Seen") -> dict[str, str]:
        columns = (runs.c.id, runs.c.fingerprint, runs.c.context, runs.c.source)
        query = sa.select(*columns).where(
            runs.c.fingerprint.in_(wanted), runs.c.state == State.SUCCEEDED, runs.c.deleted.is_(None)
        )
        query = query.where(runs.c.deleted.is_(None))  # what it left must still be there
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(runs.c.created)).mappings().all()
            candidates = {row["id"]: _Found(**row) for row in rows}
            unfit = self._unfit(connection, candidates, seen)
        return {each.fingerprint: id for id, each in candidates.items() if id not in unfit}

    def _unfit(self, connection: sa.Connection, candidates: Mapping[str, _Found], seen: "_Seen") -> set[str]:
        ids, unfit = list(candidates), set[str]()
        for start in range(0, len(ids), CHUNK):
            some = ids[start : start + CHUNK]
            unfit |= set(connection.execute(_of(run_unrecorded, some, "run")).scalars())
            kept = connection.execute(_of(run_outputs, some, "run", "checksum")).all()
            unfit |= {run for run, checksum in kept if not self.files.has(checksum)}
            read = _of(run_inputs, some, "run", "collection", "item", "asset", "checksum")
            for run, collection, item, asset, checksum in connection.execute(read):
                found = candidates[run]
                if is_elsewhere(collection):
                    unfit.add(run)  # it may have changed there
                elif found.context != seen.context and not seen.same(found, (collection, item, asset), checksum):
                    unfit.add(run)
        return unfit


def _of(table: sa.Table, ids: list[str], *columns: str) -> sa.Select[Any]:
    return sa.select(*(table.c[name] for name in columns)).where(table.c.run.in_(ids))


class _Seen:
    """What a notebook would read today: by collection, item and asset."""

    def __init__(self, reusing: Reusing, context: str) -> None:
        self.reusing, self.context = reusing, context
        self._checksums = _checksums(reusing.contexts.read(context))
        self._contexts: dict[str, Context] = {}
        self._listing: dict[str, bool] = {}

    def same(self, found: _Found, place: tuple[str, str, str], checksum: str) -> bool:
        """Whether a read of *place* would give *checksum*, and the collection's list the same items if it was read."""
        if self._checksums.get(place) != checksum:
            return False
        return not self._lists(found.source) or self._ids(self.context, place[0]) == self._ids(found.context, place[0])

    def _ids(self, context: str, collection: str) -> list[str]:
        if context not in self._contexts:
            self._contexts[context] = self.reusing.contexts.read(context)
        known = self._contexts[context].collections.get(collection)
        return [] if known is None else [item.id for item in known.items]

    def _lists(self, source: str) -> bool:
        if source not in self._listing:
            self._listing[source] = LISTING in self.reusing.files.read(source)
        return self._listing[source]


def _checksums(context: Context) -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for id, collection in context.collections.items():
        holders = [("", collection.assets), *((item.id, item.assets) for item in collection.items)]
        found |= {(id, item, key): asset.checksum for item, assets in holders for key, asset in assets.items()}
    return found
