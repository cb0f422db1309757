"""Collections that runs made: described from what they were made of, and registered under the name of who asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from repeatpass.access import ANYONE, Actor, Right
from repeatpass.catalog.records import Collection, CollectionAsset, Visibility
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Conflict, NotFound
from repeatpass.core.ids import check_name
from repeatpass.storage.files import FileArea, StoredFile

EXTENSIONS = "https://stac-extensions.github.io"
FILE = f"{EXTENSIONS}/file/v2.1.0/schema.json"
PROJECTION = f"{EXTENSIONS}/projection/v2.0.0/schema.json"
DATACUBE = f"{EXTENSIONS}/datacube/v2.2.0/schema.json"
TABLE = f"{EXTENSIONS}/table/v1.2.0/schema.json"
RASTER = f"{EXTENSIONS}/raster/v2.0.0/schema.json"
VERSIONED = f"{EXTENSIONS}/version/v1.2.0/schema.json"
MADE_BY = "repeatpass:made_by"  # /runs/… or /batches/…
WORLD = (-180.0, -90.0, 180.0, 90.0)
Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductFile:
    """One file of a product: a path to take it from, or where it is kept already."""

    key: str
    file: Path | StoredFile
    media_type: str
    title: str
    roles: tuple[str, ...] = ("data",)
    properties: Mapping[str, Any] = field(default_factory=dict)  # further STAC fields


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductItem:
    """One item of a product. Times are ISO 8601 in UTC; without them it holds for no time in particular."""

    id: str
    title: str
    bbox: Box  # west, south, east, north in degrees; west is greater where the antimeridian lies between
    start: str | None
    end: str | None
    files: Sequence[ProductFile]
    properties: Mapping[str, Any] = field(default_factory=dict)
    links: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """A collection that was made here."""

    id: str
    title: str
    description: str
    items: Sequence[ProductItem]
    sources: Sequence[str]  # ids of the collections it was made of
    made_by: str  # address of the run or the batch
    keywords: Sequence[str] = ()
    licence: str = ""  # where no source states one
    properties: Mapping[str, Any] = field(default_factory=dict)
    visibility: Visibility = Visibility.PUBLIC  # if it is new; never wider than that of its sources


def require_free(catalog: Catalog, actor: Actor, id: str) -> Collection | None:
    """Return the product that has this id already; raise Conflict or Forbidden if *actor* cannot make it anew."""
    actor.require(Right.CONTRIBUTE)
    try:
        known = catalog.collection(check_name(id, "a collection"))
    except NotFound:
        return None
    if MADE_BY not in known.body:
        raise Conflict(
            f"“{id}” is a collection of observations that nobody made here; choose another id.", collection=id
        )
    actor.require_own(known.owner)
    return known


def register_product(catalog: Catalog, files: FileArea, actor: Actor, product: Product) -> Collection:
    """Keep a product's files and register it: a new version where it exists with other files, else no change."""
    known = require_free(catalog, actor, product.id)
    kept = {
        (item.id, file.key): files.put(file.file) if isinstance(file.file, Path) else file.file
        for item in product.items
        for file in item.files
    }
    if known is not None and {one.checksum for one in catalog.assets(product.id)} == {
        one.checksum for one in kept.values()
    }:
        return known
    version = _next(known)
    assets = [
        CollectionAsset(
            collection=product.id, version=version, item=item.id, key=file.key, media_type=file.media_type,
            href=f"/files/{kept[item.id, file.key].checksum}", size=kept[item.id, file.key].size,
            checksum=kept[item.id, file.key].checksum,
        )
        for item in product.items
        for file in item.files
    ]  # fmt: skip
    body = _body(catalog, actor, product, version)
    made = [_item(product.id, item) for item in product.items]
    return catalog.register(actor, body, made, assets, own=True, visibility=_visibility(catalog, product))


def _visibility(catalog: Catalog, product: Product) -> Visibility:
    """What is made of something that not everybody may see is its maker's alone, until they share it."""
    public = set(catalog.as_seen_by(ANYONE).known(product.sources))
    return product.visibility if public.issuperset(catalog.known(product.sources)) else Visibility.PRIVATE


def _next(known: Collection | None) -> str:
    if known is None:
        return "1"
    return str(int(known.version) + 1) if known.version.isdigit() else f"{known.version}.1"


def _body(catalog: Catalog, actor: Actor, product: Product, version: str) -> dict[str, Any]:
    sources = [_source(catalog, id) for id in sorted(set(product.sources))]
    titles = _unique(str(each.get("repeatpass:license_title") or each.get("license", "")) for each in sources)
    licences = _unique(str(each.get("license", "other")) for each in sources)
    maker = {"name": actor.name, "roles": ["processor"], "description": "Made with Repeatpass"}
    body: dict[str, Any] = {
        "type": "Collection",
        "stac_version": "1.1.0",
        "stac_extensions": sorted({VERSIONED, *(name for item in product.items for name in _extensions(item))}),
        "id": product.id,
        "title": product.title,
        "description": product.description,
        "keywords": list(product.keywords),
        "license": licences[0] if len(licences) == 1 else (product.licence or "other") if not sources else "other",
        "providers": _unique(provider for each in sources for provider in each.get("providers", ())) + [maker],
        "extent": _extent(product.items),
        "version": version,
        "attribution": "; ".join(_unique(each["attribution"] for each in sources if each.get("attribution"))),
        "repeatpass:kind": _kind([str(each.get("repeatpass:kind", "")) for each in sources]),
        "repeatpass:license_title": "; ".join(title for title in titles if title),
        "repeatpass:sources": sorted(set(product.sources)),
        MADE_BY: product.made_by,
        **product.properties,
        "links": [
            {"rel": "via", "href": product.made_by, "type": "text/html", "title": "What made it"},
            *_unique(link for each in sources for link in each.get("links", ()) if link.get("rel") == "license"),
        ],
    }
    return {key: value for key, value in body.items() if value != ""}


def _source(catalog: Catalog, id: str) -> Mapping[str, Any]:
    try:
        return catalog.collection(id).body
    except NotFound:
        return {}


def _kind(kinds: Sequence[str]) -> str:
    """As cautious as the least certain source."""
    return next(
        (kind for kind in ("model output", "observation-based analysis") if kind in kinds), "observation-based analysis"
    )


def _unique(things: Any) -> list[Any]:
    found: list[Any] = []
    for thing in things:
        if thing not in found:
            found.append(thing)
    return found


def _extensions(item: ProductItem) -> set[str]:
    names = {FILE}
    known = {key for source in (item.properties, *(file.properties for file in item.files)) for key in source}
    if any(key.startswith("proj:") for key in known):
        names.add(PROJECTION)
    names |= {
        url for begin, url in (("table:", TABLE), ("raster:", RASTER)) if any(key.startswith(begin) for key in known)
    }
    return names | ({DATACUBE} if "cube:dimensions" in known else set())


def _extent(items: Sequence[ProductItem]) -> dict[str, Any]:
    boxes = [item.bbox for item in items] or [WORLD]
    crossing = any(box[0] > box[2] for box in boxes)
    west, east = min(box[0] for box in boxes), max(box[2] for box in boxes)
    if crossing and len(set(boxes)) == 1:
        west, _, east, _ = boxes[0]
    elif crossing:
        west, east = -180.0, 180.0
    box = [west, min(box[1] for box in boxes), east, max(box[3] for box in boxes)]
    starts, ends = [item.start for item in items if item.start], [item.end for item in items if item.end]
    interval = [min(starts, default=None), max(ends, default=None)]
    return {"spatial": {"bbox": [box]}, "temporal": {"interval": [interval]}}


def _item(collection: str, item: ProductItem) -> dict[str, Any]:
    once = item.start if item.start == item.end else None
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": sorted(_extensions(item)),
        "id": item.id,
        "collection": collection,
        "geometry": outline(item.bbox),
        "bbox": list(item.bbox),
        "properties": {
            "title": item.title,
            "datetime": once,
            **({} if item.start is None else {"start_datetime": item.start, "end_datetime": item.end}),
            **item.properties,
        },
        "links": list(item.links),
        "assets": {
            file.key: {"title": file.title, "roles": list(file.roles), **file.properties} for file in item.files
        },
    }


def outline(box: Box) -> dict[str, Any]:
    """Return the GeoJSON of a box; in two parts where it crosses the antimeridian (RFC 7946, 3.1.9)."""
    west, south, east, north = box
    if west <= east:
        return {"type": "Polygon", "coordinates": _ring(west, south, east, north)}
    parts = [_ring(west, south, 180.0, north), _ring(-180.0, south, east, north)]
    return {"type": "MultiPolygon", "coordinates": parts}


def _ring(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]
