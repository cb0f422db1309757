"""openEO: a collection, or any process, computed by a service, at once or as a batch job, and opened.

The request is the process graph that openEO documents; one made with the openEO client is taken as it is. The client
itself is not needed (it asks for pandas before 3, which the rest of an environment may not).
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.request import build_opener

from repeatpass.kit.connectors.oauth import json_body
from repeatpass.kit.connectors.openeo_access import beside, discovered, let_in
from repeatpass.kit.connectors.openeo_jobs import computed
from repeatpass.kit.connectors.opening import TIFF, opened
from repeatpass.kit.connectors.pictures import check_bbox
from repeatpass.kit.connectors.places import Manner, http_place
from repeatpass.kit.connectors.requesting import TRIES
from repeatpass.kit.connectors.whole import fetch_whole
from repeatpass.kit.errors import UnknownData
from repeatpass.kit.opening import NETCDF

FORMATS = {"netCDF": NETCDF, "GTiff": TIFF}
PATIENT = 1800.0  # seconds for a computation, as the openEO client waits


def open_openeo(
    address: str,
    *,
    bbox: Sequence[float] | None = None,
    datetime: str = "",
    bands: Sequence[str] = (),
    crs: str = "EPSG:4326",
    properties: Mapping[str, Any] | None = None,
    process: Any = None,
    format: str = "netCDF",
    batch: bool = False,
    wait: float = 3600,
    auth: str = "",
    provider: str = "",
    secret: str = "",
    **options: Any,
) -> Any:
    """Have an openEO service (API 1.x) load a collection, or compute a process, and open the result.

    Args:
        address: ``openeo+https://host/openeo/1.2/collections/ID``; without a collection where *process* is given.
        bbox: west, south, east, north in units of *crs*.
        datetime: a day, or an interval whose end is not part of it, as openEO has it: ``2024-06-01/2024-07-01``.
        bands: names of bands; all when empty.
        crs: of *bbox*, ``EPSG:…``.
        properties: processes that filter scenes, as ``load_collection`` of openEO takes them.
        process: a flat process graph, or a cube of the openEO client, instead of bbox, datetime, bands and properties.
        format: netCDF or GTiff.
        batch: have it computed as a batch job, which may be larger and takes its turn, instead of at once.
        wait: seconds at most for a batch job.
        auth: ``oidc`` (of a client), or ``basic``; by default whichever there is a secret for.
        provider: id of the OIDC provider; by default the first.
        secret: name of the secret that holds ``id:secret`` of a client, or ``name:password``; without it
            OPENEO_AUTH_CLIENT_ID and OPENEO_AUTH_CLIENT_SECRET, or HTTP_LOGIN_<HOST>.
        **options: to the library that opens the result.

    Returns: xarray.Dataset for netCDF, xarray.DataArray (band, y, x) for GTiff, as the service writes them.

    Raises: UnknownData for what cannot be asked; QuotaReached also for want of credits (402); as `exchange`.
    """
    base, _, collection = address.removeprefix("openeo+").partition("/collections/")
    _check(collection, bbox, format, process, auth)
    graph = _of(process) if process is not None else _loading(collection, bbox, datetime, bands, crs, properties)
    body = json_body({"process": {"process_graph": _saved(graph, format)}})
    service = http_place(discovered(http_place(base.rstrip("/"))))
    place = let_in(beside(service, "jobs" if batch else "result"), service, auth, provider, secret)
    asked = replace(place, body=body)
    found = computed(asked, FORMATS[format], wait) if batch else fetch_whole(replace(asked, manner=_patient()))
    return opened(asked, found, FORMATS[format], options)


def _patient() -> Manner:
    return Manner(opener=build_opener, timeout=PATIENT, tries=TRIES, longest=float("inf"), most=sys.maxsize)


def _check(collection: str, bbox: Sequence[float] | None, format: str, process: Any, auth: str) -> None:
    if bool(collection) == (process is not None) or "/" in collection:
        raise UnknownData(
            "Name one collection (openeo+https://host/openeo/1.2/collections/ID), or give process and no collection.",
            field="process",
        )
    if bbox is not None:
        check_bbox(bbox)
    elif collection:
        raise UnknownData("bbox is missing; write west, south, east, north.", field="bbox")
    if format not in FORMATS:
        raise UnknownData(f"format is {format!r}; one of {', '.join(FORMATS)} can be read.", field="format")
    if auth not in ("", "oidc", "basic"):
        raise UnknownData(f"auth is {auth!r}; write oidc or basic.", field="auth")


def _loading(
    collection: str, bbox: Any, datetime: str, bands: Sequence[str], crs: str, properties: Mapping[str, Any] | None
) -> dict[str, Any]:
    west, south, east, north = bbox
    code = crs.upper().removeprefix("EPSG:")
    if not code.isdigit():
        raise UnknownData(f"crs is {crs!r}; write EPSG:4326.", field="crs")
    arguments: dict[str, Any] = {
        "id": collection, "temporal_extent": _interval(datetime) if datetime else None,
        "spatial_extent": {"west": west, "south": south, "east": east, "north": north, "crs": int(code)},
    }  # fmt: skip
    arguments |= {"bands": list(bands)} if bands else {}
    arguments |= {"properties": dict(properties)} if properties else {}
    return {"load": {"process_id": "load_collection", "arguments": arguments, "result": True}}


def _interval(text: str) -> list[str | None]:
    begin, found, end = text.partition("/")
    if found:
        return [None if each in ("", "..") else each for each in (begin, end)]
    try:
        return [begin, str(date.fromisoformat(begin) + timedelta(days=1))]
    except ValueError:
        raise UnknownData(
            f"datetime is {text!r}; write 2024-06-01 or 2024-06-01/2024-07-01.", field="datetime"
        ) from None


def _of(process: Any) -> dict[str, Any]:
    """Return the flat graph of a cube of the openEO client, of a process, or of what is one already."""
    found = process.flat_graph() if hasattr(process, "flat_graph") else process
    found = found.get("process_graph", found) if isinstance(found, Mapping) else {}
    nodes = found if isinstance(found, Mapping) else {}
    if not nodes or not all(isinstance(each, Mapping) and "process_id" in each for each in nodes.values()):
        raise UnknownData("process is no process graph: nodes by name, each with a process_id.", field="process")
    return {str(name): dict(node) for name, node in nodes.items()}


def _saved(graph: dict[str, Any], format: str) -> dict[str, Any]:
    """Return *graph* with a file as its result."""
    results = [name for name, node in graph.items() if node.get("result")]
    if len(results) != 1:
        raise UnknownData(f"process has {len(results)} nodes with result: true; it needs one.", field="process")
    last = graph[results[0]]
    if last["process_id"] == "save_result":
        return graph
    kept = {**graph, results[0]: {name: value for name, value in last.items() if name != "result"}}
    data = {"data": {"from_node": results[0]}, "format": format}
    return {**kept, "repeatpass_save": {"process_id": "save_result", "arguments": data, "result": True}}
