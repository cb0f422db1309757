"""Writing GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0/) one group of rows after the other."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from repeatpass.features.columns import PLACE, Columns, schema_of, table_of
from repeatpass.features.crs import system
from repeatpass.features.reading import Reading
from repeatpass.features.records import Feature

GROUP, GROUP_BYTES = 10_000, 16 * 1024**2  # features and bytes of one group of rows, at which it is written
SIDES = ("xmin", "ymin", "xmax", "ymax")


class GeoParquet:
    """A file that grows; what stands in it of all its places is written when it is closed."""

    def __init__(self, path: Path, reading: Reading) -> None:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter

        self.reading = reading
        schema = schema_of(reading.known, reading.wanted)
        self.box = "bbox" if "bbox" not in schema.names else "bbox of the place"
        self.schema = schema.append(pa.field(self.box, pa.struct([(side, pa.float64()) for side in SIDES])))
        self.kinds: set[str] = set()
        self.extent = np.array([np.inf, np.inf, -np.inf, -np.inf])
        self.waiting: list[Any] = []
        self.writer = ParquetWriter(path, self.schema, compression="zstd")

    def write(self, found: Sequence[Feature]) -> None:
        """Add features."""
        table = table_of(self.reading.known, self.reading.wanted, found)
        self.kinds |= table.kinds
        low, high = np.fmin.reduce(table.bounds[:, :2]), np.fmax.reduce(table.bounds[:, 2:])
        self.extent = np.concatenate([np.fmin(self.extent[:2], low), np.fmax(self.extent[2:], high)])
        self.waiting.append(table.rows.append_column(self.schema.field(self.box), _boxes(table)))
        if sum(len(each) for each in self.waiting) >= GROUP or sum(each.nbytes for each in self.waiting) >= GROUP_BYTES:
            self._group()

    def _group(self) -> None:
        import pyarrow as pa

        if self.waiting:
            table = pa.concat_tables(self.waiting)
            self.writer.write_table(table, row_group_size=len(table))
        self.waiting = []

    def _facts(self) -> dict[str, Any]:
        place: dict[str, Any] = {
            "encoding": "WKB", "crs": system(self.reading.crs).to_json_dict(), "geometry_types": sorted(self.kinds),
            "covering": {"bbox": {side: [self.box, side] for side in SIDES}},
        }  # fmt: skip
        if np.isfinite(self.extent).all():
            place["bbox"] = self.extent.tolist()
        return {"version": "1.1.0", "primary_column": PLACE, "columns": {PLACE: place}}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._group()
                self.writer.add_key_value_metadata({"geo": json.dumps(self._facts())})
        finally:
            self.writer.close()


def _boxes(table: Columns) -> Any:
    """Return the extents of places as a column, null where there is none."""
    import pyarrow as pa

    sides = [pa.array(table.bounds[:, at]) for at in range(4)]
    return pa.StructArray.from_arrays(sides, SIDES, mask=pa.array(np.isnan(table.bounds[:, 0])))
