"""Which files elsewhere a collection and its items name that could lie on a map."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from repeatpass.catalog.records import Collection, Item
from repeatpass.data.elsewhere.records import FarFile
from repeatpass.data.facts import FOLDER, plain

ZARR_ZIP, NETCDF, TIFF = "application/vnd.zarr+zip", "application/x-netcdf", "image/tiff"
TYPES = {
    "image/tiff": TIFF, "image/vnd.stac.geotiff": TIFF, "application/geotiff": TIFF,
    "application/x-netcdf": NETCDF, "application/netcdf": NETCDF, "application/netcdf4": NETCDF,
    "application/vnd.zarr": FOLDER, "application/vnd+zarr": FOLDER, "application/x-zarr": FOLDER,
    "application/zarr": FOLDER, ZARR_ZIP: ZARR_ZIP, "application/vnd+zarr+zip": ZARR_ZIP,
}  # fmt: skip
SUFFIXES = {
    ".zarr.zip": ZARR_ZIP, ".zarr": FOLDER, ".tif": TIFF, ".tiff": TIFF, ".nc": NETCDF, ".nc4": NETCDF,
}  # fmt: skip
UNSAID = ("", "application/octet-stream", "binary/octet-stream")
PICTURES = {"thumbnail", "overview", "metadata"}
REGION = re.compile(r"[a-z0-9-]{1,40}")
MOST = 20_000  # files of one collection


def candidates(collection: Collection, items: Sequence[Item], kept: set[tuple[str, str]]) -> list[FarFile]:
    """Return the rasters and cubes elsewhere, those of the collection itself first.

    *kept*: item and key of the files that are kept here, which are read here.
    """
    found = [*_of(collection.id, "", collection.body, collection.body)]
    for item in items:
        found += _of(collection.id, item.id, item.body, collection.body)
    return [each for each in found if (each.item, each.key) not in kept][:MOST]


def _of(collection: str, item: str, body: Mapping[str, Any], above: Mapping[str, Any]) -> Iterator[FarFile]:
    assets = body.get("assets")
    for key, asset in assets.items() if isinstance(assets, Mapping) else ():
        if not isinstance(asset, Mapping):
            continue
        address, roles = str(asset.get("href") or ""), asset.get("roles")
        media_type = type_of(str(asset.get("type") or ""), address)
        said = set(map(str, roles)) if isinstance(roles, list) else set()
        if media_type and (not PICTURES & said or "data" in said):
            endpoint, region = store_of(asset, body, above)
            yield FarFile(
                collection=collection, item=item, key=str(key), address=address, media_type=media_type,
                endpoint=endpoint, region=region,
            )  # fmt: skip


def type_of(stated: str, address: str) -> str:
    """Return as what a file at an address is read; empty where it lies elsewhere than is asked, or on no map."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https", "s3") or not parts.netloc:
        return ""
    path = parts.path.rstrip("/").lower()
    by_name = next((found for suffix, found in SUFFIXES.items() if path.endswith(suffix)), "")
    known = plain(stated)
    found = by_name if known in UNSAID else TYPES.get(known, "")
    return ZARR_ZIP if found == FOLDER and path.endswith(".zip") else found


def store_of(asset: Mapping[str, Any], body: Mapping[str, Any], above: Mapping[str, Any]) -> tuple[str, str]:
    """Return the endpoint and the region that the storage extension (2.0) states for an asset; empty: it states none.

    *body*: the item that it stands in, or the collection; *above*: the collection.
    """
    refs = asset.get("storage:refs")
    for holder in (body.get("properties"), body, above) if isinstance(refs, list) else ():
        schemes = holder.get("storage:schemes") if isinstance(holder, Mapping) else None
        for ref in map(str, refs or ()):
            scheme = schemes.get(ref) if isinstance(schemes, Mapping) else None
            if isinstance(scheme, Mapping):
                platform, region = str(scheme.get("platform") or ""), str(scheme.get("region") or "")
                own = scheme.get("type") != "aws-s3" and "{" not in platform
                return (platform if own else "", region if REGION.fullmatch(region) else "")
    return "", ""
