"""Features as columns of Arrow: their id, their fields, and their place as WKB (ISO 13249-3)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from repeatpass.core.times import parse_time
from repeatpass.features.records import Feature, FeatureSet, Field, FieldKind, Wanted

PLACE = "geometry"
TAKEN = ("id", PLACE)
KINDS = (
    "Point",
    "LineString",
    "LinearRing",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Some features as a table of Arrow; *bounds* are west, south, east, north of each (n × 4), NaN without a place."""

    rows: Any
    kinds: frozenset[str]
    placed: bool  # all of them
    bounds: Any


def columns_of(known: FeatureSet, wanted: Wanted) -> dict[str, Field]:
    """Return the fields that are asked for, by the names of their columns, of which no two are the same."""
    names: dict[str, Field] = {}
    for each in known.fields:
        if wanted.fields is None or each.name in wanted.fields:
            name = each.name
            while name in TAKEN or name in names:
                name += "_"
            names[name] = each
    return names


def schema_of(known: FeatureSet, wanted: Wanted) -> Any:
    """Return the columns and their kinds; days are moments at their beginning, without a zone."""
    import pyarrow as pa

    kinds: dict[FieldKind, Any] = {
        "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
        "date": pa.timestamp("ms"), "moment": pa.timestamp("ms", tz="UTC"), "any": pa.string(),
    }  # fmt: skip
    fields = {name: kinds[each.kind] for name, each in columns_of(known, wanted).items()}
    return pa.schema({"id": pa.string(), **fields, PLACE: pa.binary()})


def table_of(known: FeatureSet, wanted: Wanted, found: Sequence[Feature], *, many: bool = False) -> Columns:
    """Return features as a table; *many* makes a multipolygon of a polygon, and so on."""
    import pyarrow as pa

    schema = schema_of(known, wanted)
    columns = [pa.array([each.id for each in found], pa.string())]
    for name, field in columns_of(known, wanted).items():
        make = MAKERS[field.kind]
        given = (each.properties.get(field.name) for each in found)
        columns.append(pa.array([None if each is None else make(each) for each in given], schema.field(name).type))
    shapes = np.array([_multiple(each.geometry) if many else each.geometry for each in found], dtype=object)
    columns.append(pa.array(shapely.to_wkb(shapes, flavor="iso"), pa.binary()))
    return Columns(
        rows=pa.Table.from_arrays(columns, schema=schema), kinds=_kinds(shapes), bounds=shapely.bounds(shapes),
        placed=bool(not (shapely.is_missing(shapes) | shapely.is_empty(shapes)).any()),
    )  # fmt: skip


def _kinds(shapes: Any) -> frozenset[str]:
    """Return the kinds of places, those with heights as “Point Z”."""
    pairs = np.unique(np.column_stack([shapely.get_type_id(shapes), shapely.has_z(shapes)]), axis=0)
    return frozenset(KINDS[kind] + " Z" * bool(high) for kind, high in pairs.tolist() if kind >= 0)


def _multiple(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    make = {"Point": shapely.multipoints, "LineString": shapely.multilinestrings, "Polygon": shapely.multipolygons}
    return shape if shape is None or shape.geom_type not in make else make[shape.geom_type]([shape])


def _day(text: str) -> datetime:
    return parse_time(text).replace(tzinfo=None)


MAKERS: Mapping[FieldKind, Callable[[Any], Any]] = {
    "text": str, "integer": int, "number": float, "boolean": bool, "date": _day, "moment": parse_time,
    "any": lambda given: json.dumps(given, ensure_ascii=False),
}  # fmt: skip
