"""The files of a collection: those of the collection as a whole and of its newest items, and the one to begin with."""

from collections.abc import Mapping, Sequence
from typing import Any

from repeatpass.catalog.records import Collection, CollectionAsset, Item, Visibility
from repeatpass.catalog.registry.contents import Contents
from repeatpass.catalog.registry.plain import texts
from repeatpass.catalog.registry.reading import base as plain_type
from repeatpass.data.elsewhere.candidates import store_of, type_of
from repeatpass.data.records import Layer
from repeatpass.web import words
from repeatpass.web.links import safe
from repeatpass.web.snippet_facts import Opened
from repeatpass.web.snippets import opening_elsewhere
from repeatpass.web.views import Cell, Column, Table


def code_of(id: str, layouts: tuple[str, ...] = ()) -> str:
    """The lines that open it in a notebook here; of a cube in two layouts, those for either."""
    if len(layouts) < 2:
        return f'import repeatpass\n\ndata = repeatpass.open("{id}")\ndata'
    names = {"map": "maps", "series": "series"}
    opened = "\n".join(f'{names[layout]} = repeatpass.open("{id}", layout="{layout}")' for layout in layouts)
    return f"import repeatpass\n\n{opened}\n{names[layouts[0]]}"


def layouts_of(items: list[Item]) -> tuple[str, ...]:
    """The layouts in which a cube is kept; empty where it is none."""
    assets = [asset for item in items[:1] for asset in _stated(item.body).values()]
    return tuple(asset["repeatpass:layout"] for asset in assets if asset.get("repeatpass:layout") in ("map", "series"))


def opened_of(
    collection: Collection,
    contents: Contents,
    files: Sequence[CollectionAsset],
    address: str,
    layers: Sequence[Layer] = (),
    features: bool = False,
) -> Opened | None:
    """The file that the lines for elsewhere open: the first of the data; *address* is that of the house.

    *features* says whether what stands in its files is offered as features.
    """
    known = _kept(files) or _elsewhere(collection, contents)
    if known is None:
        return None
    key, media_type, href, item = known
    return Opened(
        collection=collection.id,
        key=key,
        media_type=plain_type(media_type),
        href=f"{address}{href}" if href.startswith("/") else href,
        of_item=bool(item),
        root=f"{address}/stac",
        public=collection.visibility == Visibility.PUBLIC,
        spatial=_has_places(collection, contents, key) or "geo" in media_type.partition(";")[2],
        features=f"{address}/ogc" if features else "",
        cut_out=_cut_out(layers[0], address) if layers else "",
    )


def _cut_out(layer: Layer, address: str) -> str:
    """Where all cells and times of a layer are to be had as NetCDF."""
    return f"{address}/tiles/{layer.id}/cutout?format=nc{'&time=../..' if len(layer.times) > 1 else ''}"


def _has_places(collection: Collection, contents: Contents, key: str) -> bool:
    """Whether a table has geometries, as the collection or the asset itself says."""
    assets = [_stated(body).get(key, {}) for body in (collection.body, *(each.body for each in contents.newest[:1]))]
    return any("table:primary_geometry" in each for each in (collection.body, *assets))


Known = tuple[str, str, str, str]


def _kept(files: Sequence[CollectionAsset]) -> Known | None:
    first = first_of(files)
    return (first.key, first.media_type, f"/files/{first.checksum}", first.item or "") if first else None


def first_of(files: Sequence[CollectionAsset]) -> CollectionAsset | None:
    """The file that stands for all: the first that is called data."""
    return next((file for file in files if file.key == "data"), files[0] if files else None)


def _elsewhere(collection: Collection, contents: Contents) -> Known | None:
    """The first asset with data that lies elsewhere."""
    for body, item in [*((each.body, each.id) for each in contents.newest[:1]), (collection.body, "")]:
        for key, asset in _stated(body).items():
            if _followed(asset.get("href")) and "data" in (texts(asset.get("roles")) or ("data",)):
                return str(key), str(asset.get("type", "")), str(asset["href"]), item
    return None


def _followed(href: object) -> bool:
    return bool(safe(href)) or str(href or "").startswith("s3://")


def code_elsewhere(collection: Collection, contents: Contents) -> str:
    """The lines that open, in a notebook here, the first file with data that lies elsewhere; empty where nothing does."""
    known = _elsewhere(collection, contents)
    if known is None:
        return ""
    key, media_type, href, item = known
    body = contents.newest[0].body if item else collection.body
    endpoint, region = store_of(_stated(body)[key], body, collection.body)
    return opening_elsewhere(type_of(media_type, href) or plain_type(media_type), href, endpoint, region)


def _stated(body: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    assets = body.get("assets")
    known = assets.items() if isinstance(assets, Mapping) else ()
    return {str(key): asset for key, asset in known if isinstance(asset, Mapping)}


def files_table(collection: Collection, contents: Contents, files: Sequence[CollectionAsset]) -> Table | None:
    """The files kept here, or the assets elsewhere; None where there are neither."""
    if not files:
        return _assets_elsewhere(collection, contents)
    items = {item.id: item for item in contents.newest}
    rows = tuple(
        (
            Cell(text=_title(items.get(file.item or "")),
                 href=f"/stac/collections/{collection.id}/items/{file.item}" if file.item else ""),
            Cell(text=_named(file, items), href=f"/files/{file.checksum}"),
            Cell(text=file.media_type.partition(";")[0], mono=True),
            Cell(text=words.size(file.size), sort=str(file.size)),
            Cell(text=words.short(file.checksum), mono=True, copy=file.checksum),
        )
        for file in files
    )  # fmt: skip
    columns = tuple(
        Column(title=title, numeric=title == "Size") for title in ("Item", "Asset", "Type", "Size", "SHA-256")
    )
    return Table(caption=f"Files of version {collection.version}", columns=columns, rows=rows)


def _assets_elsewhere(collection: Collection, contents: Contents) -> Table | None:
    bodies: list[tuple[str, Item | None, Mapping[str, Any]]]
    bodies = [(f"/stac/collections/{collection.id}", None, collection.body)]
    bodies += [(f"/stac/collections/{item.collection}/items/{item.id}", item, item.body) for item in contents.newest]
    rows = tuple(
        (
            Cell(text=_title(item), href=href),
            Cell(text=key, href=safe(asset.get("href"))),
            Cell(text=str(asset.get("type", "")).partition(";")[0], mono=True),
            Cell(text=_clipped(str(asset.get("href", ""))), mono=True, copy=str(asset.get("href", ""))),
        )
        for href, item, body in bodies
        for key, asset in _stated(body).items()
        if asset.get("href")
    )
    columns = tuple(Column(title=title) for title in ("Item", "Asset", "Type", "Address"))
    return Table(caption="Files, kept elsewhere", columns=columns, rows=rows[:200]) if rows else None


def _clipped(address: str) -> str:
    """A long address without its middle."""
    return address if len(address) <= 64 else f"{address[:28]}…{address[-34:]}"


def _title(item: Item | None) -> str:
    return str((item.body.get("properties") or {}).get("title") or item.id) if item else "The whole collection"


def _named(file: CollectionAsset, items: Mapping[str, Item]) -> str:
    """An asset's key, with the layout of a cube beside it."""
    item = items.get(file.item or "")
    layout = _stated(item.body if item else {}).get(file.key, {}).get("repeatpass:layout", "")
    return f"{file.key} ({layout} layout)" if layout else file.key
