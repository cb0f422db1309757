"""From a collection's STAC document to its entry in the registry. Documents come from anywhere: nothing is trusted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from repeatpass.catalog.records import Collection
from repeatpass.catalog.registry.licences import terms_of
from repeatpass.catalog.registry.plain import first_sentence, plain, plain_all, records_in, texts
from repeatpass.catalog.registry.records import Entry, Maker
from repeatpass.catalog.search.geometry import box_of
from repeatpass.catalog.search.records import Box
from repeatpass.core.errors import Invalid
from repeatpass.core.times import parse_time

NOWHERE = "repeatpass:nowhere"  # the data state no place; STAC demands a box all the same
KINDS: Mapping[str, str] = {
    "image/tiff": "Images",
    "image/jp2": "Images",
    "image/png": "Images",
    "image/jpeg": "Images",
    "application/x-netcdf": "Cubes",
    "application/netcdf": "Cubes",
    "application/vnd.zarr": "Cubes",
    "application/vnd+zarr": "Cubes",
    "application/vnd.zarr+zip": "Cubes",
    "application/x-hdf5": "Cubes",
    "application/x-hdf": "Cubes",
    "text/csv": "Tables",
    "application/vnd.apache.parquet": "Tables",
    "application/x-parquet": "Tables",
    "application/geo+json": "Features",
    "application/geopackage+sqlite3": "Features",
    "application/flatgeobuf": "Features",
    "application/vnd.flatgeobuf": "Features",
}
DRAWN = ("application/vnd.zarr+zip", "application/x-netcdf", "image/tiff", "application/vnd.apache.parquet")


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept of a collection besides its document."""

    files: int = 0
    size: int = 0
    items: int = 0
    media_types: frozenset[str] = field(default=frozenset())
    data_types: frozenset[str] = field(default=frozenset())  # of the files called “data”


def entry_of(collection: Collection, kept: Kept) -> Entry:
    """Return the entry of *collection*."""
    body, terms = collection.body, terms_of(collection.body)
    tags, makers = texts(body.get("keywords")), makers_of(body)
    start, end = interval_of(body)
    heading = plain(f"{collection.title} {collection.id}")
    kinds = kinds_of([*kept.media_types, *_stated_types(body)], body)
    words = (collection.description, *tags, *(each.name for each in makers), terms.name, nature_of(body), *kinds)
    return Entry(
        id=collection.id,
        version=collection.version,
        title=collection.title,
        sentence=first_sentence(collection.description),
        nature=nature_of(body),
        tags=tags,
        keys=plain_all(tags),
        providers=makers,
        makers=tuple(each.name for each in makers if "producer" in each.roles),
        managed_by=plain(" ; ".join(each.name for each in makers)),
        kinds=kinds,
        licence=terms.name.partition(" (")[0],
        use=terms.use,
        box=box_in(body),
        start=start,
        end=end,
        ongoing=start is not None and end is None,
        files=kept.files,
        size=kept.size,
        items=kept.items,
        pictured=any(base(each) in DRAWN for each in kept.data_types),
        linked=any(each.get("rel") == "example" for each in records_in(body.get("links"))),
        owner=collection.owner,
        created=collection.created,
        updated=collection.updated,
        text=plain(f"{heading} {' '.join(words)}"),
        heading=heading,
    )


def makers_of(body: Mapping[str, Any]) -> tuple[Maker, ...]:
    """Return everybody who has a part in the data."""
    return tuple(
        Maker(
            name=str(each["name"]),
            roles=texts(each.get("roles")),
            url=str(each.get("url") or ""),
            description=str(each.get("description") or ""),
        )
        for each in records_in(body.get("providers"))
        if each.get("name")
    )


def nature_of(body: Mapping[str, Any]) -> str:
    """Observation, analysis or model output: never left unsaid."""
    kind = str(body.get("repeatpass:kind") or "observation")
    return kind[:1].upper() + kind[1:]


def base(media_type: str) -> str:
    """Return a media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def kinds_of(media_types: Iterable[str], body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the data are, as people say it."""
    found = {KINDS[base(each)] for each in media_types if base(each) in KINDS}
    if "cube:dimensions" in body:
        found = found - {"Images"} | {"Cubes"}
    if "table:primary_geometry" in body or any(str(each).startswith("vector:") for each in body):
        found = found - {"Tables"} | {"Features"}
    return tuple(sorted(found))


def _stated_types(body: Mapping[str, Any]) -> list[str]:
    parts = [body.get("item_assets"), body.get("assets")]
    assets = [asset for part in parts if isinstance(part, Mapping) for asset in part.values()]
    return [str(asset.get("type", "")) for asset in assets if isinstance(asset, Mapping)
            and "data" in (texts(asset.get("roles")) or ("data",))]  # fmt: skip


def interval_of(body: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Return the first and last moment, where they are stated."""
    try:
        start, end = body["extent"]["temporal"]["interval"][0]
        return (parse_time(start) if start else None), (parse_time(end) if end else None)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, Invalid):
        return None, None


def box_in(body: Mapping[str, Any]) -> Box | None:
    """Return west, south, east, north in degrees; None where no place is stated."""
    if body.get(NOWHERE):
        return None
    try:
        return box_of(body["extent"]["spatial"]["bbox"][0])
    except (KeyError, IndexError, TypeError, Invalid):
        return None
