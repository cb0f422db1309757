"""STAC 1.1.0 collections and items from facts that are written down and spans that are read from the data."""

from collections.abc import Sequence
from typing import Any

from repeatpass.demo.records import Converted, Facts, PreparedAsset, Provider, Span

VERSION = "1.1.0"
FILE = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
SCIENTIFIC = "https://stac-extensions.github.io/scientific/v1.0.0/schema.json"
VERSIONED = "https://stac-extensions.github.io/version/v1.2.0/schema.json"

WORLD = (-180.0, -90.0, 180.0, 90.0)


def collection(facts: Facts, parts: Sequence[Converted]) -> dict[str, Any]:
    """Return the STAC Collection of *facts* over all its *parts*."""
    own = [asset for part in parts if part.item is None for asset in part.assets]
    body: dict[str, Any] = {
        "type": "Collection",
        "stac_version": VERSION,
        "stac_extensions": sorted({SCIENTIFIC, VERSIONED, *_extensions(own)}),
        "id": facts.id,
        "title": facts.title,
        "description": facts.description,
        "keywords": list(facts.keywords),
        "license": facts.license,
        "providers": [_provider(each) for each in facts.providers],
        "extent": _extent([part.span for part in parts]),
        "version": facts.version,
        "sci:citation": facts.citation,
        "attribution": facts.attribution,
        "repeatpass:kind": facts.kind,
        "repeatpass:source": facts.package,
        "repeatpass:license_title": facts.license_title,
        "links": [{"rel": "license", "href": facts.license_url, "type": "text/html", "title": facts.license_title}],
    }
    if all(part.span.bbox is None for part in parts):
        body["repeatpass:nowhere"] = True  # STAC demands a box all the same
    if own:
        body["assets"] = {each.key: _asset(each) for each in own}
    return body


def item(facts: Facts, part: Converted) -> dict[str, Any]:
    """Return the STAC Item of one part. Its time is the interval that the data state."""
    span = part.span
    if span.bbox is None or span.start is None or span.end is None or part.item is None:
        raise ValueError(f"{facts.id}: an item needs a place and a time; this part states none.")
    return {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": sorted(_extensions(part.assets)),
        "id": part.item,
        "collection": facts.id,
        "geometry": rectangle(span.bbox),
        "bbox": list(span.bbox),
        "properties": {
            "title": facts.title,
            "datetime": span.start if span.start == span.end else None,
            "start_datetime": span.start,
            "end_datetime": span.end,
            **part.properties,
        },
        "links": [],
        "assets": {each.key: _asset(each) for each in part.assets},
    }


def rectangle(bbox: tuple[float, float, float, float]) -> dict[str, Any]:
    """Return a GeoJSON polygon, counter-clockwise."""
    west, south, east, north = bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _extensions(assets: Sequence[PreparedAsset]) -> set[str]:
    found = {FILE} if assets else set()
    if any("proj:code" in each.properties for each in assets):
        found.add(PROJECTION)
    return found


def _extent(spans: Sequence[Span]) -> dict[str, Any]:
    """Join the spans. STAC demands a box; where no place is known it is the world, as the description says."""
    boxes = [span.bbox for span in spans if span.bbox is not None] or [WORLD]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    starts = [span.start for span in spans if span.start is not None]
    ends = [span.end for span in spans if span.end is not None]
    interval = [min(starts, default=None), max(ends, default=None)]
    return {"spatial": {"bbox": [[west, south, east, north]]}, "temporal": {"interval": [interval]}}


def _asset(asset: PreparedAsset) -> dict[str, Any]:
    return {
        "href": f"./{asset.path.name}",
        "type": asset.media_type,
        "title": asset.title,
        "roles": list(asset.roles),
        "file:size": asset.size,
        "file:checksum": "1220" + asset.checksum.removeprefix("sha256:"),  # multihash: SHA-256, 32 bytes
        **asset.properties,
    }


def _provider(provider: Provider) -> dict[str, Any]:
    body: dict[str, Any] = {"name": provider.name, "roles": list(provider.roles)}
    if provider.url:
        body["url"] = provider.url
    if provider.description:
        body["description"] = provider.description
    return body
