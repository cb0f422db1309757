"""`repeatpass.open`: find a file, check that it is the registered one, note that it was read, and open it."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from repeatpass.kit.context import Context
from repeatpass.kit.errors import AlteredData, UnknownData
from repeatpass.kit.records import Asset, Collection, Item, Read


def open(collection: str, item: str | None = None, *, asset: str = "data", layout: str = "", **options: Any) -> Any:
    """Open one asset of a collection, or what lies at an address elsewhere.

    Args:
        collection: id of the collection; or an address ``https://…``, ``s3://bucket/key`` or
            ``stac+https://…/collections/id``, whose own options `connectors.opening.open_address` describes.
        item: id of the item; may be left out when the collection has one item, or holds the asset itself.
        asset: key of the asset.
        layout: of a cube that is kept in two layouts: "map" (whole maps are read quickly) or "series" (long
            series of small areas are). Without it, "map"; a cube in one layout is opened in that one.
        **options: handed to the library that opens the file (for example `columns=` for Parquet).

    Returns:
        Zarr and NetCDF: xarray.Dataset, read lazily. GeoTIFF: xarray.DataArray (band, y, x) with its CRS
        and missing cells as NaN. GeoParquet, GeoPackage, GeoJSON, FlatGeobuf: geopandas.GeoDataFrame.
        Parquet and CSV: pandas.DataFrame.

    Raises:
        NoContext: there is no platform and no crate to read from.
        UnknownData: collection, item or asset do not exist, or several items could be meant.
        AlteredData: the file is missing, or its size or SHA-256 differ from what was registered.
        UnreadableData: nothing here reads the media type.
        AccessRefused, QuotaReached, RemoteTrouble: of addresses: see `repeatpass.kit.errors`.
    """
    if "://" in collection:
        return _open_elsewhere(collection, item, asset, layout, options)
    from repeatpass.kit.opening import open_file

    path, entry = _located(collection, item, asset, layout)
    return open_file(path, entry.type, options)


def _open_elsewhere(address: str, item: str | None, asset: str, layout: str, options: dict[str, Any]) -> Any:
    from repeatpass.kit.connectors.opening import open_address
    from repeatpass.kit.connectors.places import SCHEMES, is_address

    if not is_address(address):
        raise UnknownData(f"{address!r} cannot be opened; addresses begin with {', '.join(SCHEMES)}.")
    if item is not None or asset != "data" or layout:
        raise UnknownData(f"item, asset and layout belong to collections; {address!r} is an address.")
    return open_address(address, **options)


def located(collection: str, item: str | None = None, *, asset: str = "data") -> Path:
    """Return where an asset lies on this machine, checked and noted as read: for libraries that open files themselves.

    Raises: as `open`.
    """
    return _located(collection, item, asset, "")[0]


def _located(collection: str, item: str | None, asset: str, layout: str) -> tuple[Path, Asset]:
    found = Context.load().collection(collection)
    asset = _laid_out(found, asset, layout)
    chosen, entry = choose(found, item, asset)
    path = local_file(entry)
    _announce(path)  # first: the check reads the file, too
    check(path, entry)
    _record(found, chosen, asset, entry)
    return path, entry


def _laid_out(collection: Collection, asset: str, layout: str) -> str:
    """Return the asset that holds a layout: `data` is the first one of a cube, further ones have their own name."""
    if layout not in ("", "map", "series"):
        raise UnknownData(f"There is no layout {layout!r}; use 'map' or 'series'.", layout=layout)
    known = {*collection.assets, *(key for item in collection.items for key in item.assets)}
    return layout if layout in known else asset


def items(collection: str) -> list[str]:
    """Return the ids of the items of a collection, in their registered order."""
    return [item.id for item in Context.load().collection(collection).items]


def choose(collection: Collection, item: str | None, asset: str) -> tuple[Item | None, Asset]:
    """Return the item and the asset that are meant; the item is None for a file of the whole collection."""
    if item is None and asset in collection.assets:
        return None, collection.assets[asset]
    if item is None and len(collection.items) != 1:
        ids = ", ".join(each.id for each in collection.items[:12]) or "none"
        raise UnknownData(f"Collection {collection.id!r} has {len(collection.items)} items; name one of: {ids}.")
    chosen = next((each for each in collection.items if item in (None, each.id)), None)
    if chosen is None:
        raise UnknownData(f"Collection {collection.id!r} has no item {item!r}.", collection=collection.id, item=item)
    if asset not in chosen.assets:
        keys = ", ".join(sorted(chosen.assets)) or "none"
        raise UnknownData(f"Item {chosen.id!r} of {collection.id!r} has no asset {asset!r}. Its assets: {keys}.")
    return chosen, chosen.assets[asset]


def local_file(asset: Asset) -> Path:
    """Return the asset as a local path, fetching it once when it lies at an http address."""
    if asset.href.startswith(("http://", "https://")):
        from repeatpass.kit.web import fetch

        return fetch(asset.href, asset.checksum)
    if asset.href.startswith("file://"):
        return Path(unquote(urlsplit(asset.href).path))
    return Path(asset.href)


def check(path: Path, asset: Asset) -> None:
    """Raise AlteredData unless the file has exactly the registered size and SHA-256."""
    if not path.is_file():
        raise AlteredData(f"{path} was registered but is not there any more.", href=asset.href)
    size = path.stat().st_size
    if size != asset.size:
        raise AlteredData(
            f"{path} has {size} bytes, registered were {asset.size}: it was altered after it was registered.",
            href=asset.href,
        )
    found = sha256_of(path)
    if found != asset.checksum:
        raise AlteredData(
            f"{path} has the checksum {found}, registered was {asset.checksum}: it was altered after it was registered.",
            href=asset.href,
            found=found,
        )


def sha256_of(path: Path) -> str:
    """Return the checksum of a file as "sha256:<hex>"."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def cell() -> int | None:
    """Return the execution count of the running notebook cell, or None outside a notebook."""
    import sys

    # Looked up rather than imported: a script that never had IPython should not load it.
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    # shell.execution_count has gone on to the next cell in some versions of IPython; the prompt has not.
    return None if shell is None else int(shell.displayhook.prompt_count)


def _record(collection: Collection, item: Item | None, key: str, asset: Asset) -> None:
    """Append the read to the run's record; outside a run there is none to keep."""
    record = os.environ.get("REPEATPASS_READS")
    if not record:
        return
    read = Read(
        collection=collection.id,
        version=collection.version,
        item=item.id if item else None,
        asset=key,
        href=asset.href,
        size=asset.size,
        checksum=asset.checksum,
        media_type=asset.type,
        cell=cell(),
    )
    with Path(record).open("a", encoding="utf-8") as file:
        file.write(json.dumps(read.to_json()) + "\n")


def _announce(path: Path) -> None:
    """Tell the watcher that this read is on record; without a watcher nothing needs to be told."""
    try:
        from repeatpass.kit.watching import announce
    except ImportError:
        return
    announce(path)
