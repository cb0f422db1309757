"""Features as files: CSV, FlatGeobuf and GeoParquet. Coordinates are x before y, as those formats want them.

A file is written a few hundred features at a time from one reading of the database, so that it shows a single moment and
needs no more memory for a million features than for a thousand.
"""

import csv
import errno
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from repeatpass.core.errors import Unavailable
from repeatpass.features.columns import columns_of, schema_of, table_of
from repeatpass.features.crs import system
from repeatpass.features.geoparquet import GeoParquet
from repeatpass.features.reading import Reading

Writer = Callable[[Reading, Path], None]
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DRAFT = ".arrow"  # ends the name of what FlatGeobuf is made from


@contextmanager
def explained() -> Iterator[None]:
    """Raise Unavailable where the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Unavailable(
            "The disk for temporary files is full; the file could not be written. Ask for fewer features, or free some space."
        ) from None


def write_csv(reading: Reading, path: Path) -> None:
    """Write a table in UTF-8: the id, the fields, and the place as two numbers or as WKT (OGC 06-103r4)."""
    points = reading.known.geometry == "Point"
    place = ["longitude", "latitude"] if system(reading.crs).is_geographic else ["x", "y"]
    names = [each.name for each in columns_of(reading.known, reading.wanted).values()]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\r\n")  # RFC 4180
        writer.writerow(["id", *names, *(place if points else ["WKT"])])
        for found in reading:
            for each in found:
                cells = (_cell(each.properties.get(name)) for name in names)
                writer.writerow([each.id, *cells, *_where(each.geometry, points)])


def _where(shape: Any, points: bool) -> list[Any]:
    if shape is None:
        return [""] * (2 if points else 1)
    return [shape.x, shape.y] if points else [shape.wkt]


def _cell(value: Any) -> Any:
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value


def write_parquet(reading: Reading, path: Path) -> None:
    """Write GeoParquet 1.1 with the extents of rows, compressed by Zstandard, one group of rows after the other."""
    with GeoParquet(path, reading) as file:
        for found in reading:
            file.write(found)


def write_flatgeobuf(reading: Reading, path: Path) -> None:
    """Write FlatGeobuf 3 with its spatial index.

    Its header says of which kind all places are, and an index needs a place in every feature. So the features are kept
    beside it in Arrow's form first, and GDAL reads them from there.
    """
    import pyarrow as pa
    from pyogrio.errors import DataSourceError
    from pyogrio.raw import write_arrow

    draft = path.with_name(path.name + DRAFT)
    kinds, placed = _drafted(reading, draft)
    with pa.OSFile(str(draft)) as file, pa.ipc.open_stream(file) as stream:
        try:
            write_arrow(
                stream, path, layer=reading.known.collection, driver="FlatGeobuf", geometry_name="geometry",
                geometry_type=_kind(reading.known.geometry, kinds), crs=reading.crs,
                layer_options={"SPATIAL_INDEX": "YES" if placed else "NO", "TEMPORARY_DIR": str(path.parent)},
            )  # fmt: skip
        except DataSourceError as error:
            raise OSError(errno.ENOSPC, str(error)) from error
    _require_whole(path, reading.number)
    draft.unlink()


def _drafted(reading: Reading, draft: Path) -> tuple[set[str], bool]:
    """Keep the features in Arrow's form; return the kinds of their places, and whether all have one."""
    import pyarrow as pa

    kinds: set[str] = set()
    placed = True
    many = reading.known.geometry.startswith("Multi")
    schema = schema_of(reading.known, reading.wanted)
    with pa.OSFile(str(draft), "wb") as file, pa.ipc.new_stream(file, schema) as stream:
        for found in reading:
            table = table_of(reading.known, reading.wanted, found, many=many)
            stream.write_table(table.rows)
            kinds |= table.kinds
            placed = placed and table.placed
    return kinds, placed and reading.number > 0


def _kind(stated: str, kinds: set[str]) -> str:
    """Return the kind of places as GDAL names it: that of the set, or of all that were found; Unknown for several."""
    flat = {each.removesuffix(" Z") for each in kinds}
    single = stated or (next(iter(flat)) if len(flat) == 1 else "Unknown")
    return f"{single} Z" if single != "Unknown" and any(each.endswith(" Z") for each in kinds) else single


def _require_whole(path: Path, number: int) -> None:
    """Raise OSError where features are missing: of a disk that is full as a file is closed, GDAL only warns."""
    from pyogrio import read_info

    if read_info(path, force_feature_count=True)["features"] != number:
        raise OSError(errno.ENOSPC, f"{path.name} holds fewer than {number} features")


WRITERS: Mapping[str, Writer] = {"csv": write_csv, "fgb": write_flatgeobuf, "parquet": write_parquet}
