"""The resources of a v5 configuration as links and items of STAC."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]
ADDRESS = "Give its full address, which begins with https://."
EXTENSION = "https://stac-extensions.github.io/web-map-links/v1.2.0/schema.json"
COMMON = {"Name", "Type", "Group", "EndPoint", "Times", "DateTimeInterval", "OverwriteBBox", "Bbox"}
FILES = {
    "COG source": "image/tiff; application=geotiff; profile=cloud-optimized",
    "GeoJSON source": "application/geo+json",
    "FlatGeobuf source": "application/vnd.flatgeobuf",
}
NOT_HERE = {
    "Collection-only": "It is a mere marker; the entry stands without a resource.",
    "Custom-Endpoint": "It is answered by code of the original client.",
}


def link_of(resource: Fields, title: str) -> tuple[dict[str, Any] | None, set[str], str]:
    """Return the link to a resource, which of its keys are in it, and why there is none where there is none."""
    name, place = str(resource.get("Name", "")), str(resource.get("EndPoint", ""))
    if name in NOT_HERE:
        return None, set(resource), NOT_HERE[name]
    if not place.startswith(("http://", "https://")):
        return None, set(resource), f"Its EndPoint “{place}” is no http or https address."
    write, keys = WRITERS.get(name, (_service, set(resource)))
    link = {"href": place, "title": f"{title} ({name})"} | write(resource)
    if credit := resource.get("Attribution"):
        link["attribution"] = str(credit)
    if len(times := times_of(resource)) > 2:  # begin and end stand in the extent
        link["eodash:times"] = times
    return link, COMMON | keys | {"Attribution"}, ""


def _wms(resource: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {"rel": "wms", "type": str(resource.get("MediaType") or "image/png")}
    found["wms:layers"] = [str(resource.get("LayerId") or "")]
    if styles := resource.get("Styles"):
        found["wms:styles"] = styles if isinstance(styles, list) else [str(styles)]
    return found | _dimensions(resource, "wms:dimensions")


def _wmts(resource: Fields) -> dict[str, Any]:
    found = {"rel": "wmts", "type": "image/png", "wmts:layer": str(resource.get("LayerId") or "")}
    return found | _dimensions(resource, "wmts:dimensions")


def _dimensions(resource: Fields, name: str) -> dict[str, Any]:
    given = resource.get("Dimensions")
    return {name: {str(key): str(value) for key, value in given.items()}} if isinstance(given, dict) else {}


def _service(resource: Fields) -> dict[str, Any]:
    """A service that needs its own client, and often an account: named, with all that its client would be told."""
    told = {f"eodash:{key}": value for key, value in resource.items() if key not in COMMON and value not in (None, "")}
    return {"rel": "service", "eodash:resource": str(resource.get("Name", "")), **told}


def _tiles(rel: str, kind: str) -> Callable[[Fields], dict[str, Any]]:
    return lambda _resource: {"rel": rel, "type": kind}


WMS = (_wms, {"LayerId", "Styles", "Dimensions", "MediaType"})
WRITERS: dict[str, tuple[Callable[[Fields], dict[str, Any]], set[str]]] = {
    "WMS": WMS,
    "rasdaman": WMS,
    "Sentinel Hub WMS": WMS,
    "marinedatastore": (_wmts, {"LayerId", "Dimensions"}),
    "WMTS": (_wmts, {"LayerId", "Dimensions"}),
    "XYZ": (_tiles("xyz", "image/png"), set()),
    "VectorTile source": (_tiles("vector-tile", "application/vnd.mapbox-vector-tile"), set()),
    "MapboxStyle source": (_tiles("mapbox-style-document", "application/vnd.mapbox.style+json"), set()),
}


def items_of(
    resource: Fields, collection: str, box: Sequence[float]
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Return the STAC items of a resource of files by time; and which entries make none, with the reason."""
    west, south, east, north = box
    outline = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    media, base = FILES[str(resource["Name"])], str(resource.get("EndPoint") or "").rstrip("/")
    items: dict[str, dict[str, Any]] = {}
    problems: list[tuple[str, str]] = []
    for number, entry in enumerate(_records(resource.get("TimeEntries"))):
        assets = {}
        for asset in _records(entry.get("Assets")):
            href = _joined(base, str(asset.get("File") or ""))
            if href:
                assets[str(asset.get("Identifier") or "data")] = {"href": href, "type": media, "roles": ["data"]}
        time = moment_of(entry.get("Time"))
        id = time.replace(":", "").replace("-", "")
        if reason := _why_none(entry.get("Time"), time, assets, id in items):
            problems.append((f".TimeEntries[{number}]", reason))
            continue
        items[id] = {
            "type": "Feature", "stac_version": "1.1.0", "stac_extensions": [], "id": id, "collection": collection,
            "geometry": {"type": "Polygon", "coordinates": [outline]}, "bbox": list(box),
            "properties": {"datetime": time}, "links": [], "assets": assets,
        }  # fmt: skip
    return list(items.values()), problems


def _why_none(given: Any, time: str, assets: Fields, known: bool) -> str:
    if not time:
        return f"“{given}” is no time such as 2020-03-01."
    if not assets:
        return "It has no file at an http or https address."
    return f"There is an entry of {given} already; the first is taken." if known else ""


def _records(value: Any) -> list[Fields]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _joined(base: str, file: str) -> str:
    href = file if file.startswith(("http://", "https://")) else f"{base}/{file.lstrip('/')}" if file else base
    return href if href.startswith(("http://", "https://")) and href != base else ""


def moment_of(value: Any) -> str:
    """Return a time of a configuration in UTC as STAC writes it; empty where it is none."""
    from repeatpass.core.errors import Invalid
    from repeatpass.core.times import parse_time

    try:
        return parse_time(str(value)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except Invalid:
        return ""


def times_of(resource: Fields) -> list[str]:
    """Return the times that a resource states: a list, an interval, or those of its files; in order."""
    interval = resource.get("DateTimeInterval")
    given = [*(resource.get("Times") or [])] if isinstance(resource.get("Times"), list) else []
    given += [interval.get("Start"), interval.get("End")] if isinstance(interval, dict) else []
    given += [each.get("Time") for each in _records(resource.get("TimeEntries"))]
    return sorted(filter(None, (moment_of(each) for each in given)))
