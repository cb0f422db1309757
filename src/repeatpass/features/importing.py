"""Features out of files: GeoPackage, GeoJSON, FlatGeobuf, Shapefile, GeoParquet, and CSV with places."""

import datetime as dt
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from repeatpass.core.errors import Invalid
from repeatpass.core.ids import new_id
from repeatpass.core.times import iso, parse_time
from repeatpass.features.checking import ID, kind_of
from repeatpass.features.records import CRS84, Field, FieldKind
from repeatpass.features.rows import Checked
from repeatpass.features.schema import RESERVED, WORDS

# What GDAL is told that a file is: its name decides, and files here are kept under their checksum.
ENDINGS: Mapping[str, str] = {
    "application/geo+json": ".geojson", "application/json": ".geojson", "application/geopackage+sqlite3": ".gpkg",
    "application/flatgeobuf": ".fgb", "application/vnd.flatgeobuf": ".fgb", "application/vnd.apache.parquet": ".parquet",
    "application/x-parquet": ".parquet", "application/vnd.shp+zip": ".shp.zip", "text/csv": ".csv",
}  # fmt: skip
DEGREES = {"EPSG:4326", "OGC:CRS84", "EPSG:4979", "OGC:CRS84h"}  # in files always longitude before latitude
LONGITUDES, LATITUDES = ("longitude", "lon", "lng", "x"), ("latitude", "lat", "y")
TEXTS = ("wkt", "geometry", "geom")
INSTANTS = ("datetime", "time", "date", "timestamp", "day", "month", "year")
SPANS = (("start_datetime", "end_datetime"), ("start", "end"), ("begin", "end"), ("start_date", "end_date"))
MOST = 2_000_000  # features of one file


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What a file holds: features with the fields, the system and the type of geometry that they have."""

    fields: tuple[Field, ...]
    crs: str
    geometry: str
    time: tuple[str, ...]
    features: Sequence[Checked]


def read_table(path: Path, media_type: str) -> Table:
    """Return the features of a file; raise Invalid for one that cannot be read as such."""
    ending = ENDINGS.get(media_type.partition(";")[0].strip().lower())
    if ending is None:
        raise Invalid(f"Features are not read from “{media_type[:80]}”; there are {', '.join(ENDINGS)}.")
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / f"features{ending}"
        named.symlink_to(path.absolute())
        try:
            frame = _frame(named, ending)
        except Invalid:
            raise
        except Exception as error:  # the libraries raise of every kind for files that are broken in their ways
            reason = str(error).splitlines()[0].replace(folder, "")[:300] if str(error) else type(error).__name__
            raise Invalid(f"The file cannot be read as {ending.lstrip('.')}: {reason}.") from None
    if len(frame) > MOST:
        raise Invalid(f"The file holds {len(frame)} features; {MOST} are the most that are offered one by one.")
    return _table(frame)


def _frame(path: Path, ending: str) -> Any:
    import geopandas as gpd

    if ending == ".parquet":
        return gpd.read_parquet(path) if is_geoparquet(path) else _placed(_read_parquet(path))
    if ending == ".csv":
        return _placed(_read_csv(path))
    return gpd.read_file(path, engine="pyogrio", fid_as_index=True)


def is_geoparquet(file: Any) -> bool:
    """Whether a Parquet file, given by its path or opened, says that one of its columns holds geometries."""
    import pyarrow.parquet as pq

    return b"geo" in (pq.read_metadata(file).metadata or {})


def columns_of(file: Any, media_type: str) -> tuple[str, ...]:
    """Return the names of the columns of an opened table, CSV or Parquet, from its beginning or its footer alone."""
    import pandas as pd
    import pyarrow.parquet as pq

    if ENDINGS.get(media_type) == ".csv":
        return tuple(str(each) for each in pd.read_csv(file, nrows=0).columns)
    return tuple(pq.read_schema(file).names)


def degrees_of(columns: Sequence[str]) -> tuple[str, str] | None:
    """Return the columns that say by their names that they hold longitude and latitude; None without both."""
    names = {each.lower(): each for each in columns}
    east, north = (
        next((names[each] for each in some if each in names), "") for some in (LONGITUDES[:-1], LATITUDES[:-1])
    )
    return (east, north) if east and north else None


def _read_csv(path: Path) -> Any:
    import pandas as pd

    return pd.read_csv(path)


def _read_parquet(path: Path) -> Any:
    import pandas as pd

    return pd.read_parquet(path)


def _placed(table: Any) -> Any:
    """Return a table with places: they are in two columns of degrees, or in one of WKT."""
    import geopandas as gpd

    names = {str(name).lower(): name for name in table.columns}
    east, north = (next((names[each] for each in some if each in names), None) for some in (LONGITUDES, LATITUDES))
    if east is not None and north is not None:
        shapes = _points(table.pop(east), table.pop(north))
        return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS84)
    wkt = next((names[each] for each in TEXTS if each in names), None)
    if wkt is None:
        there = f"{LONGITUDES[0]} and {LATITUDES[0]}, or WKT"
        raise Invalid(
            f"The table has no columns that say where: {there}. It has {', '.join(map(str, table.columns))[:300]}."
        )
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries.from_wkt(table.pop(wkt)), crs=CRS84)


def _points(east: Any, north: Any) -> Any:
    """Return points in degrees, None where a number is missing; raise Invalid for numbers that are no degrees."""
    import geopandas as gpd
    import pandas as pd

    x, y = pd.to_numeric(east, errors="raise"), pd.to_numeric(north, errors="raise")
    if x.abs().max() > 540 or y.abs().max() > 90:
        raise Invalid(
            f"The columns {east.name} and {north.name} hold {x.min():g} to {x.max():g} and {y.min():g} to {y.max():g}, "
            "which are no degrees of longitude and latitude."
        )
    return gpd.GeoSeries(gpd.points_from_xy(x, y), index=x.index).where(x.notna() & y.notna())


def _table(frame: Any) -> Table:
    crs, frame = _system(frame)
    shapes = [None if shape is None or shapely.is_empty(shape) else shape for shape in frame.geometry]
    ids, rest = _ids(frame)
    columns = {_name(str(name), at): _values(rest[name]) for at, name in enumerate(rest.columns)}
    fields = tuple(Field(name=name, kind=kind) for name, (kind, _) in columns.items())
    properties = [
        {name: values[at] for name, (_, values) in columns.items() if values[at] is not None}
        for at in range(len(frame))
    ]
    return Table(
        fields=fields,
        crs=crs,
        geometry=_type(shapes),
        time=time_of(fields),
        features=list(zip(ids, shapes, properties, strict=True)),
    )


def _system(frame: Any) -> tuple[str, Any]:
    """Return the system of a frame; one that no authority knows becomes degrees."""
    if frame.crs is None:
        raise Invalid("The file does not say in which reference system its coordinates are; write it with one.")
    authority = frame.crs.to_authority(min_confidence=70)
    code = ":".join(authority) if authority else ""
    if code in DEGREES:
        return CRS84, frame
    return (code, frame) if code else (CRS84, frame.to_crs(CRS84))


def _ids(frame: Any) -> tuple[list[str], Any]:
    """Return the ids: a column of that name where it can be one, else the numbers that the file has."""
    rest = frame.drop(columns=[frame.geometry.name])
    if "id" in rest.columns:
        column = rest["id"]
        ids = [str(each) for each in column]
        good = all(0 < len(each) <= ID and "/" not in each and each.isprintable() for each in ids)
        if good and column.notna().all() and len(set(ids)) == len(ids):
            return ids, rest.drop(columns=["id"])
    ids = [str(each) for each in frame.index]
    return (ids if len(set(ids)) == len(ids) else [new_id() for _ in ids]), rest


def _name(name: str, at: int) -> str:
    tidy = "".join(letter if letter.isprintable() and letter not in '"\\' else "_" for letter in name).strip()[:WORDS]
    return f"{tidy or f'field {at + 1}'}{'_' if tidy in RESERVED else ''}"


def _values(column: Any) -> tuple[FieldKind, list[Any]]:
    """Return the kind of a column, and its values as they are kept."""
    values = [_plain(each) for each in column.tolist()]
    kinds = {kind_of(each) for each in values if each is not None}
    if column.dtype.kind == "M":
        return "moment", values
    if kinds == {"integer", "number"} or (kinds == {"integer"} and column.dtype.kind == "f"):
        return "number", values
    if kinds == {"moment"}:
        return "moment", [None if each is None else iso(parse_time(each)) for each in values]
    if len(kinds) == 1:
        return kinds.pop(), values
    return ("text" if kinds <= {"text", "date", "moment"} else "any"), values


def _plain(value: Any) -> Any:
    """Return a value of a table as JSON has it."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)) or str(value) in ("NaT", "<NA>"):
        return None
    if isinstance(value, dt.datetime):
        return iso(value if value.tzinfo else value.replace(tzinfo=dt.UTC))
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, int | float | bool):
        return value
    return str(value).replace("\x00", "")  # PostgreSQL keeps no NUL


def _type(shapes: Sequence[Any]) -> str:
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    if not kinds:
        return "none"
    plain = {kind.removeprefix("Multi") for kind in kinds}
    return next(iter(kinds)) if len(kinds) == 1 else f"Multi{plain.pop()}" if len(plain) == 1 else ""


def time_of(fields: Sequence[Field]) -> tuple[str, ...]:
    """Return the fields that seem to say when: a beginning and an end, one of a usual name, or the only time."""
    times = {each.name.lower(): each.name for each in fields if each.kind in ("date", "moment")}
    for first, last in SPANS:
        if first in times and last in times:
            return times[first], times[last]
    usual = next((times[name] for name in INSTANTS if name in times), None)
    if usual is not None:
        return (usual,)
    return tuple(times.values()) if len(times) == 1 else ()
