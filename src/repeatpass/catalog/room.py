"""Register, list and read collections."""

from collections import defaultdict
from collections.abc import Collection as Collection_
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.catalog.overviews import Overviews
from repeatpass.catalog.records import (
    AlreadyThere,
    Collection,
    CollectionAsset,
    Item,
    Visibility,
    Withdrawn,
    withdrawal,
)
from repeatpass.catalog.search.indexing import forget_items, index_items
from repeatpass.catalog.search.store import item_index
from repeatpass.catalog.seeing import open_to, seen_by
from repeatpass.catalog.store import assets, collections, items
from repeatpass.catalog.times import item_times
from repeatpass.core.errors import NotFound
from repeatpass.core.ids import check_name
from repeatpass.core.times import now
from repeatpass.storage import events
from repeatpass.storage.database import Database

PRESENT_ASSETS = (
    sa.select(assets)
    .join(collections, sa.and_(assets.c.collection == collections.c.id, assets.c.version == collections.c.version))
    .order_by(assets.c.collection, assets.c.item, assets.c.key)
)


@lru_cache(maxsize=256)
def _named_assets(viewer: Actor | None) -> sa.Select[Any]:
    """Return the query for the files of items, kept because every page of a search asks it."""
    named = sa.tuple_(assets.c.collection, assets.c.item).in_(sa.bindparam("named", expanding=True))
    return PRESENT_ASSETS.where(named, open_to(viewer))


class Catalog:
    """The collections of the house, or as one *viewer* may see them; without a viewer it is the house that looks."""

    def __init__(self, database: Database, viewer: Actor | None = None) -> None:
        self.database = database
        self.viewer = viewer

    def as_seen_by(self, viewer: Actor) -> "Catalog":
        """Return the same catalog with what *viewer* may see of it: the rest is neither listed nor found.

        Every face asks through this, with whoever sent the request.
        """
        return Catalog(self.database, viewer)

    def register(
        self,
        actor: Actor,
        body: Mapping[str, Any],
        item_bodies: Sequence[Mapping[str, Any]],
        files: Sequence[CollectionAsset],
        *,
        own: bool = False,
        visibility: Visibility = Visibility.PUBLIC,
    ) -> Collection:
        """Keep a collection, its items and the list of its files, whose content is in the file area already.

        Registering the same again changes nothing. Raise AlreadyThere if this version exists with other files:
        a new content needs a new version, because passports rest on the old one; and if it was withdrawn.
        *own*: it is something that the actor made here and no editor needs to agree to. *visibility* is for a
        collection that is new; a known one keeps its own.
        """
        actor.require(Right.CONTRIBUTE if own else Right.CURATE)
        id = check_name(str(body["id"]), "a collection")
        version = str(body.get("version", "1"))
        with self.database.write() as connection:
            known = connection.execute(sa.select(collections).where(collections.c.id == id)).mappings().first()
            _require_open(known)
            if known is not None and known["version"] == version:
                self._require_same(connection, id, version, files)
            self._write(connection, actor, id, version, body, known, visibility)
            self._write_items(connection, id, item_bodies)
            self._write_assets(connection, id, version, files)
            events.record(connection, "collection.registered", id, version=version, by=actor.id)
        return self.collection(id)

    def _require_same(self, connection: sa.Connection, id: str, version: str, files: Sequence[CollectionAsset]) -> None:
        query = sa.select(assets.c.checksum).where(assets.c.collection == id, assets.c.version == version)
        if set(connection.execute(query).scalars()) != {file.checksum for file in files}:
            raise AlreadyThere(
                f"Version {version} of {id} is kept with other files; give the new content a new version.",
                collection=id,
            )

    def _write(
        self,
        connection: sa.Connection,
        actor: Actor,
        id: str,
        version: str,
        body: Mapping[str, Any],
        known: Any,
        visibility: Visibility,
    ) -> None:
        row: dict[str, Any] = {
            "version": version,
            "title": str(body.get("title", id)),
            "body": dict(body),
            "updated": now(),
        }
        if known is None:
            row |= {"owner": actor.id, "created": row["updated"], "visibility": visibility}
            connection.execute(collections.insert().values(id=id, **row))
        else:
            connection.execute(collections.update().where(collections.c.id == id).values(**row))

    def _write_items(self, connection: sa.Connection, id: str, bodies: Sequence[Mapping[str, Any]]) -> None:
        forget_items(connection, id)
        connection.execute(items.delete().where(items.c.collection == id))
        if bodies:
            connection.execute(items.insert(), [item_row(id, body) for body in bodies])
            index_items(connection, id, bodies)

    def complete_index(self) -> int:
        """Index the items that are not yet: those of a house from before there was an index. Return how many."""
        joined = sa.and_(items.c.collection == item_index.c.collection, items.c.id == item_index.c.item)
        gone = sa.select(collections.c.id).where(collections.c.withdrawn.is_not(None))
        query = sa.select(items).join(item_index, joined, isouter=True)
        query = query.where(item_index.c.number.is_(None), items.c.collection.not_in(gone))
        with self.database.read() as connection:
            missing = [Item(**row) for row in connection.execute(query).mappings()]
        if missing:
            with self.database.write() as connection:
                for item in missing:
                    index_items(connection, item.collection, [item.body])
        return len(missing)

    def _write_assets(self, connection: sa.Connection, id: str, version: str, files: Sequence[CollectionAsset]) -> None:
        connection.execute(assets.delete().where(assets.c.collection == id, assets.c.version == version))
        for file in files:
            row: dict[str, Any] = {
                "item": file.item or "",
                "key": file.key,
                "href": file.href,
                "media_type": file.media_type,
            }
            row |= {"collection": id, "version": version, "size": file.size, "checksum": file.checksum}
            connection.execute(assets.insert().values(**row))

    @property
    def overviews(self) -> Overviews:
        """The same collections by their outlines, for lists of many."""
        return Overviews(self.database, self.viewer)

    def collections(self) -> list[Collection]:
        """List all collections by title."""
        query = sa.select(collections).where(open_to(self.viewer)).order_by(collections.c.title)
        with self.database.read() as connection:
            return [Collection(**row) for row in connection.execute(query).mappings()]

    def some(self, ids: Sequence[str]) -> list[Collection]:
        """Return those of *ids* that there are, in their order."""
        found: dict[str, Collection] = {}
        with self.database.read() as connection:
            for part in batched(ids):
                query = sa.select(collections).where(collections.c.id.in_(part), open_to(self.viewer))
                found |= {row["id"]: Collection(**row) for row in connection.execute(query).mappings()}
        return [found[id] for id in ids if id in found]

    def collection(self, id: str) -> Collection:
        """Return one collection; raise NotFound if there is none, Withdrawn if it was taken back."""
        found = self.kept(id)
        if found.withdrawn is not None:
            raise Withdrawn(withdrawal(found), collection=id)
        return found

    def kept(self, id: str) -> Collection:
        """Return one collection, be it withdrawn or not; raise NotFound if there is none."""
        query = sa.select(collections).where(collections.c.id == id, seen_by(self.viewer))
        with self.database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFound(f"There is no collection “{id}”.", collection=id)
        return Collection(**row)

    def known(self, ids: Iterable[str]) -> list[str]:
        """Return which of *ids* are collections that the viewer may see, in order."""
        query = sa.select(collections.c.id).where(collections.c.id.in_(list(ids)), open_to(self.viewer))
        with self.database.read() as connection:
            return list(connection.execute(query.order_by(collections.c.id)).scalars())

    def items(self, collection: str, most: int | None = None) -> list[Item]:
        """List the items of a collection by time, of more than *most* the newest; raise NotFound where it is not seen."""
        self._require_seen(collection)
        query = sa.select(items).where(items.c.collection == collection)
        order = (items.c.start, items.c.id)
        query = query.order_by(*order) if most is None else query.order_by(*(key.desc() for key in order)).limit(most)
        with self.database.read() as connection:
            found = [Item(**row) for row in connection.execute(query).mappings()]
        return found if most is None else found[::-1]

    def some_items(self, collection: str, ids: Iterable[str]) -> dict[str, Item]:
        """Return those items of a collection that have one of the *ids*; raise NotFound where it is not seen."""
        self._require_seen(collection)
        found: dict[str, Item] = {}
        with self.database.read() as connection:
            for part in batched(sorted(ids)):
                query = sa.select(items).where(items.c.collection == collection, items.c.id.in_(part))
                found |= {row["id"]: Item(**row) for row in connection.execute(query).mappings()}
        return found

    def assets(self, collection: str, version: str | None = None) -> list[CollectionAsset]:
        """List the files of a collection, of its present version unless *version* is given."""
        version = version or self.collection(collection).version
        self._require_seen(collection)
        query = sa.select(assets).where(assets.c.collection == collection, assets.c.version == version)
        query = query.order_by(assets.c.item, assets.c.key)
        return self._assets(query)

    def assets_of(
        self, keys: Collection_[tuple[str, str]], within: sa.Connection | None = None
    ) -> dict[tuple[str, str], list[CollectionAsset]]:
        """Return the files of items, given as collection and item, in the present versions of their collections.

        *within*: the reading that the items are of, so that items and files are of one moment.
        """
        found: dict[tuple[str, str], list[CollectionAsset]] = defaultdict(list)
        for part in batched(sorted(keys)):
            for asset in self._assets(_named_assets(self.viewer), within, named=part):
                found[asset.collection, asset.item or ""].append(asset)
        return found

    def own_assets(self, collection: str, item: str = "") -> list[CollectionAsset]:
        """List the present files of one item, or without *item* those of the collection as a whole."""
        return self.assets_of({(collection, item)}).get((collection, item), [])

    def current_assets(self) -> list[CollectionAsset]:
        """List the files of the present version of every collection."""
        return self._assets(PRESENT_ASSETS.where(open_to(self.viewer)))

    def closed(self) -> list[str]:
        """Return the ids of the collections that the viewer may see and not everybody may, in order."""
        where = (collections.c.visibility != Visibility.PUBLIC, open_to(self.viewer))
        query = sa.select(collections.c.id).where(*where).order_by(collections.c.id)
        with self.database.read() as connection:
            return list(connection.execute(query).scalars())

    def open_file(self, checksum: str) -> bool | None:
        """Say whether everybody may read a file (True), the viewer may (False), or it is no collection's (None).

        Raise NotFound where it is only in collections that the viewer may not see. Withdrawn ones count as what they
        were: passports rest on their files.
        """
        query = sa.select(collections.c.visibility, seen_by(self.viewer))
        query = query.join(assets, assets.c.collection == collections.c.id).where(assets.c.checksum == checksum)
        with self.database.read() as connection:
            found = connection.execute(query.distinct()).all()
        if found and not any(seen for _, seen in found):
            raise NotFound(f"The file {checksum} is not in the file area.", checksum=checksum)
        return any(visibility == Visibility.PUBLIC for visibility, _ in found) if found else None

    def stamp(self) -> tuple[int, datetime | None]:
        """Return what changes whenever a collection does, or who may see it."""
        query = sa.select(sa.func.count(), sa.func.max(collections.c.updated))
        with self.database.read() as connection:
            number, newest = connection.execute(query).one()
        return number, newest

    def needed_files(self) -> set[str]:
        """Return the checksums that gc must keep for the catalog's sake."""
        with self.database.read() as connection:
            return set(connection.execute(sa.select(assets.c.checksum)).scalars())

    def _require_seen(self, collection: str) -> None:
        if self.viewer is not None:
            self.collection(collection)

    def _assets(
        self, query: sa.Select[Any], within: sa.Connection | None = None, **named: Any
    ) -> list[CollectionAsset]:
        with self.database.read(within) as connection:
            rows = connection.execute(query, named).mappings().all()
        return [CollectionAsset(**{**row, "item": row["item"] or None}) for row in rows]


def _require_open(known: Any) -> None:
    if known is not None and known["withdrawn"] is not None:
        raise AlreadyThere(
            f"“{known['id']}” was withdrawn; its id stays taken. Choose another.", collection=known["id"]
        )


def batched(things: Sequence[Any], size: int = 400) -> Iterator[Sequence[Any]]:
    """Cut *things* into parts of which one query can hold one."""
    return (things[first : first + size] for first in range(0, len(things), size))


def item_row(collection: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row that keeps an item's STAC document."""
    start, end = item_times(body)
    return {"collection": collection, "id": str(body["id"]), "body": dict(body), "start": start, "end": end}
