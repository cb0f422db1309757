"""What a file says of itself, as STAC 1.1 says it of an asset."""

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from repeatpass.data.metadata import FileFacts
from repeatpass.data.metadata.records import Band, Variable

BASE = "https://stac-extensions.github.io"
EXTENSIONS = {
    "proj:": f"{BASE}/projection/v2.0.0/schema.json",
    "eo:": f"{BASE}/eo/v2.0.0/schema.json",
    "raster:": f"{BASE}/raster/v2.0.0/schema.json",
    "cube:": f"{BASE}/datacube/v2.2.0/schema.json",
    "table:": f"{BASE}/table/v1.2.0/schema.json",
    "file:": f"{BASE}/file/v2.1.0/schema.json",
    "storage:": f"{BASE}/storage/v2.0.0/schema.json",
    "sci:": f"{BASE}/scientific/v1.0.0/schema.json",
}
STORE = "store"  # how the one store of an entry is called in it


def extensions_of(document: Any) -> set[str]:
    """Return the extensions whose fields stand anywhere in a document."""
    return {EXTENSIONS[prefix] for name in _names(document) for prefix in EXTENSIONS if name.startswith(prefix)}


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for name, value in part.items():
            yield str(name)
            yield from _names(value)
    elif isinstance(part, list):
        for each in part:
            yield from _names(each)


def asset_of(facts: FileFacts, href: str = "") -> dict[str, Any]:
    """Return the STAC asset of a file; without *href* for one that is kept here, whose address the faces write."""
    asset: dict[str, Any] = {"title": facts.name, "type": facts.media_type, "roles": ["data"], "file:size": facts.size}
    asset |= {"href": href} if href else {}
    asset |= {"storage:refs": [STORE]} if stores_of([href]) else {}
    asset |= _projection(facts)
    if facts.bands:
        asset["bands"] = [_band(each) for each in facts.bands]
    if facts.dimensions:
        asset["cube:dimensions"] = {name: dict(each) for name, each in facts.dimensions.items()}
        asset["cube:variables"] = {each.name: _variable(each) for each in facts.variables}
    if facts.columns:
        asset["table:columns"] = [{"name": each.name, "type": each.data_type} for each in facts.columns]
        asset["table:row_count"] = facts.shape[0]
    return asset


def stores_of(addresses: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the store that files at ``s3://`` were read from, where the environment names another than Amazon's.

    As the storage extension (2.0) says it, so that whoever opens the files later asks there, too.
    """
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    if not endpoint or not any(each.startswith("s3://") for each in addresses):
        return {}
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
    return {STORE: {"type": "custom-s3", "platform": endpoint} | ({"region": region} if region else {})}


def _projection(facts: FileFacts) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if facts.crs.count(":") == 1 and len(facts.crs) < 30:
        found["proj:code"] = facts.crs
    elif facts.crs:
        found["proj:wkt2"] = facts.crs
    if facts.bounds and facts.crs:
        found["proj:bbox"] = list(facts.bounds)
    if facts.kind == "raster" and facts.crs:
        found["proj:shape"] = list(facts.shape)
        found["proj:transform"] = list(facts.transform)
    return found


def _band(band: Band) -> dict[str, Any]:
    found: dict[str, Any] = {"name": band.name, "data_type": band.data_type}
    if band.title and band.title != band.name:
        found["description"] = band.title
    if band.unit:
        found["unit"] = band.unit
    if band.nodata is not None:
        found["nodata"] = band.nodata if math.isfinite(band.nodata) else str(band.nodata).replace("inf", "inf")
    if band.common_name:
        found["eo:common_name"] = band.common_name
    if (band.scale, band.offset) != (1.0, 0.0):
        found |= {"raster:scale": band.scale, "raster:offset": band.offset}
    return found


def _variable(variable: Variable) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "data", "dimensions": list(variable.dimensions)}
    if variable.title:
        found["description"] = variable.title
    if variable.unit:
        found["unit"] = variable.unit
    if variable.chunks:
        found["chunks"] = list(variable.chunks)
    return json_safe(found)


def json_safe(found: dict[str, Any]) -> dict[str, Any]:
    """Return the same through JSON, so that no number of a library is left in it."""
    safe: dict[str, Any] = json.loads(json.dumps(found, default=str))
    return safe
