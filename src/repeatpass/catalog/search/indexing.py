"""Keeping the index of items: written in the transaction that writes the items."""

from collections.abc import Iterable, Mapping
from typing import Any

import shapely
import sqlalchemy as sa

from repeatpass.catalog.search.geometry import extent_of, geometry_of
from repeatpass.catalog.search.records import Box
from repeatpass.catalog.search.store import item_extents, item_index
from repeatpass.catalog.times import item_times

EXTENT = ("west", "south", "east", "north")
AT_ONCE = 500  # rows of one statement


def index_row(collection: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of the index that an item's STAC document makes; raise Invalid for a wrong place or time."""
    start, end = item_times(body)
    extent = extent_of(body)
    shape = geometry_of(body["geometry"]) if body.get("geometry") else None
    place = dict(zip(EXTENT, extent, strict=True)) if extent else dict.fromkeys(EXTENT)
    boxed = shape is None or (extent is not None and _fills(shape, extent))
    geometry = None if shape is None else shapely.to_wkb(shape)
    when: dict[str, Any] = {"time": start or end, "start": start or end, "end": end or start}
    when["lasts"] = (end - start).total_seconds() if start and end else 0.0
    return (
        {"collection": collection, "item": str(body["id"]), "boxed": bool(boxed), "geometry": geometry} | place | when
    )


def _fills(shape: shapely.Geometry, box: Box) -> bool:
    """Whether a geometry is just its box: nothing else within the bounds has the same area."""
    west, south, east, north = box
    return shape.bounds == box and bool(shape.area == (east - west) * (north - south) > 0)


def index_items(connection: sa.Connection, collection: str, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Add items to the index, or replace what it says of them."""
    rows = [index_row(collection, body) for body in bodies]
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        forget_items(connection, collection, [row["item"] for row in some])
        connection.execute(item_index.insert(), some)
        if connection.dialect.name == "sqlite":
            _add_extents(connection, collection, [row["item"] for row in some])


def _add_extents(connection: sa.Connection, collection: str, items: list[str]) -> None:
    index = item_index.c
    place = [index.west, index.east, index.south, index.north]
    times = [sa.func.coalesce(days(moment), endless) for moment, endless in ((index.start, -1e9), (index.end, 1e9))]
    where = (index.collection == collection, index.item.in_(items), index.west.is_not(None))
    chosen = sa.select(index.number, *place, *times).where(*where)
    connection.execute(item_extents.insert().from_select([column.name for column in item_extents.c], chosen))


def days(moment: Any) -> sa.ColumnElement[float]:
    """Return a moment of SQLite as days since 2000-01-01 (Julian days would lose hours in 32 bits)."""
    return sa.func.julianday(moment, type_=sa.Float) - 2451544.5


def forget_items(connection: sa.Connection, collection: str, items: list[str] | None = None) -> None:
    """Take items out of the index: those named, or all of a collection."""
    where = [item_index.c.collection == collection]
    if items is not None:
        where.append(item_index.c.item.in_(items))
    if connection.dialect.name == "sqlite":
        numbers = sa.select(item_index.c.number).where(*where)
        connection.execute(item_extents.delete().where(item_extents.c.number.in_(numbers)))
    connection.execute(item_index.delete().where(*where))
