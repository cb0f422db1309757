"""What items can be filtered and sorted by, as JSON Schema (OGC API – Features – Part 3, 19-079r2)."""

from typing import Any

from repeatpass.assembly import House
from repeatpass.catalog.search import Search

LOOKED_AT = 100  # items whose properties are named; others may be asked for, too
KINDS = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
COMMON: dict[str, Any] = {
    "id": {"title": "Item", "type": "string"},
    "collection": {"title": "Collection", "type": "string"},
    "geometry": {"title": "Geometry", "$ref": "https://geojson.org/schema/Geometry.json"},
    "datetime": {"title": "Time", "type": "string", "format": "date-time"},
}


def queryables(house: House, address: str, collection: str = "") -> dict[str, Any]:
    """Return the schema of the queryables of one collection, or of all."""
    wanted = Search(collections=(collection,) if collection else (), limit=LOOKED_AT)
    properties: dict[str, Any] = dict(COMMON)
    for item in house.searching.search(wanted).items:
        for name, value in item.body.get("properties", {}).items():
            if name not in properties and value is not None:
                properties[name] = {"title": name, "type": KINDS.get(type(value), "string")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": f"Queryables of {collection or 'all collections'}",
        "properties": properties,
        "additionalProperties": True,
    }
