"""Fields as JSON Schema (OGC API – Features – Part 5: Schemas, 23-058r1) and back."""

from collections.abc import Mapping
from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.features.records import FeatureSet, Field, FieldKind

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPES: Mapping[FieldKind, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
    "any": {},
}
GEOMETRY_TYPES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
ROLES = {1: ("primary-instant",), 2: ("primary-interval-start", "primary-interval-end")}
RESERVED = {"geometry", "id"}
MOST = 500  # fields
WORDS = 200  # letters of a name


def geometry_format(geometry: str) -> str:
    """Return the format of Part 5 for a type of geometry: geometry-point, geometry-any."""
    return f"geometry-{geometry.lower()}" if geometry else "geometry-any"


def property_schemas(known: FeatureSet, *, bounds: bool = True) -> dict[str, dict[str, Any]]:
    """Return each field as JSON Schema."""
    roles = dict(zip(known.time, ROLES.get(len(known.time), ()), strict=False))
    return {
        each.name: _schema(each, bounds) | ({"x-ogc-role": roles[each.name]} if each.name in roles else {})
        for each in known.fields
    }


def _schema(each: Field, bounds: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"title": each.title or each.name, **TYPES[each.kind]}
    facts = {"description": each.description, "x-ogc-unit": each.unit, "enum": list(each.choices)}
    limits = {"minimum": each.minimum, "maximum": each.maximum} if bounds else {}
    return (
        made
        | {name: fact for name, fact in facts.items() if fact}
        | {name: limit for name, limit in limits.items() if limit is not None}
    )


def fields_of(schema: Any) -> tuple[tuple[Field, ...], str, tuple[str, ...]]:
    """Read a JSON Schema of features: their fields, the type of their geometry, the fields that say when.

    Raise Invalid, naming the member and what would be right.
    """
    if not isinstance(schema, Mapping) or not isinstance(schema.get("properties"), Mapping):
        raise Invalid("“schema” must be a JSON Schema: an object with “properties”.", field="schema")
    properties, required = schema["properties"], set(schema.get("required") or ())
    if len(properties) > MOST:
        raise Invalid(f"“schema” has {len(properties)} properties; {MOST} are the most.", field="schema")
    fields, geometry, roles = [], "", {}
    for name, each in properties.items():
        if not isinstance(each, Mapping):
            raise Invalid(f"“schema.properties.{name}” must be an object.", field=f"schema.properties.{name}")
        if str(each.get("format", "")).startswith("geometry-"):
            geometry = _geometry(name, str(each["format"]))
        elif each.get("x-ogc-role") != "id":
            fields.append(_field(str(name), each, name in required))
            roles[str(each.get("x-ogc-role", ""))] = str(name)
    time = next(
        (tuple(roles[role] for role in some) for some in ROLES.values() if all(role in roles for role in some)), ()
    )
    return tuple(fields), geometry, time


def _geometry(name: str, stated: str) -> str:
    known = {each.lower(): each for each in GEOMETRY_TYPES} | {"any": "", "none": "none"}
    found = stated.removeprefix("geometry-").partition("-or-")[0]
    if found not in known:
        there = ", ".join(f"geometry-{each}" for each in known)
        raise Invalid(f"“schema.properties.{name}” has the format “{stated[:60]}”; there are {there}.", field="schema")
    return "" if "-or-" in stated else known[found]


def _field(name: str, schema: Mapping[str, Any], required: bool) -> Field:
    where = f"schema.properties.{check_field_name(name)}"
    choices, low, high = schema.get("enum") or (), schema.get("minimum"), schema.get("maximum")
    bounds = [each for each in (low, high) if each is not None]
    if not isinstance(choices, list | tuple) or not all(isinstance(each, int | float) for each in bounds):
        raise Invalid(f"“{where}” has an enum that is no list, or a bound that is no number.", field=where)
    return Field(
        name=name,
        kind=_kind(where, schema),
        title=str(schema.get("title") or ""),
        unit=str(schema.get("x-ogc-unit") or ""),
        description=str(schema.get("description") or ""),
        required=required,
        choices=tuple(choices),
        minimum=low,
        maximum=high,
    )


def check_field_name(name: str) -> str:
    """Return *name* if a property can have it; raise Invalid otherwise."""
    if not name or len(name) > WORDS or not name.isprintable() or '"' in name or "\\" in name or name in RESERVED:
        raise Invalid(
            f"“{name[:200]}” cannot be the name of a property: {', '.join(sorted(RESERVED))} are taken, and it may have "
            f"{WORDS} letters, no quotation mark and no backslash.",
            field=f"properties.{name[:200]}",
        )
    return name


def _kind(where: str, schema: Mapping[str, Any]) -> FieldKind:
    stated, form = schema.get("type"), schema.get("format")
    if isinstance(stated, list):  # ["string", "null"]: every property may be missing
        plain = [each for each in stated if each != "null"]
        stated = plain[0] if len(plain) == 1 else None
    kinds: dict[Any, FieldKind] = {
        ("string", "date"): "date", ("string", "date-time"): "moment", "string": "text", "integer": "integer",
        "number": "number", "boolean": "boolean", "array": "any", "object": "any", None: "any",
    }  # fmt: skip
    try:
        return kinds.get((stated, form)) or kinds[stated]
    except (KeyError, TypeError):
        there = "string, integer, number, boolean, array, object"
        raise Invalid(f"“{where}” has the type “{str(stated)[:60]}”; there are {there}.", field=where) from None
