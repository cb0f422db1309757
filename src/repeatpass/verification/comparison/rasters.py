"""Opens GeoTIFF and COG files as layers: with rasterio, else tifffile, else pillow."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison.findings import Place, remark
from repeatpass.verification.comparison.images import compare_images
from repeatpass.verification.comparison.layers import Layer, compare_layers
from repeatpass.verification.comparison.numbers import Array
from repeatpass.verification.comparison.records import Difference, Unreadable


def compare_rasters(original: Path, repeated: Path, tolerance: Tolerance) -> list[Difference]:
    """Return every difference between two GeoTIFF files, band by band.

    Without rasterio the pixels are compared, and a remark says that the
    coordinates were not. Raises Unreadable where a file cannot be opened.
    """
    if find_spec("rasterio") is None:
        note = remark("", "the map coordinates were not compared, since rasterio is not installed here")
        return [*compare_images(original, repeated, tolerance), note]
    from rasterio.errors import RasterioError

    try:
        with _bands(original) as ours, _bands(repeated) as theirs:
            return compare_layers("band", ours, theirs, tolerance)
    except RasterioError as error:
        raise Unreadable(f"{original.name} could not be opened as a raster ({error}).") from error


@contextmanager
def _bands(path: Path) -> Iterator[list[Layer]]:
    import warnings

    import rasterio
    from rasterio.errors import NotGeoreferencedWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path) as source:
            yield [_band(source, number) for number in source.indexes]


def _band(source: Any, number: int) -> Layer:
    tags = {**source.tags(), **source.tags(number)}
    return Layer(
        name=str(number),
        dtype=source.dtypes[number - 1],
        dims=("y", "x"),
        shape=(source.height, source.width),
        unit=source.units[number - 1] or "",
        meaning=(
            ("the coordinate system", str(source.crs or "")),
            ("the placing on the map", str(tuple(source.transform)[:6])),
            ("the value for missing", str(source.nodatavals[number - 1])),
            ("the scale and offset", f"{source.scales[number - 1]}, {source.offsets[number - 1]}"),
            ("the name", source.descriptions[number - 1] or ""),
        ),
        remarks=tuple(sorted((str(key), str(value)) for key, value in tags.items())),
        read=partial(_read, source, number),
        locate=partial(_locate, source),
    )


def _read(source: Any, number: int, start: int, stop: int) -> Array:
    from rasterio.windows import Window

    window = Window(0, start, source.width, stop - start)
    return np.asarray(source.read(number, window=window))


def _locate(source: Any, index: tuple[int, ...]) -> tuple[Place, str]:
    row, column = index
    across, down, grid = column + 0.5, row + 0.5, source.transform  # the middle of the pixel
    x = grid.a * across + grid.b * down + grid.c
    y = grid.d * across + grid.e * down + grid.f
    at = (("y", f"{y:.10g}"), ("x", f"{x:.10g}"))
    return at, f"row {row}, column {column}"
