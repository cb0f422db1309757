"""Change single items and collections, each change only on what the editor has seen (optimistic locking)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.catalog.records import Collection, Item, Visibility
from repeatpass.catalog.room import Catalog, item_row
from repeatpass.catalog.search.indexing import forget_items, index_items, index_row
from repeatpass.catalog.shapes import check_collection, check_item
from repeatpass.catalog.store import assets, collections, items, team_viewers, viewers
from repeatpass.core.digests import canonical_json, digest_bytes
from repeatpass.core.errors import Conflict, Invalid, NotFound
from repeatpass.core.ids import check_name
from repeatpass.core.times import now
from repeatpass.storage import events

ITEM_ID = 200  # letters
OWN = {"links"}  # made anew whenever a document is shown
MOST = 10_000  # items in one request


class Outdated(Conflict):
    """The thing was changed since the editor last saw it."""

    kind = "outdated"


def tag_of(body: Mapping[str, Any]) -> str:
    """Return what stands for the present state of a document: changes whenever it does."""
    return digest_bytes(canonical_json(dict(body)))[7:39]


class Editing:
    """Adds, replaces, patches and deletes items and collections. Owners may, and editors."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.database = catalog.database

    # items -------------------------------------------------------------------------------------------------

    def item(self, collection: str, id: str) -> Item:
        """Return one item; raise NotFound."""
        with self.database.read() as connection:
            return self._item(connection, collection, id)

    def add_items(self, actor: Actor, collection: str, bodies: Sequence[Any]) -> list[Item]:
        """Add new items, all or none; raise Conflict if one is there, Invalid for one that is no item."""
        actor.require(Right.CONTRIBUTE)
        if len(bodies) > MOST:
            raise Invalid(f"{len(bodies)} items at once are too many; send {MOST} at most.")
        checked = [_checked_item(collection, body) for body in bodies]
        with self.database.write() as connection:
            self._may_edit(actor, collection)
            ids = [body["id"] for body in checked]
            there = sa.select(items.c.id).where(items.c.collection == collection, items.c.id.in_(ids))
            if (known := connection.execute(there).scalars().first()) is not None:
                raise Conflict(
                    f"There is an item “{known}” in “{collection}” already; replace it with PUT.", item=known
                )
            connection.execute(items.insert(), [item_row(collection, body) for body in checked])
            index_items(connection, collection, checked)
            self._changed(connection, actor, collection, added=ids[:50])
        return [self.item(collection, body["id"]) for body in checked]

    def replace_item(self, actor: Actor, collection: str, id: str, body: Any, match: str = "") -> Item:
        """Replace an item; *match* is the tag that it must still have. Raise Outdated otherwise."""
        actor.require(Right.CONTRIBUTE)
        checked = _checked_item(collection, body, id)
        with self.database.write() as connection:
            self._may_edit(actor, collection)
            _require_same(self._item(connection, collection, id).body, match, f"The item “{id}”")
            where = (items.c.collection == collection, items.c.id == id)
            connection.execute(items.update().where(*where).values(**item_row(collection, checked)))
            index_items(connection, collection, [checked])
            self._changed(connection, actor, collection, replaced=[id])
        return self.item(collection, id)

    def patch_item(self, actor: Actor, collection: str, id: str, patch: Any, match: str = "") -> Item:
        """Merge *patch* into an item (RFC 7396: null removes a member)."""
        self._may_edit(actor, collection)
        known = self.item(collection, id).body
        return self.replace_item(actor, collection, id, merged(known, patch), match or tag_of(known))

    def delete_item(self, actor: Actor, collection: str, id: str, match: str = "") -> None:
        """Delete an item; raise Conflict where files of it are kept that passports may rest on."""
        with self.database.write() as connection:
            self._may_edit(actor, collection)
            _require_same(self._item(connection, collection, id).body, match, f"The item “{id}”")
            _no_files(connection, f"The item “{id}”", assets.c.collection == collection, assets.c.item == id)
            forget_items(connection, collection, [id])
            connection.execute(items.delete().where(items.c.collection == collection, items.c.id == id))
            self._changed(connection, actor, collection, deleted=[id])

    # collections -------------------------------------------------------------------------------------------

    def add_collection(self, actor: Actor, body: Any) -> Collection:
        """Add a collection without items; raise Conflict if there is one of this id."""
        actor.require(Right.CURATE)
        checked = _checked_collection(body)
        with self.database.read() as connection:
            if connection.execute(sa.select(collections.c.id).where(collections.c.id == checked["id"])).first():
                raise Conflict(f"There is a collection “{checked['id']}” already; replace it with PUT.")
        return self.catalog.register(actor, checked, [], [])

    def replace_collection(self, actor: Actor, id: str, body: Any, match: str = "") -> Collection:
        """Replace what a collection says of itself; its items and files stay."""
        actor.require(Right.CONTRIBUTE)
        checked = _checked_collection(body, id)
        with self.database.write() as connection:
            self._may_edit(actor, id)
            known = self._collection(connection, id)
            _require_same(known.body, match, f"The collection “{id}”")
            checked["version"] = known.version  # files belong to a version: a new one comes with new files only
            row = {"title": str(checked.get("title", id)), "body": checked, "updated": now()}
            connection.execute(collections.update().where(collections.c.id == id).values(**row))
            names = sorted({*known.body, *checked} - OWN - {"id", "type", "stac_version", "version"})
            self._changed(connection, actor, id, changed=[n for n in names if known.body.get(n) != checked.get(n)])
        return self.catalog.collection(id)

    def patch_collection(self, actor: Actor, id: str, patch: Any, match: str = "") -> Collection:
        """Merge *patch* into what a collection says of itself (RFC 7396)."""
        known = self.catalog.as_seen_by(actor).collection(id).body
        return self.replace_collection(actor, id, merged(known, patch), match or tag_of(known))

    def delete_collection(self, actor: Actor, id: str, match: str = "") -> None:
        """Delete a collection with its items; raise Conflict where files are kept that passports may rest on."""
        with self.database.write() as connection:
            self._may_edit(actor, id)
            known = self._collection(connection, id)
            _require_same(known.body, match, f"The collection “{id}”")
            _no_files(connection, f"The collection “{id}”", assets.c.collection == id)
            forget_items(connection, id)
            connection.execute(items.delete().where(items.c.collection == id))
            for shared in (viewers, team_viewers):
                connection.execute(shared.delete().where(shared.c.collection == id))
            connection.execute(collections.delete().where(collections.c.id == id))
            events.record(connection, "collection.deleted", id, by=actor.id, visibility=known.visibility)

    # what both need ------------------------------------------------------------------------------------------

    def _may_edit(self, actor: Actor, collection: str) -> None:
        actor.require(Right.CONTRIBUTE)
        known = self.catalog.as_seen_by(actor).collection(collection)
        actor.require_own(known.owner, Right.CURATE if known.visibility == Visibility.PUBLIC else Right.OPERATE)

    def _collection(self, connection: sa.Connection, id: str) -> Collection:
        row = connection.execute(sa.select(collections).where(collections.c.id == id)).mappings().first()
        if row is None:
            raise NotFound(f"There is no collection “{id}”.", collection=id)
        return Collection(**row)

    def _item(self, connection: sa.Connection, collection: str, id: str) -> Item:
        query = sa.select(items).where(items.c.collection == collection, items.c.id == id)
        row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFound(f"There is no item “{id}” in “{collection}”.", item=id)
        return Item(**row)

    def _changed(self, connection: sa.Connection, actor: Actor, id: str, **what: Any) -> None:
        connection.execute(collections.update().where(collections.c.id == id).values(updated=now()))
        events.record(connection, "collection.edited", id, by=actor.id, **what)


def merged(known: Any, patch: Any) -> Any:
    """Return *known* with *patch* merged into it (RFC 7396, JSON Merge Patch)."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(known) if isinstance(known, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def _require_same(body: Mapping[str, Any], match: str, what: str) -> None:
    if match and match != tag_of(body):
        raise Outdated(f"{what} was changed since you read it. Read it again, then repeat your change.")


def _no_files(connection: sa.Connection, what: str, *where: sa.ColumnElement[bool]) -> None:
    kept = connection.execute(sa.select(sa.func.count()).select_from(assets).where(*where)).scalar_one()
    if kept:
        raise Conflict(f"{what} has {kept} files here that passports may rest on, so it stays.", files=kept)


def _checked_item(collection: str, body: Any, id: str = "") -> dict[str, Any]:
    if not isinstance(body, Mapping) or body.get("type") != "Feature":
        raise Invalid("An item must be a GeoJSON object with “type”: “Feature”.", field="type")
    if not isinstance(body.get("id"), str) or not 0 < len(body["id"]) <= ITEM_ID or "/" in body["id"]:
        raise Invalid(f"“id” must be a text of 1 to {ITEM_ID} letters without a slash.", field="id")
    if id and body["id"] != id:
        raise Invalid(f"“id” is “{body['id']}”, but the address is that of “{id}”.", field="id")
    if body.get("collection", collection) != collection:
        raise Invalid(f"“collection” is “{body['collection']}”, but this is “{collection}”.", field="collection")
    properties = body.get("properties")
    if not isinstance(properties, Mapping) or "datetime" not in properties:
        raise Invalid("“properties.datetime” is missing; it may be null beside a start and an end.", field="datetime")
    if properties["datetime"] is None and not (properties.get("start_datetime") and properties.get("end_datetime")):
        raise Invalid(
            "“properties.datetime” is null, so start_datetime and end_datetime must be given.", field="datetime"
        )
    if not isinstance(body.get("assets", {}), Mapping):
        raise Invalid("“assets” must be an object of assets by key.", field="assets")
    check_item(body)
    kept = _plain({name: value for name, value in body.items() if name not in OWN})
    index_row(collection, kept)  # raises for a wrong geometry or time
    return kept | {"collection": collection}


def _checked_collection(body: Any, id: str = "") -> dict[str, Any]:
    if not isinstance(body, Mapping) or body.get("type", "Collection") != "Collection":
        raise Invalid("A collection must be an object with “type”: “Collection”.", field="type")
    if id and body.get("id", id) != id:
        raise Invalid(f"“id” is “{body['id']}”, but the address is that of “{id}”.", field="id")
    missing = [name for name in ("description", "license", "extent") if not body.get(name)]
    if missing:
        raise Invalid(f"The collection lacks {', '.join(missing)} (STAC 1.1 asks for them).", field=missing[0])
    check_name(str(body.get("id", id)), "a collection")
    check_collection(body)
    kept = _plain({name: value for name, value in body.items() if name not in OWN})
    return {"type": "Collection", "id": id or str(body["id"])} | kept


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    try:
        text = json.dumps(body, allow_nan=False)
    except ValueError:
        raise Invalid("NaN and infinity are no JSON; leave such values out or write null.") from None
    if "\\u0000" in text:
        raise Invalid("The document holds a character that no text may hold (U+0000).")
    found: dict[str, Any] = json.loads(text)
    return found
