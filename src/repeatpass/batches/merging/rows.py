"""Rows of all parts in one GeoParquet: read and written a part at a time, types unified beforehand."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from repeatpass.batches.merging.records import CannotMerge, Piece

OWN = ("part", "run")  # columns that say where a row comes from
GEOMETRY = "geometry"
GROUP = 50_000  # rows in one group
Find = Callable[[Piece], Path]
Progress = Callable[[int, int], None]


def merge_rows(
    pieces: Sequence[Piece], find: Find, target: Path, progress: Progress = lambda *_: None
) -> tuple[int, list[float]]:
    """Write one GeoParquet 1.1 from tables in CSV or Parquet; return its number of rows and its bounding box.

    Each row gets the columns `part` and `run`. Its geometry is its own where the tables have one, else that of
    the part's area. Whole numbers become numbers where a part has fractions; other types must agree.
    """
    import pyarrow.parquet as pq

    schema, notes = _schema(pieces, find)
    rows = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for number, table in enumerate(_grouped(pieces, find, schema), start=1):
            writer.write_table(table)
            rows += table.num_rows
            progress(number, len(pieces))
    return rows, notes.box


class _Notes:
    """What GeoParquet says of its geometry column, gathered while the rows pass."""

    def __init__(self) -> None:
        self.crs: Any = None
        self.types: set[str] = set()
        self.box: list[float] = []

    def see(self, geometries: Any) -> None:
        import shapely

        known = geometries[~shapely.is_missing(geometries)]
        self.types |= {each.geom_type for each in known}
        if len(known):
            w, s, e, n = (float(edge) for edge in shapely.total_bounds(known))
            old = self.box or [w, s, e, n]
            self.box = [min(old[0], w), min(old[1], s), max(old[2], e), max(old[3], n)]

    def text(self) -> str:
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(self.types)}
        column |= {"bbox": self.box} if self.box else {}
        column |= {"crs": self.crs} if self.crs is not None else {}  # left out: longitude and latitude (OGC:CRS84)
        return json.dumps({"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}})


def _schema(pieces: Sequence[Piece], find: Find) -> tuple[Any, "_Notes"]:
    """The schema that fits every part, and what is said of their geometries; reads every part once."""
    import pyarrow as pa

    first, types, system, notes = pieces[0], {}, _UNKNOWN, _Notes()
    for piece in pieces:
        table, crs = _read(piece, find(piece))
        if piece is first:
            types, system = {field.name: field.type for field in table.schema}, crs
            _require_plain(piece, types)
        notes.see(_shapes(piece, table))
        if crs != system:
            raise piece.fails("its geometries have another CRS than those of the first part; bring all into one.")
        _require_same_columns(piece, list(table.schema.names), list(types), first)
        for field in table.schema:
            types[field.name] = _joined(piece, field.name, types[field.name], field.type)
    fields = [
        pa.field(name, pa.string() if pa.types.is_null(kind) else kind)
        for name, kind in types.items()
        if name != GEOMETRY
    ]
    own = [pa.field("part", pa.int32()), pa.field("run", pa.string())]
    notes.crs = None if system is _UNKNOWN else system
    schema = pa.schema([*fields, *own, pa.field(GEOMETRY, pa.binary())])
    return schema.with_metadata({"geo": notes.text()}), notes


def _shapes(piece: Piece, table: Any) -> Any:
    """The geometries of a part: its own, or that of its area once."""
    import numpy as np
    import shapely

    if GEOMETRY in table.column_names:
        return np.asarray(shapely.from_wkb(table[GEOMETRY].to_numpy()))
    return np.array([_area(piece)], dtype=object)


def _area(piece: Piece) -> Any:
    import shapely

    return shapely.from_geojson(json.dumps(piece.geometry)) if piece.geometry else None


_UNKNOWN = object()


def _require_plain(piece: Piece, types: Mapping[str, Any]) -> None:
    if taken := [name for name in OWN if name in types]:
        raise piece.fails(f"its column {taken[0]!r} has the name of one that merging adds; rename it.")


def _require_same_columns(piece: Piece, columns: list[str], expected: list[str], first: Piece) -> None:
    if missing := [name for name in expected if name not in columns]:
        raise piece.fails(f"the column {missing[0]!r} of the first part ({first.name}) is missing.")
    if further := [name for name in columns if name not in expected]:
        raise piece.fails(f"the column {further[0]!r} is not there in the first part ({first.name}).")


def _joined(piece: Piece, column: str, known: Any, new: Any) -> Any:
    import pyarrow as pa

    try:
        one, other = pa.schema([(column, known)]), pa.schema([(column, new)])
        return pa.unify_schemas([one, other], promote_options="permissive").field(column).type
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise piece.fails(
            f"the column {column!r} holds {new}, in the parts before it {known}; make them alike."
        ) from None


def _read(piece: Piece, path: Path) -> tuple[Any, Any]:
    """The table of one part, geometries as WKB in the column `geometry`, and their CRS."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    try:
        table = pyarrow.csv.read_csv(path) if piece.output.media_type.startswith("text/csv") else pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise piece.fails(f"it cannot be read as a table ({str(error).splitlines()[0]}).") from None
    geo = json.loads((table.schema.metadata or {}).get(b"geo", b"null"))
    table = table.replace_schema_metadata(None)
    if geo is None:
        return (table.drop_columns([GEOMETRY]) if GEOMETRY in table.column_names else table), _UNKNOWN
    column = geo["primary_column"]
    if geo["columns"][column]["encoding"] != "WKB":
        raise piece.fails("its geometries are not written as WKB; write the table with geopandas' usual settings.")
    names = [GEOMETRY if name == column else name for name in table.column_names]
    return table.rename_columns(names), geo["columns"][column].get("crs")


def _grouped(pieces: Sequence[Piece], find: Find, schema: Any) -> Iterator[Any]:
    """Tables of about GROUP rows, in the order of the parts."""
    import pyarrow as pa

    waiting: list[Any] = []
    for piece in pieces:
        waiting.append(_table(piece, find(piece), schema))
        if sum(table.num_rows for table in waiting) >= GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    yield pa.concat_tables(waiting) if waiting else schema.empty_table()


def _table(piece: Piece, path: Path, schema: Any) -> Any:
    import pyarrow as pa
    import shapely

    table, _ = _read(piece, path)
    if GEOMETRY in table.column_names:
        wkb = table[GEOMETRY].cast(pa.binary())
    else:
        shape = _area(piece)
        content = shapely.to_wkb(shape) if shape is not None else None
        wkb = pa.array([content] * table.num_rows, type=pa.binary())
    columns = {name: table[name] for name in table.column_names if name != GEOMETRY}
    columns["part"] = pa.array([piece.number] * table.num_rows, type=pa.int32())
    columns["run"] = pa.array([piece.run] * table.num_rows, type=pa.string())
    columns[GEOMETRY] = wkb
    try:
        return pa.table({name: columns[name].cast(schema.field(name).type) if name in table.column_names else columns[name]
                         for name in schema.names}, schema=schema)  # fmt: skip
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise CannotMerge(f"Part {piece.number} ({piece.name}): {str(error).splitlines()[0]}") from None
