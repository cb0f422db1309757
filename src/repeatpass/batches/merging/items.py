"""STAC items of what was merged: where and when, how its bands are, what it is made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from repeatpass.batches.merging.records import Form, Piece, Wish
from repeatpass.batches.merging.tiles import Band, Mosaic
from repeatpass.batches.merging.tracing import links, write_parts
from repeatpass.catalog.products import WORLD, Box, ProductFile, ProductItem
from repeatpass.core.times import iso
from repeatpass.kit.cubes.describing import degrees
from repeatpass.kit.cubes.records import Grid
from repeatpass.kit.cubes.store import Frame
from repeatpass.kit.opening import COG, PARQUET, ZARR_ZIP

RULES = {
    "first": "Where parts overlap, the first one with data counts.",
    "last": "Where parts overlap, the last one with data counts.",
    "refuse": "No parts overlap.",
}


def rows_item(wish: Wish, pieces: Sequence[Piece], path: Path, rows: int, box: Sequence[float]) -> ProductItem:
    """The item of a table."""
    data = ProductFile(
        key="data", file=path, media_type=PARQUET, title="Rows of all parts", properties={"table:row_count": rows}
    )
    west, south, east, north = box or WORLD
    return _item(wish, pieces, [data], (west, south, east, north), wish.name)


def mosaic_item(wish: Wish, pieces: Sequence[Piece], path: Path, mosaic: Mosaic, time: str) -> ProductItem:
    """The item of one mosaic."""
    properties = {**_projection(mosaic), "bands": [_band(band) for band in mosaic.bands]}
    data = ProductFile(key="data", file=path, media_type=COG, title="Mosaic of all parts", properties=properties)
    id = f"{wish.name}-{time}" if time else wish.name
    return _item(wish, pieces, [data], _degrees(mosaic), id.lower().replace(":", "").replace("/", "-"), time)


def cube_item(
    wish: Wish, pieces: Sequence[Piece], files: Mapping[str, Path], frame: Frame, chunks: Mapping[str, Any]
) -> ProductItem:
    """The item of a cube in one or two layouts."""
    grid = frame.grid
    shape = {"proj:code": grid.crs, "proj:shape": [grid.height, grid.width],
             "proj:transform": [grid.resolution, 0.0, grid.left, 0.0, -grid.resolution, grid.top]}  # fmt: skip
    assets = [
        ProductFile(
            key="data" if number == 0 else layout, file=path, media_type=ZARR_ZIP, roles=("data", layout),
            title="In chunks of maps" if layout == "map" else "In chunks of long series",
            properties={**shape, "repeatpass:layout": layout, "repeatpass:chunks": dict(chunks[layout])},
        )
        for number, (layout, path) in enumerate(files.items())
    ]  # fmt: skip
    span = (f"{frame.steps[0].start.isoformat()}Z", f"{_last(frame.steps[-1].start, frame.steps[-1].end).isoformat()}Z")
    return _item(wish, pieces, assets, degrees(grid), wish.name, span=span)


def _item(
    wish: Wish, pieces: Sequence[Piece], files: list[ProductFile], box: Box, id: str, time: str = "",
    span: tuple[str, str] | None = None,
) -> ProductItem:  # fmt: skip
    start, end = span or _span(pieces)
    folder = next(file.file for file in files if isinstance(file.file, Path)).parent
    rule = {} if wish.form is Form.GEOPARQUET else {"repeatpass:overlap": RULES[wish.overlap]}
    return ProductItem(
        id=id,
        title=f"{wish.title or wish.name}, {time}" if time else wish.title or wish.name,
        bbox=box,
        start=start,
        end=end,
        files=[*files, write_parts(pieces, folder / f"{id}.parts.parquet")],
        properties={"repeatpass:batch": wish.batch, "repeatpass:parts": len(pieces), **rule},
        links=links(wish.batch, pieces),
    )


def _span(pieces: Sequence[Piece]) -> tuple[str | None, str | None]:
    known = [(piece.start, piece.end) for piece in pieces if piece.start and piece.end]
    if not known:
        return None, None
    first, last = min(start for start, _ in known), max(known, key=lambda each: each[1])
    return iso(first), iso(_last(*last))


def _last(start: datetime, end: datetime) -> datetime:
    """The last second before *end*; an interval of no length ends where it starts."""
    return max(start, end - timedelta(seconds=1))


def _projection(mosaic: Mosaic) -> dict[str, Any]:
    return {
        "proj:code": mosaic.crs if mosaic.crs.startswith("EPSG:") else None,
        "proj:shape": [mosaic.height, mosaic.width],
        "proj:transform": [mosaic.dx, 0.0, mosaic.left, 0.0, -mosaic.dy, mosaic.top],
    } | ({} if mosaic.crs.startswith("EPSG:") else {"proj:wkt2": mosaic.crs})


def _band(band: Band) -> dict[str, Any]:
    nodata: Any = None if band.nodata is None else "nan" if band.nodata != band.nodata else band.nodata
    known = {
        "name": band.name,
        "description": band.title,
        "data_type": band.dtype,
        "nodata": nodata,
        "unit": band.unit,
        "raster:scale": band.scale if band.scale != 1 else None,
        "raster:offset": band.offset if band.offset != 0 else None,
    }
    return {key: value for key, value in known.items() if value not in (None, "")}


def _degrees(mosaic: Mosaic) -> Box:
    left, bottom, right, top = mosaic.bounds
    if mosaic.crs != "EPSG:4326":
        from rasterio.warp import transform_bounds

        left, bottom, right, top = transform_bounds(mosaic.crs, "EPSG:4326", left, bottom, right, top, densify_pts=51)
        return round(left, 6), round(bottom, 6), round(right, 6), round(top, 6)
    grid = Grid(crs="EPSG:4326", left=left, top=top, resolution=mosaic.dx, width=mosaic.width, height=mosaic.height)
    west, _, east, _ = degrees(grid)
    return west, round(max(-90.0, bottom), 6), east, round(min(90.0, top), 6)
