"""Rasters of one time as a field: one file, or several laid over one another on the grid of the first."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from repeatpass.data.facts import crs_text, quiet
from repeatpass.data.originals import Originals
from repeatpass.data.series.grids import Grid
from repeatpass.data.warping import scaled

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True)
class RasterField:
    """One band of rasters of one time, on *grid*; where several have a value, the first of them counts."""

    files: Sequence[Any]  # rasterio datasets, or its virtual ones, all on the grid
    bands: Sequence[int]  # of each file, from 1
    nodata: float | None  # a further value that means none
    grid: Grid
    times: Sequence[str]
    chunks: tuple[int, int, int]

    def read(self, _times: slice, rows: slice, columns: slice) -> "NDArray[Any]":
        """Read a window at full resolution, with scale and offset."""
        import numpy as np

        window = ((rows.start, rows.stop), (columns.start, columns.stop))
        found: Any = None
        for file, band in zip(self.files, self.bands, strict=True):
            with quiet():
                cells = file.read(band, window=window, masked=True)
            values = np.ma.getdata(cells).astype("float64")
            known = ~np.ma.getmaskarray(cells) & np.isfinite(values)
            if self.nodata is not None:
                known &= values != self.nodata
            values = values * file.scales[band - 1] + file.offsets[band - 1] if scaled(file) else values
            found = np.full(values.shape, np.nan) if found is None else found
            found = np.where(np.isnan(found) & known, values, found)
            if not np.isnan(found).any():
                break
        return np.asarray(found)[None]


@dataclass(frozen=True, kw_only=True, slots=True)
class BandFile:
    """A band of a raster file, counted from 1."""

    checksum: str
    band: int


@contextmanager
def raster_fields(
    originals: Originals,
    grids: Sequence[str],
    bands: Mapping[str, Sequence[BandFile]],
    time: str,
    nodata: float | None,
) -> Iterator[dict[str, RasterField]]:
    """Open rasters of one *time* as fields by name, all on the grid of the files *grids*.

    Of each name a file may be in another resolution or system than those; its nearest cells are taken.
    """
    with ExitStack() as stack:
        opened: dict[str, Any] = {}
        for checksum in (*grids, *(each.checksum for files in bands.values() for each in files)):
            if checksum not in opened:
                opened[checksum] = stack.enter_context(originals.raster(checksum))
        on_grid = _Laying(stack, [opened[checksum] for checksum in grids])
        yield {
            name: RasterField(
                files=[on_grid.file(opened[each.checksum]) for each in files],
                bands=[each.band for each in files],
                nodata=nodata,
                grid=on_grid.grid,
                times=(time,),
                chunks=(1, *opened[files[0].checksum].block_shapes[0]),
            )
            for name, files in bands.items()
        }


class _Laying:
    """Lays files on one grid: that of the first, made as wide as all of *files*; nearest cells, so values stay values."""

    def __init__(self, stack: ExitStack, files: Sequence[Any]) -> None:
        first = files[0]
        self.stack = stack
        self.crs, self.transform, self.shape = first.crs, first.transform, first.shape
        if len(files) > 1 or first.transform.b or first.transform.d:
            self.transform, width, height = _union(files)
            self.shape = (height, width)
        self._laid: dict[str, Any] = {}

    @property
    def grid(self) -> Grid:
        """The grid."""
        import numpy as np

        own, (height, width) = self.transform, self.shape
        return Grid(
            x=own.c + own.a * np.arange(width + 1, dtype="float64"),
            y=own.f + own.e * np.arange(height + 1, dtype="float64"),
            crs=crs_text(self.crs),
        )

    def file(self, file: Any) -> Any:
        """Return *file* on the grid: as it is where it lies there already."""
        if (file.crs, file.transform, file.shape) == (self.crs, self.transform, self.shape):
            return file
        if file.name not in self._laid:
            from rasterio.enums import Resampling
            from rasterio.vrt import WarpedVRT

            # Without a value for nothing, what lies outside of the file would count as 0.
            options: Any = {"resampling": Resampling.nearest, "add_alpha": file.nodata is None}
            options |= {"crs": self.crs, "transform": self.transform, "height": self.shape[0], "width": self.shape[1]}
            self._laid[file.name] = self.stack.enter_context(WarpedVRT(file, **options))
        return self._laid[file.name]


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
