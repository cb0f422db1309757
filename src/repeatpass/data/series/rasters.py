"""Rasters of one time as a field: one file, or several laid over one another on the grid of the first."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.data.facts import crs_text, quiet
from repeatpass.data.reading import scaled
from repeatpass.data.series.grids import Grid

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True)
class RasterField:
    """One band of rasters of one time, on *grid*; where several have a value, the first of them counts."""

    files: Sequence[Any]  # rasterio datasets, or its virtual ones, all on the grid
    band: int
    nodata: float | None  # a further value that means none
    grid: Grid
    times: Sequence[str]
    chunks: tuple[int, int, int]

    def read(self, _times: slice, rows: slice, columns: slice) -> "NDArray[Any]":
        """Read a window at full resolution, with scale and offset."""
        import numpy as np

        window = ((rows.start, rows.stop), (columns.start, columns.stop))
        found: Any = None
        for file in self.files:
            with quiet():
                cells = file.read(self.band, window=window, masked=True)
            values = np.ma.getdata(cells).astype("float64")
            known = ~np.ma.getmaskarray(cells) & np.isfinite(values)
            if self.nodata is not None:
                known &= values != self.nodata
            values = values * file.scales[self.band - 1] + file.offsets[self.band - 1] if scaled(file) else values
            found = np.full(values.shape, np.nan) if found is None else found
            found = np.where(np.isnan(found) & known, values, found)
            if not np.isnan(found).any():
                break
        return np.asarray(found)[None]


@contextmanager
def raster_fields(
    paths: Sequence[Path], bands: Sequence[int], time: str, nodata: float | None
) -> Iterator[list[RasterField]]:
    """Open rasters of one *time*, and give a field for each band (from 1)."""
    from contextlib import ExitStack

    import rasterio

    with ExitStack() as stack:
        files = [stack.enter_context(rasterio.open(path)) for path in paths]
        laid, grid = _laid(stack, files)
        high, wide = files[0].block_shapes[0]
        yield [
            RasterField(files=laid, band=band, nodata=nodata, grid=grid, times=(time,), chunks=(1, high, wide))
            for band in bands
        ]


def _laid(stack: Any, files: Sequence[Any]) -> tuple[list[Any], Grid]:
    """The files on one grid: that of the first, made as wide as all of them; nearest cells, so values stay values."""
    first = files[0]
    upright = first.transform.b == 0 and first.transform.d == 0
    if len(files) == 1 and upright:
        return [first], _grid(first)
    from rasterio.enums import Resampling
    from rasterio.vrt import WarpedVRT

    transform, width, height = _union(files)
    options = {"crs": first.crs, "transform": transform, "width": width, "height": height}
    laid = [stack.enter_context(WarpedVRT(each, **options, resampling=Resampling.nearest)) for each in files]
    return laid, _grid(laid[0])


def _union(files: Sequence[Any]) -> tuple[Any, int, int]:
    """The grid of the first file (turned upright), stretched by whole cells until it holds all files."""
    import math

    from affine import Affine
    from rasterio.warp import calculate_default_transform, transform_bounds

    first = files[0]
    own = first.transform
    if own.b or own.d:
        own, _, _ = calculate_default_transform(first.crs, first.crs, first.width, first.height, *first.bounds)
    boxes = [transform_bounds(each.crs, first.crs, *each.bounds, densify_pts=51) for each in files]
    corners = [~own * corner for box in boxes for corner in ((box[0], box[3]), (box[2], box[1]))]
    left, top = (math.floor(min(corner[at] for corner in corners) + 1e-6) for at in (0, 1))
    right, bottom = (math.ceil(max(corner[at] for corner in corners) - 1e-6) for at in (0, 1))
    return own * Affine.translation(left, top), right - left, bottom - top


def _grid(file: Any) -> Grid:
    import numpy as np

    own = file.transform
    return Grid(
        x=own.c + own.a * np.arange(file.width + 1, dtype="float64"),
        y=own.f + own.e * np.arange(file.height + 1, dtype="float64"),
        crs=crs_text(file.crs),
    )
