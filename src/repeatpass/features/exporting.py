"""Features as files: CSV, FlatGeobuf and GeoParquet. Coordinates are x before y, as those formats want them."""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely

from repeatpass.features.crs import system
from repeatpass.features.records import Feature, FeatureSet, FieldKind

COLUMNS: Mapping[FieldKind, str] = {
    "text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean", "date": "datetime64[s]",
    "moment": "datetime64[ms, UTC]", "any": "string",
}  # fmt: skip


def as_csv(known: FeatureSet, found: Sequence[Feature], crs: str) -> bytes:
    """Return a table in UTF-8: the id, the fields, and the place as two numbers or as WKT (OGC 06-103r4)."""
    points = known.geometry == "Point"
    place = ["longitude", "latitude"] if system(crs).is_geographic else ["x", "y"]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    names = _names(known, found)
    writer.writerow(["id", *names, *(place if points else ["WKT"])])
    for each in found:
        shape = each.geometry
        where = ([shape.x, shape.y] if points else [shape.wkt]) if shape is not None else [""] * (2 if points else 1)
        writer.writerow([each.id, *(_cell(each.properties.get(name)) for name in names), *where])
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value


def _names(known: FeatureSet, found: Sequence[Feature]) -> list[str]:
    """Fields that were left out of the answer have no column."""
    there = {name for each in found for name in each.properties}
    return [each.name for each in known.fields if each.name in there or not found]


def as_table(known: FeatureSet, found: Sequence[Feature], crs: str) -> Any:
    """Return features as a GeoDataFrame in *crs*, its columns of the kinds of the fields."""
    import geopandas as gpd
    import pandas as pd

    columns: dict[str, Any] = {"id": pd.Series([each.id for each in found], dtype="string")}
    for name in _names(known, found):
        field = known.field(name)
        assert field is not None
        values = [each.properties.get(name) for each in found]
        columns[name] = _column(values, field.kind)
    shapes = gpd.GeoSeries([each.geometry for each in found], crs=system(crs))
    return gpd.GeoDataFrame(columns, geometry=shapes)


def _column(values: list[Any], kind: FieldKind) -> Any:
    import pandas as pd

    if kind == "any":
        values = [None if each is None else json.dumps(each, ensure_ascii=False) for each in values]
    if kind in ("date", "moment"):
        return pd.to_datetime(pd.Series(values, dtype="string"), format="ISO8601", utc=kind == "moment")
    return pd.Series(values, dtype=COLUMNS[kind])


def as_parquet(known: FeatureSet, found: Sequence[Feature], crs: str) -> bytes:
    """Return GeoParquet 1.1 with the extents of rows, compressed by Zstandard."""
    buffer = io.BytesIO()
    table = as_table(known, found, crs)
    table.to_parquet(buffer, compression="zstd", schema_version="1.1.0", write_covering_bbox=True, index=False)
    return buffer.getvalue()


def as_flatgeobuf(known: FeatureSet, found: Sequence[Feature], crs: str) -> bytes:
    """Return FlatGeobuf 3 with its spatial index."""
    table = as_table(known, found, crs)
    kinds = set(table.geometry.geom_type.dropna())
    single = known.geometry or (next(iter(kinds)) if len(kinds) == 1 else "Unknown")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "features.fgb"
        # An index needs a place in every feature; without one, the file goes without.
        table.to_file(
            path, driver="FlatGeobuf", engine="pyogrio", layer=known.collection, geometry_type=single,
            promote_to_multi=single.startswith("Multi"), layer_options={"SPATIAL_INDEX": "YES" if _placed(found) else "NO"},
        )  # fmt: skip
        return path.read_bytes()


def _placed(found: Sequence[Feature]) -> bool:
    return bool(found) and all(each.geometry is not None and not shapely.is_empty(each.geometry) for each in found)


Writer = Callable[[FeatureSet, Sequence[Feature], str], bytes]
WRITERS: Mapping[str, Writer] = {"csv": as_csv, "fgb": as_flatgeobuf, "parquet": as_parquet}
