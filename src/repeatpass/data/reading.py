"""Cells of a layer on any grid: rasters through rio-tiler, slices of cubes through GDAL's warper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.data.facts import axes_of, crs_of, edges, opened, quiet
from repeatpass.data.memory import Remembered
from repeatpass.data.records import BadStyle, Box, Layer, Source
from repeatpass.storage.files import FileArea

if TYPE_CHECKING:
    import numpy as np
    from rasterio.crs import CRS

SLICES = 384 << 20  # bytes of slices of cubes that are held
RESAMPLING = ("nearest", "bilinear", "cubic", "cubic_spline", "lanczos", "average", "mode")


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """What to fill: *width* by *height* cells of *bounds* (in units of *crs*)."""

    crs: "CRS"
    bounds: Box
    width: int
    height: int
    resampling: str = "nearest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """One map of a cube: *values* (rows, columns) north up, NaN where there is no data; *bounds* in units of *crs*."""

    values: "np.ndarray[Any, Any]"
    bounds: Box
    crs: "CRS"


class Reading:
    """Reads cells; holds the slices of cubes that were read last."""

    def __init__(self, files: FileArea) -> None:
        self.files = files
        self._slices: Remembered[Slice] = Remembered(SLICES, lambda each: int(each.values.nbytes))

    def path(self, source: Source) -> Path:
        """Where the file of a source lies."""
        return self.files.path(source.checksum)

    def raster(self, source: Source, indexes: Sequence[int], grid: Grid, nodata: float | None) -> "np.ma.MaskedArray":
        """Return bands of a raster (band, row, column) on *grid*, scale and offset applied, masked where unknown."""
        import rasterio
        from rio_tiler.reader import part

        how: Any = grid.resampling
        with rasterio.open(self.path(source)) as file:
            found = part(
                file,
                grid.bounds,
                height=grid.height,
                width=grid.width,
                dst_crs=grid.crs,
                bounds_crs=grid.crs,
                indexes=tuple(indexes),
                nodata=nodata,
                resampling_method=how,
                reproject_method=how,
                unscale=scaled(file),
            )
        return found.array

    def cube(
        self, source: Source, variable: str, time: str, dimensions: Mapping[str, str], grid: Grid, nodata: float | None
    ) -> "np.ma.MaskedArray":
        """Return one map of a variable (1, row, column) on *grid*, masked where unknown."""
        import numpy as np
        from rasterio.transform import from_bounds
        from rasterio.warp import Resampling, reproject

        found = self.slice(source, variable, time, dimensions)
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
            dst_transform=from_bounds(*grid.bounds, grid.width, grid.height),
            dst_crs=grid.crs,
            dst_nodata=np.nan,
            resampling=Resampling[grid.resampling],
        )
        return np.ma.masked_invalid(made[None])

    def slice(self, source: Source, variable: str, time: str, dimensions: Mapping[str, str]) -> Slice:
        """Return one map of a variable, from memory where it was read before."""
        key = (source.checksum, variable, time, tuple(sorted(dimensions.items())))
        found = self._slices.get(key)
        if found is None:
            found = read_slice(self.path(source), source, variable, time, dimensions)
            self._slices.put(key, found)
        return found


def scaled(file: Any) -> bool:
    """Whether a raster's cells must be multiplied or shifted to mean what its unit says."""
    return any(scale != 1 for scale in file.scales) or any(offset != 0 for offset in file.offsets)


def read_slice(path: Path, source: Source, variable: str, time: str, dimensions: Mapping[str, str]) -> Slice:
    """Read one map of a variable; a world from 0 to 360 degrees is turned to begin at −180."""
    import numpy as np

    with opened(path, source.media_type) as dataset, quiet():
        array = dataset[variable]
        y, x = axes_of(array) or ("", "")
        crs = crs_of(dataset, array, y)
        chosen = array.isel(_places(array, source, time, dimensions, (y, x))).transpose(y, x)
        values = np.asarray(chosen.values, dtype="float32")
        rows, columns = array[y].values, array[x].values
    if rows[0] < rows[-1]:
        rows, values = rows[::-1], values[::-1]
    if columns[0] > columns[-1]:
        columns, values = columns[::-1], values[:, ::-1]
    bounds = edges(rows, columns)
    if crs.is_geographic:
        bounds, values = _closed(*_turned(bounds, columns, values))
    return Slice(values=np.ascontiguousarray(values), bounds=bounds, crs=crs)


def _places(
    array: Any, source: Source, time: str, dimensions: Mapping[str, str], plane: tuple[str, str]
) -> dict[str, int]:
    """Return the place along each dimension outside the plane."""
    found: dict[str, int] = {}
    for dim in (str(each) for each in array.dims if str(each) not in plane):
        if array[dim].dtype.kind == "M":
            found[dim] = source.times.index(time) if time else 0
            continue
        known = [str(value) for value in array[dim].values]
        wanted = dimensions.get(dim, known[0])
        if wanted not in known:
            raise BadStyle(f"There is no {dim} “{wanted}”; there is: {', '.join(known[:20])}.", dimension=dim)
        found[dim] = known.index(wanted)
    return found


def _turned(bounds: Box, columns: Any, values: Any) -> tuple[Box, Any]:
    import numpy as np

    west, south, east, north = bounds
    whole = abs(east - west - 360) < abs(columns[1] - columns[0]) / 2
    if not whole or (west >= -180 and east <= 180):
        return (west, south, east, north), values
    moved = (columns + 180) % 360 - 180
    order = np.argsort(moved, kind="stable")
    west = float(moved.min()) - abs(columns[1] - columns[0]) / 2
    return (west, south, west + 360, north), values[:, order]


def _closed(bounds: Box, values: Any) -> tuple[Box, Any]:
    """A whole world with its first column once more behind its last, and the other way round: no seam at ±180."""
    import numpy as np

    west, south, east, north = bounds
    cell = (east - west) / values.shape[1]
    if abs(east - west - 360) > cell / 2:
        return bounds, values
    return (west - cell, south, east + cell, north), np.pad(values, ((0, 0), (1, 1)), mode="wrap")


def layer_names(layer: Layer) -> tuple[str, ...]:
    """Return the names that formulas over a layer may use."""
    return tuple(band.name for band in layer.bands) if layer.kind == "raster" else layer.variables
