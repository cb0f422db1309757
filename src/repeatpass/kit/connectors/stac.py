"""Remote STAC APIs: search with pystac-client, load with odc-stac, record the answer and every file that is read."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from repeatpass.kit import watching
from repeatpass.kit.connectors.opening import TIFF, place_of
from repeatpass.kit.connectors.parts import RemoteFile
from repeatpass.kit.connectors.places import Place, http_place
from repeatpass.kit.connectors.recording import record
from repeatpass.kit.connectors.requesting import PATIENCE, PAUSE, SAID, TIMEOUT, TRIES, exchange
from repeatpass.kit.connectors.serving import served
from repeatpass.kit.connectors.whole import fetch_whole
from repeatpass.kit.errors import (
    AccessRefused,
    KitError,
    QuotaReached,
    RemoteTrouble,
    UnknownData,
    UnreadableData,
)

JSON = "application/geo+json"


def open_stac(
    address: str,
    *,
    bands: Sequence[str] = (),
    bbox: Sequence[float] | None = None,
    datetime: str | None = None,
    query: Any = None,
    ids: Sequence[str] | None = None,
    limit: int = 100,
    secret: str = "",
    whole: bool = False,
    **options: Any,
) -> Any:
    """Search a collection of a remote STAC API and load what it finds as one cube.

    Args:
        address: ``stac+https://host/api/collections/id``.
        bands: keys of the assets; all rasters when empty.
        bbox: west, south, east, north in degrees (EPSG:4326); also bounds what is loaded.
        datetime: a moment or an interval as STAC writes it: ``2024-06-01/2024-06-30``.
        query: of STAC's query extension, such as ``{"eo:cloud_cover": {"lt": 20}}``.
        ids: of the items.
        limit: items at most; finding more is an error, lest a cube is quietly cut.
        secret: name of the secret that holds a token for the API.
        whole: fetch each file as a whole, instead of those parts that are needed.
        **options: handed to ``odc.stac.load`` (``crs``, ``resolution``, ``chunks``, ``groupby``, …).

    Returns: xarray.Dataset of (time, y, x), a variable for each band.

    Raises: UnknownData where nothing is found; as `exchange`; UnreadableData where the packages are missing.
    """
    try:
        import odc.stac
        import pystac_client  # noqa: F401
    except ModuleNotFoundError as error:
        raise UnreadableData(
            f"Opening STAC needs the package {error.name!r}: pip install 'repeatpass[stac]'.", package=error.name
        ) from None
    place, base, collection = _places(address, secret)
    asked = {"bbox": bbox, "datetime": datetime, "query": query, "ids": ids}
    items = _found(place, base, collection, asked, limit)
    _record_search(place, asked, items, bands)
    hrefs = _hrefs(items, bands, secret, whole)
    if bbox is not None and "bbox" not in options and not {"geobox", "like", "x", "lon", "geopolygon"} & set(options):
        options["bbox"] = tuple(bbox)
    return odc.stac.load(
        items, bands=list(bands) or None, patch_url=lambda href: hrefs.get(href, href), **{"chunks": {}, **options}
    )


def _places(address: str, secret: str) -> tuple[Place, str, str]:
    """Return the place of the collection, the address of the API, and the collection's id."""
    plain = address.removeprefix("stac+").rstrip("/")
    base, found, collection = plain.rpartition("/collections/")
    if not found or not collection or "/" in collection:
        raise UnknownData(f"{address!r} names no collection; write stac+https://host/api/collections/ID.")
    return http_place(plain, secret=secret), base, collection


def _found(place: Place, base: str, collection: str, asked: dict[str, Any], limit: int) -> list[Any]:
    """Return the items in the order of their ids."""
    import pystac.errors
    import pystac_client.exceptions
    import requests

    exchange(_api(base, place), lambda answer: answer.read())  # says in plain words why there is no way in
    try:
        with watching.recorded():
            items = _searched(base, dict(place.sign("GET", place.url)), collection, asked, limit)
    except pystac_client.exceptions.APIError as error:
        raise _refused(place, error) from error
    except (requests.RequestException, pystac.errors.STACError, ValueError, KeyError, TypeError) as error:
        raise RemoteTrouble(f"The search at {base} failed: {error}", address=base) from error
    if not items:
        raise UnknownData(f"Nothing in {place.address} matches {json.dumps(asked, default=str)}.", **asked)
    if len(items) > limit:
        raise UnknownData(f"More than {limit} items of {place.address} match; ask for less, or raise limit=.")
    return items


def _api(base: str, place: Place) -> Place:
    return replace(place, address=base, url=base)


def _searched(base: str, headers: dict[str, str], collection: str, asked: dict[str, Any], limit: int) -> list[Any]:
    """Ask with pystac-client, which tries again on 429 and 5xx as long as Retry-After asks for; no connection stays."""
    from pystac_client import Client
    from pystac_client.stac_api_io import StacApiIO

    tries = _tries()(
        total=TRIES - 1, backoff_factor=PAUSE, status_forcelist=(429, 502, 503, 504), allowed_methods=None,
        raise_on_status=False, retry_after_max=int(PATIENCE),
    )  # fmt: skip
    io = StacApiIO(headers=headers, timeout=TIMEOUT, max_retries=tries)
    try:
        client = Client.open(base, stac_io=io)
        given = {name: value for name, value in asked.items() if value is not None}
        search = client.search(collections=[collection], max_items=limit + 1, limit=min(limit + 1, 100), **given)
        return sorted(search.items(), key=lambda item: str(item.id))
    finally:
        io.session.close()


def _tries() -> Any:
    from urllib3 import Retry

    class Patient(Retry):
        """Never waits longer than we do, whatever a service asks for."""

        def parse_retry_after(self, retry_after: str) -> float:
            return min(super().parse_retry_after(retry_after), PATIENCE)

    return Patient


def _refused(place: Place, error: Any) -> KitError:
    """What the API answered to the search itself, in the family that it belongs to."""
    status = getattr(error, "status_code", None)
    families = {401: AccessRefused, 403: AccessRefused, 404: UnknownData, 429: QuotaReached}
    words = " ".join(str(error).split())[:SAID]
    return families.get(status or 0, RemoteTrouble)(
        f"The search of {place.address} was refused ({status}: {words}).", address=place.address, status=status
    )


def _record_search(place: Place, asked: dict[str, Any], items: list[Any], bands: Sequence[str]) -> None:
    """Put the answer on record: which items, when they were changed, and which files of them."""
    told = [
        [item.id, item.properties.get("datetime"), item.properties.get("updated"), sorted(_assets(item, bands))]
        for item in items
    ]
    text = json.dumps([{name: value for name, value in asked.items() if value is not None}, told], sort_keys=True,
                      default=str).encode()  # fmt: skip
    record(
        place, checksum=f"sha256:{hashlib.sha256(text).hexdigest()}", size=len(text), media_type=JSON, asset="search",
        version=f"{len(items)} items", how="search",
    )  # fmt: skip


def _assets(item: Any, bands: Sequence[str]) -> dict[str, Any]:
    """The files of an item that are meant; UnknownData where a band is not there."""
    if missing := [band for band in bands if band not in item.assets]:
        known = ", ".join(sorted(item.assets))
        raise UnknownData(f"The item {item.id!r} has no asset {missing[0]!r}. Its assets: {known}.", item=item.id)
    return {key: item.assets[key] for key in bands} if bands else {
        key: asset for key, asset in item.assets.items() if (asset.media_type or "").startswith(TIFF)
    }  # fmt: skip


def _hrefs(items: list[Any], bands: Sequence[str], secret: str, whole: bool) -> dict[str, str]:
    """Return for each address in the items what GDAL is to read in its place."""
    found: dict[str, str] = {}
    for item in items:
        for key, asset in _assets(item, bands).items():
            href = asset.get_absolute_href() or asset.href
            place = place_of(href, secret=secret if _same_host(href, item) else "")
            found[href] = _whole(place, key, asset) if whole else served(RemoteFile(place, TIFF, key))
    return found


def _same_host(href: str, item: Any) -> bool:
    """Whether a file lies where its item does; another host is not shown our token."""
    return urlsplit(href).netloc == urlsplit(item.get_self_href() or "").netloc


def _whole(place: Place, key: str, asset: Any) -> str:
    stated = str(asset.extra_fields.get("file:checksum", ""))
    checksum = f"sha256:{stated.removeprefix('1220')}" if stated.startswith("1220") else ""
    found = fetch_whole(place, checksum=checksum)
    record(place, checksum=found.checksum, size=found.size, media_type=TIFF, version=found.version, asset=key)
    return str(PurePosixPath(found.path))
