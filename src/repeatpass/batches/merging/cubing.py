"""Tiles of all parts in one Zarr: time, y, x; each part is written into its region."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from repeatpass.batches.merging.overlaps import Written, combined, require_none
from repeatpass.batches.merging.records import CannotMerge, Overlap
from repeatpass.batches.merging.tiles import Band, Mosaic, Reader, Tile, common, opened
from repeatpass.kit.cubes.records import DTYPES, MAP, PACKED, SERIES, Grid, Packing, Step
from repeatpass.kit.cubes.series import write_series
from repeatpass.kit.cubes.store import Band as Stored
from repeatpass.kit.cubes.store import Frame, Store
from repeatpass.kit.cubes.zipping import zip_store

LENGTHS = {MAP: (1, 512, 512), SERIES: (512, 32, 32)}
Progress = Callable[[int, int], None]


def merge_cube(
    tiles: Sequence[Tile],
    folder: Path,
    attributes: Mapping[str, Any],
    overlap: Overlap,
    progress: Progress = lambda *_: None,
) -> tuple[dict[str, Path], Frame, dict[str, dict[str, int]]]:
    """Write `map.zarr.zip`, and `series.zarr.zip` for several times; return them, what they hold, and their chunks."""
    mosaic = common(tiles)
    steps = _steps(tiles)
    frame = Frame(
        grid=_grid(mosaic),
        steps=steps,
        bands=[_stored(band) for band in mosaic.bands],
        attributes=_notes(attributes, mosaic, steps),
    )
    sizes = {"time": len(steps), "y": mosaic.height, "x": mosaic.width}
    chunks = {
        layout: {axis: min(length, sizes[axis]) for axis, length in zip(sizes, lengths, strict=True)}
        for layout, lengths in LENGTHS.items()
    }
    store = Store(folder / MAP, frame, chunks[MAP])
    _fill(store, tiles, mosaic, steps, overlap, progress)
    files = {}
    if len(steps) > 1:
        write_series(store, folder / SERIES, chunks[SERIES])
        files[SERIES] = zip_store(folder / SERIES, folder / "series.zarr.zip")
    files[MAP] = zip_store(folder / MAP, folder / "map.zarr.zip")
    layouts = [layout for layout in (MAP, SERIES) if layout in files]
    return {layout: files[layout] for layout in layouts}, frame, {layout: chunks[layout] for layout in layouts}


def _grid(mosaic: Mosaic) -> Grid:
    if abs(mosaic.dx - mosaic.dy) * max(mosaic.width, mosaic.height) > 0.1 * mosaic.dx:
        raise CannotMerge(
            f"The cells of the parts are {mosaic.dx:g} by {mosaic.dy:g}; a cube has square ones. Merge as cog, or make a "
            "cube of the parts' collection with repeatpass cubes make."
        )
    return Grid(
        crs=mosaic.crs, left=mosaic.left, top=mosaic.top, resolution=mosaic.dx, width=mosaic.width, height=mosaic.height
    )


def _stored(band: Band) -> Stored:
    if band.dtype not in DTYPES:
        raise CannotMerge(f"Band {band.name} holds {band.dtype}; a cube holds one of {', '.join(DTYPES)}.")
    if band.dtype in PACKED and band.nodata is None:
        raise CannotMerge(
            f"Band {band.name} holds {band.dtype} and has no number for cells without data; publish with one."
        )
    nodata = band.nodata if band.dtype in PACKED else None
    packing = Packing(dtype=band.dtype, scale=band.scale, offset=band.offset, nodata=nodata)
    notes = {
        "long_name": band.title or band.name.replace("_", " "),
        "standard_name": band.standard_name,
        "units": band.unit or "1",
    }
    return Stored(name=band.name, packing=packing, attributes={key: value for key, value in notes.items() if value})


def _notes(attributes: Mapping[str, Any], mosaic: Mosaic, steps: Sequence[Step]) -> dict[str, Any]:
    return {
        "Conventions": "CF-1.10, ACDD-1.3",
        **attributes,
        "cdm_data_type": "Grid",
        "time_coverage_start": f"{steps[0].start.isoformat()}Z",
        "time_coverage_end": f"{steps[-1].end.isoformat()}Z",
    }


def _steps(tiles: Sequence[Tile]) -> list[Step]:
    """Every moment that a part speaks of, and how long it lasts: to the part's end, else to the next moment."""
    ends: dict[datetime, datetime | None] = {}
    for tile in tiles:
        for moment in _moments(tile):
            end = _plain(tile.piece.end) if not tile.times else None
            ends[moment] = ends.get(moment) or end
    ordered = sorted(ends)
    usual = ordered[-1] - ordered[-2] if len(ordered) > 1 else timedelta(0)
    following = [*ordered[1:], ordered[-1] + usual]
    return [Step(start=start, end=ends[start] or after) for start, after in zip(ordered, following, strict=True)]


def _moments(tile: Tile) -> list[datetime]:
    if tile.times:
        return list(tile.times)
    if tile.piece.start is None:
        raise tile.piece.fails("neither the part nor its file states a time; a cube needs one. Merge as cog.")
    return [_plain(tile.piece.start) or datetime.min]


def _plain(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=None)


def _fill(
    store: Store, tiles: Sequence[Tile], mosaic: Mosaic, steps: Sequence[Step], overlap: Overlap, progress: Progress
) -> None:
    places = {step.start: number for number, step in enumerate(steps)}
    written = {number: Written(len(tiles)) for number in places.values()}
    for number, tile in enumerate(tiles, start=1):
        row, column = mosaic.place(tile)
        with opened(tile) as reader:
            for index, moment in enumerate(_moments(tile)):
                time = places[moment]
                shared = written[time].overlaps(tile, row, column)
                if shared:
                    require_none(tile, overlap)
                _write(store, reader, (time, row, column), index if tile.times else None, overlap if shared else None)
        progress(number, len(tiles))


def _write(
    store: Store, reader: Reader, place: tuple[int, int, int], index: int | None, shared: Overlap | None
) -> None:
    time, row, column = place
    for start, stop in reader.blocks():
        rows, columns = slice(row + start, row + stop), slice(column, column + reader.tile.width)
        for number, band in enumerate(reader.tile.bands):
            array = store.group[band.name]
            values = _same_nodata(reader.read(number, start, stop, index), band)
            if shared is not None:
                values = combined(array[time, rows, columns], values, band, shared)
            array[time, rows, columns] = values


def _same_nodata(values: Any, band: Band) -> Any:
    """A number for cells without data becomes NaN in floating-point bands, as the cube marks them."""
    import numpy as np

    if band.dtype in PACKED or band.nodata is None or band.nodata != band.nodata:
        return values
    return np.where(values == band.nodata, np.array(np.nan, dtype=values.dtype), values)
