"""Sentinel Hub: a mosaic of the Process API, statistics of an area, or the dates of scenes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from repeatpass.kit.connectors.oauth import client, json_body, shown, token
from repeatpass.kit.connectors.pictures import cells_of, on_the_map, require_readers
from repeatpass.kit.connectors.places import Place, http_place
from repeatpass.kit.connectors.recording import record
from repeatpass.kit.connectors.sentinelhub_forms import Question
from repeatpass.kit.connectors.whole import fetch_json, fetch_whole
from repeatpass.kit.errors import RemoteTrouble, UnknownData

MAIN = "https://services.sentinel-hub.com"
PATHS = {"mosaic": "/api/v1/process", "statistics": "/api/v1/statistics", "dates": "/api/v1/catalog/1.0.0/search"}
TOKENS = "/auth/realms/main/protocol/openid-connect/token"
ELSEWHERE = {  # deployments whose tokens are given by another host
    "services-uswest2.sentinel-hub.com": MAIN + TOKENS,
    "creodias.sentinel-hub.com": MAIN + TOKENS,
    "sh.dataspace.copernicus.eu": "https://identity.dataspace.copernicus.eu/auth/realms/CDSE/protocol/openid-connect/token",
}
TIFF, JSON = "image/tiff", "application/json"
KEYS = "Keep SH_CLIENT_ID and SH_CLIENT_SECRET of an OAuth client of yours among your secrets."


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """One deployment, and what is asked of it."""

    base: str
    tokens: str  # address
    collection: str


def open_sentinelhub(
    address: str,
    *,
    bbox: Sequence[float],
    what: str = "mosaic",
    datetime: str = "",
    bands: Sequence[str] = (),
    evalscript: str = "",
    size: tuple[int, int] | None = None,
    resolution: tuple[float, float] | None = None,
    crs: str = "EPSG:4326",
    maxcc: float | None = None,
    mosaicking_order: str = "mostRecent",
    interval: str = "P1D",
    token_url: str = "",
    secret: str = "",
) -> Any:
    """Ask for one mosaic of a collection, for statistics of its cells, or for the dates of its scenes.

    Args:
        address: ``sentinelhub://SENTINEL2_L2A``, or another deployment: ``sentinelhub+https://host/SENTINEL2_L2A``. The
            collection is called as in the library (or ``sentinel-2-l2a``), one's own as ``byoc-…`` or ``batch-…``.
        bbox: west, south, east, north in units of *crs*.
        what: ``mosaic`` (Process API), ``statistics`` (Statistical API), or ``dates`` (Catalog API).
        datetime: a day or an interval: ``2024-06-01/2024-06-30``.
        bands: names of bands; missing cells are NaN. Or
        evalscript: what the service is to compute (version 3), with one output in TIFF.
        size: columns and rows, at most 2500 each; by default 512 and 512. Or
        resolution: width and height of a cell in units of *crs*.
        maxcc: share of clouds in a scene at most, 0 to 1.
        mosaicking_order: mostRecent, leastRecent or leastCC.
        interval: of statistics: one row for each, ``P1D``, ``P1M``, … (ISO 8601).
        token_url: where tokens are given, of a deployment that is not known here.
        secret: name of the secret that holds ``id:secret`` of an OAuth client; without it SH_CLIENT_ID and
            SH_CLIENT_SECRET are taken.

    Returns: of a mosaic xarray.DataArray (band, y, x) with its CRS; with *bands* its bands are called so. Of statistics
        pandas.DataFrame (from, to, output, band, min, max, mean, stDev, sampleCount, noDataCount). Of dates
        pandas.DataFrame (date), in their order.

    Raises: UnknownData for what cannot be asked; QuotaReached also where processing units are used up (403); as `exchange`.
    """
    require_readers()
    service = _service(address, token_url)
    question = Question(
        collection=service.collection, what=what, bbox=bbox, crs=crs, datetime=datetime, bands=bands, evalscript=evalscript,
        size=size, resolution=resolution, maxcc=maxcc, mosaicking_order=mosaicking_order, interval=interval,
    )  # fmt: skip
    question.check()
    body = question.body()
    keys = f"Keep id:secret of an OAuth client of yours as the secret {secret}." if secret else KEYS
    key = token(service.tokens, *client(secret, "SH"), keys)
    place = shown(http_place(service.base + PATHS[what]), f"Bearer {key}", keys)
    if what == "dates":
        return _dates(place, body)
    asked = replace(place, body=json_body(body), accept=TIFF if what == "mosaic" else JSON)
    if what == "statistics":
        return _statistics(fetch_json(asked), asked)
    found = _mosaic(asked, bbox, crs)
    return _masked(found, bands) if bands else found


def _service(address: str, token_url: str) -> Service:
    plain = address.removeprefix("sentinelhub+") if address.startswith("sentinelhub+") else ""
    parts = urlsplit(plain or f"{MAIN}/{address.removeprefix('sentinelhub://')}")
    path, _, collection = parts.path.rstrip("/").rpartition("/")
    base = parts._replace(path=path, query="", fragment="").geturl()
    if not collection or not parts.hostname:
        raise UnknownData(f"{address!r} names no collection; write sentinelhub://SENTINEL2_L2A.")
    return Service(base=base, tokens=token_url or ELSEWHERE.get(parts.hostname, base + TOKENS), collection=collection)


def _mosaic(place: Place, bbox: Sequence[float], crs: str) -> Any:
    found = fetch_whole(place)
    record(place, checksum=found.checksum, size=found.size, media_type=TIFF, version=found.version)
    return on_the_map(cells_of(found.path, place.address), bbox, crs)


def _masked(found: Any, bands: Sequence[str]) -> Any:
    if found.sizes["band"] != len(bands) + 1:
        raise RemoteTrouble(f"{found.sizes['band']} bands came instead of {len(bands)} and their mask.")
    cells = found.isel(band=slice(0, -1)).where(found.isel(band=-1, drop=True) != 0)
    return cells.assign_coords(band=list(bands))


def _statistics(answer: Any, place: Place) -> Any:
    import pandas

    try:
        return pandas.DataFrame(list(_rows(answer)))
    except (KeyError, TypeError, AttributeError):
        raise RemoteTrouble(f"{place.address} gave no statistics.", address=place.address) from None


def _rows(answer: Any) -> Iterator[dict[str, Any]]:
    """One row for each interval, output and band; an interval that failed is an error, lest it is quietly left out."""
    for each in answer["data"]:
        span = each["interval"]
        if each.get("error"):
            raise RemoteTrouble(f"Sentinel Hub has no statistics of {span['from']} to {span['to']}: {each['error']}.")
        for output, found in each["outputs"].items():
            for band, about in found["bands"].items():
                numbers = {name: _number(value) for name, value in about["stats"].items() if name != "percentiles"}
                yield {"from": span["from"], "to": span["to"], "output": output, "band": band, **numbers}


def _number(value: Any) -> float | int:
    return float("nan") if value in ("NaN", None) else value


def _dates(place: Place, body: dict[str, Any]) -> Any:
    import pandas

    found: list[str] = []
    following: Any = 0
    while following is not None:
        page = {**body, "next": following} if following else body
        answer = fetch_json(replace(place, body=json_body(page), accept="application/geo+json"))
        try:
            found += [str(each) for each in answer["features"]]
            following = answer.get("context", {}).get("next") if answer["features"] else None
        except (KeyError, TypeError, AttributeError):
            raise RemoteTrouble(f"{place.address} gave no dates.", address=place.address) from None
    return pandas.DataFrame({"date": sorted(set(found))})
