"""What the comment and the value of a parameter declare: a range, a choice, a date, a bounding box, a geometry."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from repeatpass.core.errors import Invalid

Schema = dict[str, Any]
RANGE = re.compile(r"^\s*(-?[\d.]+(?:e-?\d+)?)\s*\.\.\s*(-?[\d.]+(?:e-?\d+)?)\s*(?::|$)\s*(.*)$", re.IGNORECASE)
CHOICE = re.compile(r"^\s*\{([^}]*)\}\s*(?::|$)\s*(.*)$")
FORM = re.compile(r"^\s*(bbox|date interval|date|geometry)\s*(?::|$)\s*(.*)$", re.IGNORECASE)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
BBOX_NAME = re.compile(r"(^|_)(bbox|bounds|aoi|extent)$")
INTERVAL_NAME = re.compile(r"(^|_)(period|interval|dates|date_range|time_range)$")
GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
# The formats by which a schema says what it is: those of OGC API – Processes (18-062r2, 7.10.3), and one of ours.
BBOX, GEOMETRY, INTERVAL = "ogc-bbox", "geojson-geometry", "date-interval"
TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    tuple: "array",
    dict: "object",
}
ANNOTATIONS = {each.__name__: word for each, word in TYPES.items()}


def property_of(name: str, value: Any, annotation: str, comment: str) -> Schema:
    """Return the JSON Schema of one parameter: from its value, its annotation and the comment behind it."""
    schema, help = _declared(name, value, annotation, comment)
    if help.strip():
        schema["description"] = help.strip()
    return schema | {"default": list(value) if isinstance(value, tuple) else value}


def _declared(name: str, value: Any, annotation: str, comment: str) -> tuple[Schema, str]:
    if match := FORM.match(comment):
        return FORMS[match[1].lower()](name, value), match[2]
    schema = _plain(value, annotation)
    if match := RANGE.match(comment):
        return schema | {"minimum": _number(match[1]), "maximum": _number(match[2])}, match[3]
    if match := CHOICE.match(comment):
        return schema | {"enum": [_choice(text.strip(), value) for text in match[1].split(",")]}, match[2]
    return _recognised(name, value) or schema, comment


def _plain(value: Any, annotation: str) -> Schema:
    parts = [part.strip() for part in re.sub(r"^Optional\[(.*)\]$", r"\1 | None", annotation).split("|")]
    stated = ANNOTATIONS.get(parts[0].split("[")[0]) or TYPES.get(type(value))
    if stated is None:
        return {}
    return {"type": [stated, "null"] if value is None or "None" in parts else stated}


def _recognised(name: str, value: Any) -> Schema | None:
    """Recognise by name and value together what needs no comment then."""
    if BBOX_NAME.search(name) and _is_bbox(value):
        return _bbox(name, value)
    if INTERVAL_NAME.search(name) and _is_interval(value):
        return _interval(name, value)
    if isinstance(value, dict) and value.get("type") in GEOMETRIES and "coordinates" in value:
        return _geometry(name, value)
    return None


def _is_bbox(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 4
        and all(isinstance(part, int | float) and not isinstance(part, bool) for part in value)
    )


def _is_interval(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(_is_date(part) for part in value)


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and DATE.fullmatch(value) is not None


def _bbox(name: str, value: Any) -> Schema:
    _require(_is_bbox(value), name, "a bbox", "four numbers: [west, south, east, north] in degrees")
    return {"type": "array", "format": BBOX, "items": {"type": "number"}, "minItems": 4, "maxItems": 4}


def _interval(name: str, value: Any) -> Schema:
    _require(_is_interval(value), name, "a date interval", 'two dates: ["2020-01-01", "2020-12-31"]')
    dates = {"type": "string", "format": "date"}
    return {"type": "array", "format": INTERVAL, "items": dates, "minItems": 2, "maxItems": 2}


def _date(name: str, value: Any) -> Schema:
    _require(_is_date(value), name, "a date", 'a text such as "2020-01-31"')
    return {"type": "string", "format": "date"}


def _geometry(name: str, value: Any) -> Schema:
    good = isinstance(value, dict) and value.get("type") in GEOMETRIES and isinstance(value.get("coordinates"), list)
    _require(good, name, "a geometry", '{"type": "Point", "coordinates": [8.0, 45.5]}, or another geometry of GeoJSON')
    parts = {"type": {"type": "string", "enum": list(GEOMETRIES)}, "coordinates": {"type": "array"}}
    return {"type": "object", "format": GEOMETRY, "required": ["type", "coordinates"], "properties": parts}


FORMS: Mapping[str, Callable[[str, Any], Schema]] = {
    "bbox": _bbox,
    "date interval": _interval,
    "date": _date,
    "geometry": _geometry,
}


def _require(good: bool, name: str, what: str, right: str) -> None:
    if not good:
        raise Invalid(f"The parameter {name} is declared as {what}, but its default is not: write {right}.")


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() and "." not in text else number


def _choice(text: str, like: Any) -> Any:
    return type(like)(text.strip("\"'")) if isinstance(like, int | float | str) else text.strip("\"'")
