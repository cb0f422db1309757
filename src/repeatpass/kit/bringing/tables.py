"""Places: Shapefile, GeoPackage, GeoJSON, GeoParquet and CSV, read whole, placed, and written as GeoParquet."""

import json
import math
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from repeatpass.kit.bringing.formats import CSV, GEOJSON, GPKG, PARQUET
from repeatpass.kit.bringing.notes import require_notes
from repeatpass.kit.bringing.places import crs_text, placed, require_crs, require_stated
from repeatpass.kit.bringing.reasons import reason
from repeatpass.kit.bringing.records import Piece, Refused, Source
from repeatpass.kit.opening import PARQUET as PARQUET_TYPE

Tell = Callable[[str, int, int], None]
LATITUDES = ("latitude", "lat", "y", "decimallatitude", "lat_dd", "breite")
LONGITUDES = ("longitude", "lon", "long", "lng", "x", "decimallongitude", "lon_dd", "laenge")
TIMES = ("time", "datetime", "date", "timestamp", "date_time", "observed", "phenomenontime")


def layers_of(source: Source) -> list[str]:
    """Return the layers with geometries of a file; Refused where it has none."""
    import pyogrio

    if source.format != GPKG:
        return [""]
    try:
        found = [str(name) for name, kind in pyogrio.list_layers(source.path) if kind is not None]
    except Exception as error:
        raise _damaged(source.name, error) from None
    if not found:
        raise Refused("no-geometry", f"“{source.name}” has no layer with geometries.", "Add a layer of places to it.")
    return found


def check_table(source: Source, layer: str, target: Path, id: str, tell: Tell) -> Piece:
    """Check one table of places and write it to *target*; Refused for whatever is wrong with it."""
    name = f"{source.name}, layer {layer}" if layer else source.name
    tell(f"reading {name}", 0, 1)
    frame = _read(source, layer, name)
    if frame.empty:
        raise Refused("no-features", f"“{name}” has no rows.", "Bring a table with at least one place.")
    crs = require_crs(frame.crs and frame.crs.to_wkt(), name)
    empty = int((frame.geometry.isna() | frame.geometry.is_empty).sum())
    if empty == len(frame):
        raise Refused("no-geometry", f"No row of “{name}” has a geometry.", "Bring places: points, lines or areas.")
    bounds = tuple(float(each) for each in frame.total_bounds)
    box = placed((bounds[0], bounds[1], bounds[2], bounds[3]), crs, name)
    _require_honest(source, bounds, name)
    start, end = _times(frame)
    ready = source.format == PARQUET
    _write(source, frame, target, ready)
    tell(f"reading {name}", 1, 1)
    return Piece(
        name=name, id=id, kind="table", format=source.format, path=target.name, media_type=PARQUET_TYPE,
        converted=not ready, crs=crs_text(crs), bounds=(bounds[0], bounds[1], bounds[2], bounds[3]), bbox=box,
        start=start, end=end, fields=_fields(frame, crs), remarks=tuple(_remarks(frame, empty)),
    )  # fmt: skip


def _damaged(name: str, error: Exception) -> Refused:
    return Refused(
        "truncated",
        f"“{name}” cannot be read to its end: {reason(error)}.",
        "It was probably cut off while it was copied; send it again, or write it anew with QGIS.",
    )


def _read(source: Source, layer: str, name: str) -> Any:
    if source.format == CSV:
        return _csv(source)
    import geopandas

    if source.format == PARQUET:
        return _parquet(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chosen = {"layer": layer} if layer else {}
            found = geopandas.read_file(source.path, engine="pyogrio", on_invalid="warn", **chosen)
    except Exception as error:  # pyogrio and GEOS have many kinds of them
        raise _damaged(name, error) from None
    if not isinstance(found, geopandas.GeoDataFrame):
        raise Refused(
            "no-geometry", f"“{name}” holds a table without geometries.", "Bring places: points, lines or areas."
        )
    if source.format == GEOJSON and found.crs is None:
        found = found.set_crs("EPSG:4326")
    return found


def _parquet(source: Source) -> Any:
    import geopandas
    import pyarrow.parquet

    try:
        notes = pyarrow.parquet.read_schema(source.path).metadata or {}
        if b"geo" not in notes:
            raise Refused(
                "no-geometry",
                f"“{source.name}” is Parquet, but no GeoParquet: it has no note “geo”.",
                "Write it with geopandas (to_parquet), or bring a CSV with longitude and latitude.",
            )
        require_notes(notes[b"geo"], source.name)
        return geopandas.read_parquet(source.path)
    except Refused:
        raise
    except Exception as error:  # what pyarrow and geopandas raise for a wrong file has no common base
        raise _damaged(source.name, error) from None


def _csv(source: Source) -> Any:
    import geopandas
    import pandas

    try:
        frame = pandas.read_csv(source.path, sep=None, engine="python", encoding="utf-8-sig")
    except (ValueError, UnicodeDecodeError, pandas.errors.ParserError) as error:
        raise Refused(
            "wrong-table", f"“{source.name}” is no table: {str(error).splitlines()[0][:160]}.",
            "Write it as UTF-8, one row per line, with the names of the columns in the first.",
        ) from None  # fmt: skip
    with source.path.open(encoding="utf-8-sig", errors="replace") as file:
        named = any(mark in file.readline() for mark in ",;\t|")
    if not named:  # pandas takes any letter for what parts the columns
        raise Refused(
            "wrong-table", f"“{source.name}” is text, but no table: its first line names no columns.",
            "Bring it as GeoTIFF, NetCDF, GeoParquet, GeoPackage, GeoJSON, or as CSV whose first line names the columns.",
        )  # fmt: skip
    columns = {re.sub(r"[^a-z_]", "", str(each).lower()): each for each in frame.columns}
    y = next((columns[each] for each in LATITUDES if each in columns), None)
    x = next((columns[each] for each in LONGITUDES if each in columns), None)
    if x is None or y is None:
        known = ", ".join(str(each) for each in frame.columns[:12])
        raise Refused(
            "not-georeferenced",
            f"“{source.name}” has no columns for longitude and latitude; its columns are {known}.",
            "Name them “longitude” and “latitude”, in degrees.",
        )
    for column, most in ((y, 90.0), (x, 360.0)):
        numbers = pandas.to_numeric(frame[column], errors="coerce")
        wrong = frame.index[numbers.isna() | (numbers.abs() > most)]
        if len(wrong):
            value, many = frame[column].iloc[int(wrong[0])], f" and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
            raise Refused(
                "lying-extent",
                f"In line {int(wrong[0]) + 2} of “{source.name}”{many}, {column} is “{value}”.",
                _right_number(value, most),
            )
        frame[column] = numbers
    points = geopandas.points_from_xy((frame[x] + 180) % 360 - 180, frame[y])
    return geopandas.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")


def _right_number(value: Any, most: float) -> str:
    if re.fullmatch(r"\s*-?\d+,\d+\s*", str(value)):
        return f"Write decimals with a point: {str(value).strip().replace(',', '.')}."
    return f"Give numbers from {-most:g} to {most:g}, in degrees."


def _require_honest(source: Source, bounds: tuple[float, ...], name: str) -> None:
    """Compare the bounds that a GeoParquet states with those of its geometries."""
    if source.format != PARQUET:
        return
    import pyarrow.parquet

    geo = json.loads((pyarrow.parquet.read_schema(source.path).metadata or {})[b"geo"])
    stated = geo.get("columns", {}).get(geo.get("primary_column", ""), {}).get("bbox")
    if isinstance(stated, list) and len(stated) in (4, 6):
        flat = stated if len(stated) == 4 else [stated[0], stated[1], stated[3], stated[4]]
        slack = 1e-6 * max(1.0, *(abs(each) for each in bounds))
        said = (float(flat[0]), float(flat[1]), float(flat[2]), float(flat[3]))
        require_stated(said, (bounds[0], bounds[1], bounds[2], bounds[3]), slack, name)


def _times(frame: Any) -> tuple[str, str]:
    import pandas

    for column in frame.columns:
        if str(column).lower() in TIMES and column != frame.geometry.name:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = pandas.to_datetime(frame[column], errors="coerce", utc=True, format="ISO8601").dropna()
            if len(found) > len(frame) / 2 and not pandas.api.types.is_numeric_dtype(frame[column]):
                return tuple(f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in (found.min(), found.max()))  # type: ignore[return-value]
    return "", ""


def _write(source: Source, frame: Any, target: Path, ready: bool) -> None:
    import shutil

    if ready:
        shutil.copyfile(source.path, target)
        return
    # Neighbours on the ground lie beside each other in the file, so that a reader of a box skips most of it.
    order = (
        frame.hilbert_distance().sort_values(kind="stable").index if not frame.geometry.isna().any() else frame.index
    )
    frame.loc[order].to_parquet(
        target, index=False, compression="zstd", write_covering_bbox=True, schema_version="1.1.0"
    )


def _fields(frame: Any, crs: Any) -> dict[str, Any]:
    code = crs_text(crs)
    kinds = sorted({str(each) for each in frame.geometry.geom_type.dropna().unique()})
    return {
        "proj:code": code if code.startswith("EPSG:") else None,
        "table:row_count": len(frame),
        "table:primary_geometry": frame.geometry.name,
        "table:columns": [dict(_column(frame, each)) for each in frame.columns],
        "repeatpass:geometry_types": kinds,
    }


def _column(frame: Any, name: Any) -> Iterator[tuple[str, Any]]:
    import pandas

    column = frame[name]
    yield "name", str(name)
    yield "type", "geometry" if name == frame.geometry.name else str(column.dtype)
    if name == frame.geometry.name:
        return
    yield "repeatpass:missing", int(column.isna().sum())
    numbers = pandas.api.types.is_numeric_dtype(column) and not pandas.api.types.is_bool_dtype(column)
    if numbers and len(known := column.dropna()):
        low, high, mean = float(known.min()), float(known.max()), float(known.mean())
        deviation, share = float(known.std(ddof=0)), round(100 * len(known) / len(column), 3)
        if all(map(math.isfinite, (low, high, mean, deviation))):
            yield "statistics", {
                "minimum": low, "maximum": high, "mean": mean, "stddev": deviation, "valid_percent": share
            }  # fmt: skip
    elif not numbers:
        yield "repeatpass:values", int(column.astype(str).nunique())


def _remarks(frame: Any, empty: int) -> list[str]:
    said = [f"{empty:,} of {len(frame):,} rows have no geometry."] if empty else []
    wrong = int((~frame.geometry.dropna().is_valid).sum())
    if wrong:
        said.append(f"{wrong:,} geometries are not valid (they cross themselves); they are kept as they are.")
    return said
