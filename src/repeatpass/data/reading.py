"""Cells of a layer on any grid: rasters through rio-tiler, slices of cubes through GDAL's warper."""

import threading
import warnings
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import Exhausted
from repeatpass.data.facts import axes_of, crs_of
from repeatpass.data.grids import Grid
from repeatpass.data.lattices import WHOLE, Lattice, Window, bounds_of, lattice_of, window_for
from repeatpass.data.originals import Originals, is_far
from repeatpass.data.records import Box, Layer, Source
from repeatpass.data.slices import read_window
from repeatpass.data.warping import laid_over, part_of
from repeatpass.kit.memory import Remembered

if TYPE_CHECKING:
    import numpy as np
    from rasterio.crs import CRS

SLICES = 384 << 20  # bytes of slices of cubes that are held
HELD = 8  # rasters that a thread holds open
MOST_FAR = 60_000_000  # cells of one map of a cube elsewhere
LATTICES = 64 << 20  # bytes of their rows and columns
RESAMPLING = ("nearest", "bilinear", "cubic", "cubic_spline", "lanczos", "average", "mode")


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """One map of a cube: *values* (rows, columns) north up, NaN where there is no data; *bounds* in units of *crs*."""

    values: "np.ndarray[Any, Any]"
    bounds: Box
    crs: "CRS"


class Reading:
    """Reads cells; holds the slices of cubes that were read last."""

    def __init__(self, originals: Originals) -> None:
        self.originals = originals
        self._slices: Remembered[Slice] = Remembered(SLICES, lambda each: int(each.values.nbytes))
        self._lattices: Remembered[tuple[Lattice, CRS]] = Remembered(LATTICES, lambda each: 8 * len(each[0].columns))
        self._own = threading.local()
        warnings.filterwarnings("ignore", message="Adjusting dataset latitudes")  # of rio-tiler, for whole worlds

    def raster(self, source: Source, indexes: Sequence[int], grid: Grid, nodata: float | None) -> "np.ma.MaskedArray":
        """Return bands of a raster (band, row, column) on *grid*, scale and offset applied, masked where unknown."""
        with self._opened(source) as file:
            found: np.ma.MaskedArray[Any, Any] = part_of(file, indexes, grid, nodata)
            if file.crs.is_geographic and not grid.crs.is_geographic and max(-file.bounds[0], file.bounds[2]) > 180.001:
                beyond = part_of(file, indexes, grid, nodata, turn=360 if file.bounds[0] < -180 else -360)
                found = laid_over(found, beyond)
        return found

    def _opened(self, source: Source) -> AbstractContextManager[Any]:
        """A raster; one that lies elsewhere is opened each time, for its parts are held already."""
        far = is_far(source.checksum)
        return self.originals.raster(source.checksum) if far else nullcontext(self._open(source))

    def _open(self, source: Source) -> Any:
        """A raster, held open by this thread: GDAL's files belong to one thread, and unpack a block only once.

        What lies under a checksum never changes.
        """
        import rasterio

        held: OrderedDict[str, Any] = self._own.__dict__.setdefault("held", OrderedDict())
        file = held.pop(source.checksum, None) or rasterio.open(self.originals.path(source.checksum))
        held[source.checksum] = file
        while len(held) > HELD:
            held.popitem(last=False)[1].close()
        return file

    def cube(
        self, source: Source, variable: str, time: str, dimensions: Mapping[str, str], grid: Grid, nodata: float | None
    ) -> "np.ma.MaskedArray":
        """Return one map of a variable (1, row, column) on *grid*, masked where unknown."""
        import numpy as np
        from rasterio.transform import from_bounds
        from rasterio.warp import Resampling, reproject

        found = self.slice(source, variable, time, dimensions, grid)
        values = found.values
        if nodata is not None:
            values = np.where(values == nodata, np.nan, values)
        made = np.full((grid.height, grid.width), np.nan, dtype="float32")
        reproject(
            values,
            made,
            src_transform=from_bounds(*found.bounds, values.shape[1], values.shape[0]),
            src_crs=found.crs,
            src_nodata=np.nan,
            dst_transform=_beside_the_pole(grid) if found.crs.is_geographic else cells_of(grid),
            dst_crs=grid.crs,
            dst_nodata=np.nan,
            resampling=Resampling[grid.resampling],
        )
        return np.ma.masked_invalid(made[None])

    def slice(
        self, source: Source, variable: str, time: str, dimensions: Mapping[str, str], grid: Grid | None = None
    ) -> Slice:
        """Return one map of a variable, from memory where it was read before.

        Of a large map only what *grid* needs is read, no finer than it shows; all of it without one.
        """
        lattice, crs = self._lattice(source, variable)
        size = (grid.width, grid.height) if grid else (4096, 4096)
        window = window_for(lattice, _wanted(lattice, crs, grid), size)
        key = (source.checksum, variable, time, tuple(sorted(dimensions.items())), window)
        found = self._slices.get(key)
        if found is None:
            if is_far(source.checksum):
                _require_little(window)
            with self.originals.cube(source.checksum, source.media_type) as dataset:
                values = read_window(dataset[variable], source, time, dimensions, lattice, window)
            found = Slice(values=values, bounds=bounds_of(lattice, window), crs=crs)
            self._slices.put(key, found)
        return found

    def _lattice(self, source: Source, variable: str) -> tuple[Lattice, "CRS"]:
        key = (source.checksum, variable)
        found = self._lattices.get(key)
        if found is None:
            with self.originals.cube(source.checksum, source.media_type) as dataset:
                array = dataset[variable]
                y, x = axes_of(array) or ("", "")
                crs = crs_of(dataset, array, y)
                found = (lattice_of(array[y].values, array[x].values, degrees=crs.is_geographic), crs)
            self._lattices.put(key, found)
        return found


def _require_little(window: Window) -> None:
    """Raise Exhausted where a map of a cube elsewhere, which has no overviews, would have too much brought here."""
    cells = (window.bottom - window.top) * (window.right - window.left)
    if cells > MOST_FAR:
        raise Exhausted(
            f"This map would have {cells:,} cells read that lie elsewhere, at most {MOST_FAR:,} are; choose a smaller "
            "part of it."
        )


def _wanted(lattice: Lattice, crs: "CRS", grid: Grid | None) -> Box | None:
    """What a grid shows of a large map, in the map's units; None where that is a whole turn of the Earth, or unknown."""
    from rasterio.errors import CRSError
    from rasterio.warp import transform_bounds

    if grid is None or len(lattice.rows) * len(lattice.columns) <= WHOLE:
        return None
    try:
        west, south, east, north = transform_bounds(grid.crs, crs, *grid.bounds)
    except CRSError:
        return None
    if crs.is_geographic and west > east:
        west, east = lattice.bounds[0], lattice.bounds[2]
    return (west, south, east, north)


def cells_of(grid: Grid) -> Any:
    """Return the transform from columns and rows of a grid to its system."""
    from rasterio.transform import from_bounds

    return from_bounds(*grid.bounds, grid.width, grid.height)


def _beside_the_pole(grid: Grid) -> Any:
    """The transform of a projected grid, a millionth of a cell aside: the pole itself would lie in no row of degrees."""
    from rasterio import Affine

    return cells_of(grid) if grid.crs.is_geographic else cells_of(grid) * Affine.translation(1e-6, 1e-6)


def layer_names(layer: Layer) -> tuple[str, ...]:
    """Return the names that formulas over a layer may use."""
    return tuple(band.name for band in layer.bands) if layer.kind == "raster" else layer.variables
