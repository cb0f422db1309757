"""From the layout for maps to the layout for series, out of core: memory holds one map and one piece of a series."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from repeatpass.kit.cubes.store import Frame, Store


def write_series(
    maps: Store, folder: Path, chunks: Mapping[str, int], told: Callable[[int], None] = lambda _: None
) -> Store:
    """Write the numbers of *maps* into a new store whose chunks are long in time; *told* hears of each map read.

    A block of `chunks["time"]` maps is scattered into a file, tile by tile, and read back a tile at a time.
    """
    series = Store(folder, maps.frame, chunks)
    for band in maps.frame.bands:
        source, target = maps.group[band.name], series.group[band.name]
        if not band.timed:
            target[:, :] = source[:, :]
            continue
        for start in range(0, len(maps.frame.steps), chunks["time"]):
            stop = min(start + chunks["time"], len(maps.frame.steps))
            transpose(source, target, (start, stop), _tiles(maps.frame, chunks), folder.parent, told)
    return series


def transpose(
    source: Any,
    target: Any,
    span: tuple[int, int],
    tiles: list[tuple[slice, slice]],
    folder: Path,
    told: Callable[[int], None],
) -> None:
    """Write the maps `source[time]` of *span* into *target* (time, row, column), a tile of rows and columns at a time.

    *folder* must have room for all of them for a while.
    """
    import numpy as np

    start, stop = span
    size, number = source.dtype.itemsize, stop - start
    with _scratch(folder) as path:
        with path.open("r+b", buffering=0) as file:
            for place in range(number):
                _scatter(source[start + place], tiles, file.fileno(), place, number)
                told(start + place)
        # Opened anew: what is read of it is then known to be this program's own file.
        with path.open("rb", buffering=0) as file:
            for rows, columns in tiles:
                shape = (number, rows.stop - rows.start, columns.stop - columns.start)
                content = file.read(size * shape[0] * shape[1] * shape[2])
                target[start:stop, rows, columns] = np.frombuffer(content, dtype=source.dtype).reshape(shape)


def _scatter(one: Any, tiles: list[tuple[slice, slice]], descriptor: int, place: int, number: int) -> None:
    """Write one map into the file, in which each tile has all its times together."""
    offset = 0
    for rows, columns in tiles:
        content = one[rows, columns].tobytes()
        _write_all(descriptor, content, offset + place * len(content))
        offset += number * len(content)


def _write_all(descriptor: int, content: bytes, offset: int) -> None:
    view = memoryview(content)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _tiles(frame: Frame, chunks: Mapping[str, int]) -> list[tuple[slice, slice]]:
    return tiles_of(frame.grid.height, frame.grid.width, chunks["y"], chunks["x"])


def tiles_of(rows: int, columns: int, high: int, wide: int) -> list[tuple[slice, slice]]:
    """Cut a grid into tiles of *high* rows and *wide* columns, those at the end smaller."""

    def cut(length: int, step: int) -> list[slice]:
        return [slice(start, min(start + step, length)) for start in range(0, length, step)]

    return [(down, across) for down in cut(rows, high) for across in cut(columns, wide)]


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".transpose-")
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
