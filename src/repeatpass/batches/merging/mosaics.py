"""Tiles of all parts in one cloud-optimised GeoTIFF, written window by window."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from repeatpass.batches.merging.overlaps import Written, combined, require_none
from repeatpass.batches.merging.records import CannotMerge, Overlap
from repeatpass.batches.merging.tiles import Mosaic, Tile, common, opened

BLOCK = 512
CACHE_MB = 64  # GDAL's memory for blocks, whatever the size of the mosaic
Progress = Callable[[int, int], None]


def merge_tiles(tiles: Sequence[Tile], target: Path, overlap: Overlap, progress: Progress = lambda *_: None) -> Mosaic:
    """Write *target*, a COG with overviews; the numbers are those of the parts, bit by bit.

    Overviews average measured numbers; whole numbers without a scale may be classes, so of those one is taken.
    """
    import rasterio
    from rasterio.shutil import copy

    mosaic = common(tiles)
    _require_mergeable(tiles, mosaic)
    draft = target.with_suffix(".draft.tif")
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB, GDAL_NUM_THREADS="1"):
        try:
            with rasterio.open(draft, "w+", **_profile(mosaic)) as sink:
                _describe(sink, mosaic)
                _fill(sink, tiles, mosaic, overlap, progress)
            measured = any(band.dtype.startswith("float") or band.scale != 1 for band in mosaic.bands)
            copy(
                draft, target, driver="COG", compress="deflate", level=6, predictor="yes", blocksize=BLOCK, num_threads=1,
                bigtiff="if_safer", overview_resampling="average" if measured else "nearest",
            )  # fmt: skip
        finally:
            draft.unlink(missing_ok=True)
    return mosaic


def _require_mergeable(tiles: Sequence[Tile], mosaic: Mosaic) -> None:
    for tile in tiles:
        if len(tile.times) > 1:
            raise tile.piece.fails(f"it has {len(tile.times)} times; a mosaic has one. Merge as zarr.")
    if len({band.dtype for band in mosaic.bands}) > 1:
        raise CannotMerge(
            "The bands have several types of numbers, a GeoTIFF has one; merge as zarr, or publish one type."
        )
    if len({str(band.nodata) for band in mosaic.bands}) > 1:
        raise CannotMerge("The bands mark cells without data in several ways, a GeoTIFF has one; make them alike.")
    if (
        mosaic.bands[0].nodata is None
        and sum(tile.width * tile.height for tile in tiles) < mosaic.width * mosaic.height
    ):
        raise CannotMerge(
            f"The parts leave gaps, and {mosaic.bands[0].name} has no number for cells without data; publish with one (nodata)."
        )


def _profile(mosaic: Mosaic) -> dict[str, Any]:
    from rasterio import Affine

    return {
        "driver": "GTiff",
        "width": mosaic.width,
        "height": mosaic.height,
        "count": len(mosaic.bands),
        "dtype": mosaic.bands[0].dtype,
        "crs": mosaic.crs,
        "transform": Affine(mosaic.dx, 0, mosaic.left, 0, -mosaic.dy, mosaic.top),
        "nodata": mosaic.bands[0].nodata,
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "compress": "deflate",
        "zlevel": 1,
        "sparse_ok": True,
        "bigtiff": "if_safer",
        "interleave": "band",
    }


def _describe(sink: Any, mosaic: Mosaic) -> None:
    sink.scales = [band.scale for band in mosaic.bands]
    sink.offsets = [band.offset for band in mosaic.bands]
    for number, band in enumerate(mosaic.bands, start=1):
        sink.set_band_description(number, band.name)
        sink.set_band_unit(number, band.unit)
        if band.title:
            sink.update_tags(number, long_name=band.title)


def _fill(sink: Any, tiles: Sequence[Tile], mosaic: Mosaic, overlap: Overlap, progress: Progress) -> None:
    written = Written(len(tiles))
    for number, tile in enumerate(tiles, start=1):
        row, column = mosaic.place(tile)
        shared = written.overlaps(tile, row, column)
        if shared:
            require_none(tile, overlap)
        _write(sink, tile, (row, column), overlap if shared else None)
        progress(number, len(tiles))


def _write(sink: Any, tile: Tile, place: tuple[int, int], shared: Overlap | None) -> None:
    from rasterio.windows import Window

    with opened(tile) as reader:
        for start, stop in reader.blocks():
            window = Window(place[1], place[0] + start, tile.width, stop - start)
            for number, band in enumerate(tile.bands):
                values = reader.read(number, start, stop)
                if shared is not None:
                    values = combined(sink.read(number + 1, window=window), values, band, shared)
                sink.write(values, number + 1, window=window)
