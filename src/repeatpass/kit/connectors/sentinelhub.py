"""Sentinel Hub: one mosaic of the Process API as cells with their CRS. Requests are formed by its own library."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from repeatpass.kit.connectors.oauth import client, json_body, shown, token
from repeatpass.kit.connectors.pictures import cells_of, check_bbox, check_size, on_the_map, require_readers
from repeatpass.kit.connectors.places import Place, http_place
from repeatpass.kit.connectors.recording import record
from repeatpass.kit.connectors.whole import fetch_whole
from repeatpass.kit.errors import RemoteTrouble, UnknownData, UnreadableData

MAIN = "https://services.sentinel-hub.com"
TOKENS = "/auth/realms/main/protocol/openid-connect/token"
ELSEWHERE = {  # deployments whose tokens are given by another host
    "services-uswest2.sentinel-hub.com": MAIN + TOKENS,
    "creodias.sentinel-hub.com": MAIN + TOKENS,
    "sh.dataspace.copernicus.eu": "https://identity.dataspace.copernicus.eu/auth/realms/CDSE/protocol/openid-connect/token",
}
MOST = 2500  # cells along one side, as the service's documentation says
TIFF = "image/tiff"
KEYS = "Keep SH_CLIENT_ID and SH_CLIENT_SECRET of an OAuth client of yours among your secrets."
SCRIPT = """//VERSION=3
function setup() {{
  return {{input: [{{bands: {bands}}}], output: {{bands: {count}, sampleType: "FLOAT32"}}}};
}}
function evaluatePixel(s) {{
  return [{values}];
}}
"""


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
    datetime: str = "",
    bands: Sequence[str] = (),
    evalscript: str = "",
    size: tuple[int, int] | None = None,
    resolution: tuple[float, float] | None = None,
    crs: str = "EPSG:4326",
    maxcc: float | None = None,
    mosaicking_order: str = "mostRecent",
    token_url: str = "",
    secret: str = "",
) -> Any:
    """Ask the Process API for one mosaic of a collection.

    Args:
        address: ``sentinelhub://SENTINEL2_L2A``, or another deployment: ``sentinelhub+https://host/SENTINEL2_L2A``. The
            collection is called as in the library (or ``sentinel-2-l2a``), one's own as ``byoc-…`` or ``batch-…``.
        bbox: west, south, east, north in units of *crs*.
        datetime: a day or an interval: ``2024-06-01/2024-06-30``.
        bands: names of bands; missing cells are NaN. Or
        evalscript: what the service is to compute (version 3), with one output in TIFF.
        size: columns and rows, at most 2500 each; by default 512 and 512. Or
        resolution: width and height of a cell in units of *crs*.
        maxcc: share of clouds in a scene at most, 0 to 1.
        mosaicking_order: mostRecent, leastRecent or leastCC.
        token_url: where tokens are given, of a deployment that is not known here.
        secret: name of the secret that holds ``id:secret`` of an OAuth client; without it SH_CLIENT_ID and
            SH_CLIENT_SECRET are taken.

    Returns: xarray.DataArray (band, y, x) with its CRS; with *bands* its bands are called so.

    Raises: UnknownData for what cannot be asked; QuotaReached also where processing units are used up (403); as `exchange`.
    """
    require_readers()
    check_bbox(bbox)
    if bool(bands) == bool(evalscript):
        raise UnknownData("Name either bands or an evalscript.", field="bands")
    if size is not None:
        check_size(size, MOST)
    service = _service(address, token_url)
    script = evalscript or _script(bands)
    body = _body(service, bbox, crs, (datetime, maxcc, mosaicking_order), script, (size, resolution))
    keys = f"Keep id:secret of an OAuth client of yours as the secret {secret}." if secret else KEYS
    key = token(service.tokens, *client(secret, "SH"), keys)
    place = shown(http_place(f"{service.base}/api/v1/process"), f"Bearer {key}", keys)
    found = _opened(replace(place, body=json_body(body), accept=TIFF), bbox, crs)
    return _masked(found, bands) if bands else found


def _service(address: str, token_url: str) -> Service:
    plain = address.removeprefix("sentinelhub+") if address.startswith("sentinelhub+") else ""
    parts = urlsplit(plain or f"{MAIN}/{address.removeprefix('sentinelhub://')}")
    path, _, collection = parts.path.rstrip("/").rpartition("/")
    base = parts._replace(path=path, query="", fragment="").geturl()
    if not collection or not parts.hostname:
        raise UnknownData(f"{address!r} names no collection; write sentinelhub://SENTINEL2_L2A.")
    return Service(base=base, tokens=token_url or ELSEWHERE.get(parts.hostname, base + TOKENS), collection=collection)


def _script(bands: Sequence[str]) -> str:
    import json

    values = ", ".join(f"s[{json.dumps(band)}]" for band in (*bands, "dataMask"))
    return SCRIPT.format(bands=json.dumps([*bands, "dataMask"]), count=len(bands) + 1, values=values)


def _body(
    service: Service,
    bbox: Sequence[float],
    crs: str,
    scenes: tuple[str, float | None, str],
    script: str,
    cells: tuple[tuple[int, int] | None, tuple[float, float] | None],
) -> Any:
    library = _library()
    ask, (datetime, maxcc, order) = library.SentinelHubRequest, scenes
    begin, _, end = datetime.partition("/")
    size, resolution = cells
    try:
        data = ask.input_data(
            _collection(library, service.collection), time_interval=(begin, end or begin) if datetime else None, maxcc=maxcc,
            mosaicking_order=order,
        )  # fmt: skip
        return ask.body(
            request_bounds=ask.bounds(bbox=library.BBox(tuple(bbox), library.CRS(crs))),
            request_data=[dict(data)],
            request_output=ask.output(
                responses=[ask.output_response("default", library.MimeType.TIFF)], resolution=resolution,
                size=size or (None if resolution else (512, 512)),
            ),
            evalscript=script,
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        raise UnknownData(f"This cannot be asked of Sentinel Hub: {error}", address=service.base) from None


def _library() -> Any:
    try:
        return import_module("sentinelhub")
    except ModuleNotFoundError as error:
        raise UnreadableData(
            f"Opening Sentinel Hub needs the package {error.name!r}: pip install 'repeatpass[sentinelhub]'.",
            package=error.name,
        ) from None


def _collection(library: Any, name: str) -> Any:
    known_ones = library.DataCollection
    for kind, define in (("byoc-", known_ones.define_byoc), ("batch-", known_ones.define_batch)):
        if name.startswith(kind):
            return define(name.removeprefix(kind))
    known = {each.name: each for each in known_ones} | {each.value.api_id: each for each in known_ones}
    if name not in known:
        names = ", ".join(sorted(each.name for each in known_ones))
        raise UnknownData(f"There is no collection {name!r}. The library knows {names}, byoc-… and batch-….")
    return known[name]


def _opened(place: Place, bbox: Sequence[float], crs: str) -> Any:
    found = fetch_whole(place)
    record(place, checksum=found.checksum, size=found.size, media_type=TIFF, version=found.version)
    return on_the_map(cells_of(found.path, place.address), bbox, crs)


def _masked(found: Any, bands: Sequence[str]) -> Any:
    if found.sizes["band"] != len(bands) + 1:
        raise RemoteTrouble(f"{found.sizes['band']} bands came instead of {len(bands)} and their mask.")
    cells = found.isel(band=slice(0, -1)).where(found.isel(band=-1, drop=True) != 0)
    return cells.assign_coords(band=list(bands))
