"""The table that traces a merged file to the run of each part, with the checksum of what was taken from it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from repeatpass.batches.merging.records import Piece
from repeatpass.catalog.products import ProductFile
from repeatpass.core.times import iso
from repeatpass.kit.opening import PARQUET

LINKED = 100  # parts whose runs are also linked one by one


def write_parts(pieces: Sequence[Piece], target: Path) -> ProductFile:
    """Write what the pieces are and where they come from: one row for each part."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, names = pa.string(), ("area", "time", "start", "end", "run", "output", "checksum")
    fields = [("part", pa.int32()), *((name, text) for name in names), ("size", pa.int64())]
    rows = [
        {
            "part": piece.number,
            "area": piece.area,
            "time": piece.time,
            "start": iso(piece.start) if piece.start else None,
            "end": iso(piece.end) if piece.end else None,
            "run": piece.run,
            "output": piece.output.name,
            "checksum": piece.output.checksum,
            "size": piece.output.size,
        }
        for piece in pieces
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), target, compression="zstd")
    title = "The parts it is made of, each with its run and checksum"
    return ProductFile(key="parts", file=target, media_type=PARQUET, title=title, roles=("metadata", "provenance"))


def links(batch: str, pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    """Links to the batch and, where they are few, to the runs."""
    found = [{"rel": "via", "href": f"/batches/{batch}", "type": "text/html", "title": "The batch that made it"}]
    if len(pieces) <= LINKED:
        found += [
            {
                "rel": "derived_from",
                "href": f"/runs/{piece.run}",
                "type": "text/html",
                "title": f"Part {piece.number}: {piece.name}",
            }
            for piece in pieces
        ]
    return found
