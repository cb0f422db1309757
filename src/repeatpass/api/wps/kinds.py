"""JSON Schema and the data types of WPS: one correspondence, for describing and for reading, in both versions.

A number, a text, a choice is LiteralData; a bounding box is BoundingBoxData; everything else is ComplexData: lists and
objects as JSON, geometries as GeoJSON, files by their media type.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
JSON, GEOJSON, TEXT, BYTES = "application/json", "application/geo+json", "text/plain", "application/octet-stream"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPES = {"string": "string", "integer": "integer", "number": "double", "boolean": "boolean"}
FORMATS = {"date": "date", "date-time": "dateTime", "time": "time", "uri": "anyURI", "duration": "duration"}
ITSELF = {bool: "boolean", int: "integer", float: "number", str: "string"}
TOP_LEVEL = ("application/", "audio/", "image/", "text/", "video/", "message/", "multipart/", "model/")
TEXTUAL = ("text/", "application/json", "application/xml", "application/geo+json", "application/x-ipynb+json")
CRS84 = "urn:ogc:def:crs:OGC:1.3:CRS84"
EPSG4326 = "urn:ogc:def:crs:EPSG::4326"


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """How a complex value is written."""

    media_type: str
    encoding: str = ""  # base64, or empty for text as it is


@dataclass(frozen=True, kw_only=True, slots=True)
class Literal:
    """One plain value, written as text."""

    type: str  # of XML Schema, without its prefix: string, integer, double, boolean, date, …
    values: tuple[str, ...] = ()  # those allowed; empty for any
    minimum: str = ""
    maximum: str = ""
    closure: str = "closed"  # whether the ends of the range belong to it, in the words of OWS Common
    spacing: str = ""
    default: str | None = None
    unit: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Complex:
    """A value with a structure, in one of several formats; the first is the default."""

    formats: tuple[Format, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A bounding box; *as_object* if the process takes ``{"bbox": …, "crs": …}`` and not the numbers alone."""

    as_object: bool = False


Kind = Literal | Complex | Box


def kind_of(schema: Schema) -> Kind:
    """Return the data type that a JSON Schema corresponds to."""
    plain = simple(schema)
    if is_box(plain):
        return Box(as_object=plain.get("type") != "array")
    if formats := _formats(plain):
        return Complex(formats=formats)
    return _literal(plain)


def simple(schema: Schema) -> Schema:
    """Return *schema* without ``null`` among its types, and without a wrapping of one."""
    plain = dict(schema)
    for word in ("anyOf", "oneOf", "allOf"):
        branches = [each for each in plain.get(word, ()) if each.get("type") != "null"]
        if len(branches) == 1:
            plain = {**simple(branches[0]), **{key: value for key, value in plain.items() if key != word}}
    if isinstance(plain.get("type"), list):
        types = [each for each in plain["type"] if each != "null"]
        plain["type"] = types[0] if len(types) == 1 else types
    return plain


def allows_null(schema: Schema) -> bool:
    """Say whether ``null`` is a value."""
    types = schema.get("type")
    branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return bool(schema.get("nullable")) or (isinstance(types, list) and "null" in types) or any(map(_is_null, branches))


def _is_null(schema: Schema) -> bool:
    return schema.get("type") == "null"


def is_box(plain: Schema) -> bool:
    """Say whether a schema is that of a bounding box, in one of the forms that are usual."""
    parts = [plain, *plain.get("allOf", ())]
    if any(each.get("format") in {"ogc-bbox", "bbox"} for each in parts):
        return True
    return plain.get("type") == "object" and "bbox" in plain.get("properties", {})


def _formats(plain: Schema) -> tuple[Format, ...]:
    if "contentMediaType" in plain:
        return (format_of(str(plain["contentMediaType"]), encoded=bool(plain.get("contentEncoding")) or None),)
    if plain.get("contentEncoding"):
        return (format_of(BYTES, encoded=True),)
    if "geojson" in str(plain.get("format", "")).lower() or "geojson" in str(plain.get("$ref", "")).lower():
        return (Format(media_type=GEOJSON), Format(media_type=JSON))
    branches = [*plain.get("oneOf", ()), *plain.get("anyOf", ())]
    files = [format_of(str(each["contentMediaType"])) for each in branches if "contentMediaType" in each]
    others = [each for each in branches if "contentMediaType" not in each]
    if not branches and _base_type(plain):
        return ()
    values = [] if files and not others else [Format(media_type=JSON)]
    texts = [Format(media_type=TEXT)] if any(_base_type(each) == "string" for each in others) else []
    return tuple(dict.fromkeys([*files, *values, *texts]))


def format_of(media_type: str, *, encoded: bool | None = None) -> Format:
    """Return the format of a file: binary ones are base64 in a document."""
    known = media_type if media_type.startswith(TOP_LEVEL) and len(media_type.partition("/")[2]) > 0 else BYTES
    binary = not is_textual(known) if encoded is None else encoded
    return Format(media_type=known, encoding="base64" if binary else "")


def is_textual(media_type: str) -> bool:
    """Say whether files of this type are text, so that they can stand in a document as they are."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain.startswith(TEXTUAL) or plain.endswith(("+json", "+xml"))


def _base_type(plain: Schema) -> str:
    """Return string, integer, number or boolean; empty if the schema means something else, or several."""
    stated = plain.get("type")
    if isinstance(stated, str):
        return stated if stated in TYPES else ""
    values = [*plain.get("enum", ())] or ([plain["const"]] if "const" in plain else [])
    found = {ITSELF.get(type(each), "") for each in values}
    return found.pop() if stated is None and len(found) == 1 else ""


def _literal(plain: Schema) -> Literal:
    base = _base_type(plain)
    values = [*plain.get("enum", ())] or ([plain["const"]] if "const" in plain else [])
    minimum, at_least = _end(plain, "minimum", "exclusiveMinimum")
    maximum, at_most = _end(plain, "maximum", "exclusiveMaximum")
    closures = {(True, True): "closed", (False, True): "open-closed", (True, False): "closed-open"}
    default = plain.get("default")
    return Literal(
        type=FORMATS.get(str(plain.get("format", "")), "string") if base == "string" else TYPES[base],
        values=tuple(lexical(each) for each in values if each is not None),
        minimum=minimum,
        maximum=maximum,
        closure=closures.get((at_least, at_most), "open"),
        spacing=lexical(plain["multipleOf"]) if "multipleOf" in plain else "",
        default=None if default is None else lexical(default),
        unit=str(plain.get("x-ogc-unit") or plain.get("unit") or ""),
    )


def _end(plain: Schema, closed: str, open_: str) -> tuple[str, bool]:
    """Return one end of the range, and whether it belongs to the range."""
    if isinstance(plain.get(open_), int | float) and not isinstance(plain[open_], bool):
        return lexical(plain[open_]), False
    return (lexical(plain[closed]), True) if closed in plain else ("", True)


def lexical(value: Any) -> str:
    """Write a JSON value as XML Schema writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value in {float("inf"), float("-inf")}:
        return "INF" if value > 0 else "-INF"
    return json.dumps(value, ensure_ascii=False)
