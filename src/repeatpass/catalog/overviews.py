"""What lists need of many collections and items at once, without reading their documents."""

from collections import defaultdict

import sqlalchemy as sa

from repeatpass.access import Actor
from repeatpass.catalog.records import Collection, Head, ItemHead
from repeatpass.catalog.seeing import open_to
from repeatpass.catalog.store import assets, collections, items
from repeatpass.storage.database import Database

CURRENT = sa.and_(assets.c.collection == collections.c.id, assets.c.version == collections.c.version)
ORDER = (collections.c.title, collections.c.id)


class Overviews:
    """The catalog of *viewer* by its outlines; without a viewer it is the house that looks."""

    def __init__(self, database: Database, viewer: Actor | None = None) -> None:
        self.database = database
        self.viewer = viewer

    def page(self, limit: int, offset: int = 0) -> tuple[list[Collection], int]:
        """Return *limit* collections from the *offset*-th on by title, and how many there are altogether."""
        query = sa.select(collections).where(open_to(self.viewer)).order_by(*ORDER).limit(limit).offset(offset)
        number = sa.select(sa.func.count()).select_from(collections).where(open_to(self.viewer))
        with self.database.read() as connection:
            found = [Collection(**row) for row in connection.execute(query).mappings()]
            return found, int(connection.execute(number).scalar_one())

    def heads(self) -> list[Head]:
        """Return id, version, title and age of all collections, by title."""
        columns = (collections.c.id, collections.c.version, collections.c.title, collections.c.updated)
        query = sa.select(*columns).where(open_to(self.viewer)).order_by(*ORDER)
        with self.database.read() as connection:
            return [Head(**row) for row in connection.execute(query).mappings()]

    def media_types(self) -> dict[str, frozenset[str]]:
        """Return of which types the present files of each collection are; those without files are left out."""
        query = sa.select(assets.c.collection, assets.c.media_type).join(collections, CURRENT)
        found: dict[str, set[str]] = defaultdict(set)
        with self.database.read() as connection:
            for id, media_type in connection.execute(query.where(open_to(self.viewer)).distinct()):
                found[id].add(media_type)
        return {id: frozenset(types) for id, types in found.items()}

    def item_heads(self) -> list[ItemHead]:
        """Return the times of all items that have present files here, each collection's by time."""
        with_files = sa.select(assets.c.collection, assets.c.item).join(collections, CURRENT)
        kept = with_files.where(assets.c.item != "", open_to(self.viewer)).distinct().subquery()
        stated = items.c.body["properties"]
        query = (
            sa.select(
                items.c.collection, items.c.id, stated["datetime"].as_string().label("datetime"),
                stated["start_datetime"].as_string().label("start_datetime"),
                stated["end_datetime"].as_string().label("end_datetime"),
            )
            .join(kept, sa.and_(items.c.collection == kept.c.collection, items.c.id == kept.c.item))
            .order_by(items.c.collection, items.c.start, items.c.id)
        )  # fmt: skip
        with self.database.read() as connection:
            return [ItemHead(**row) for row in connection.execute(query).mappings()]
