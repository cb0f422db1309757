"""Filters as they are written, in CQL2 of both forms; geometries in another system are turned into degrees."""

import json
from collections.abc import Mapping
from typing import Any

import shapely

from repeatpass.catalog.search.cql2 import from_json, from_text
from repeatpass.catalog.search.geometry import geometry_of
from repeatpass.core.errors import Invalid
from repeatpass.features.crs import areas_of, northing_first, transformed, turned
from repeatpass.features.records import CRS84

DEEPEST = 60
LANGUAGES = ("cql2-text", "cql2-json")


def read_filter(text: str, language: str = "", crs: str = CRS84) -> Any:
    """Read a filter in CQL2 (OGC 21-065r2), its geometries in the axis order of *crs*; return CQL2-JSON in CRS84.

    Without a *language* what begins with a brace is JSON. Raise Invalid with the place where it stops making sense.
    """
    language = language or ("cql2-json" if text.lstrip().startswith("{") else "cql2-text")
    if language not in LANGUAGES:
        raise Invalid(f"“filter-lang” is “{language[:40]}”; there are {' and '.join(LANGUAGES)}.", field="filter-lang")
    read = from_text(text) if language == "cql2-text" else from_json(_json(text))
    return in_degrees(read, crs)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"“filter” is not JSON: {error}.", field="filter") from None


def in_degrees(node: Any, crs: str, depth: int = 0) -> Any:
    """Return a CQL2-JSON expression whose geometries and boxes, in the axis order of *crs*, are in CRS84."""
    if depth > DEEPEST:
        raise Invalid(f"The filter is nested more than {DEEPEST} levels deep.", field="filter")
    if isinstance(node, list):
        return [in_degrees(each, crs, depth + 1) for each in node]
    if not isinstance(node, Mapping):
        return node
    if "bbox" in node and "type" not in node:
        areas = areas_of(node["bbox"], crs, "filter")
        whole = areas[0] if len(areas) == 1 else shapely.union_all(areas)
        return shapely.geometry.mapping(whole)
    if "coordinates" in node or node.get("type") == "GeometryCollection":
        return node if crs == CRS84 else _moved(node, crs)
    return {name: in_degrees(each, crs, depth + 1) for name, each in node.items()}


def _moved(node: Mapping[str, Any], crs: str) -> dict[str, Any]:
    shape = geometry_of(node, "filter")
    [moved] = transformed([turned(shape) if northing_first(crs) else shape], crs, CRS84)
    assert moved is not None
    if not shapely.is_valid(shapely.box(*moved.bounds)) or not all(abs(each) < 1e6 for each in moved.bounds):
        raise Invalid(f"A geometry of the filter leaves the area that {crs} is made for.", field="filter")
    found: dict[str, Any] = shapely.geometry.mapping(moved)
    return found
