"""From the cells of a source to the cells of the grid, with GDAL's warper."""

import functools
from typing import Any

from repeatpass.kit.cubes.lattices import Lattice
from repeatpass.kit.cubes.records import Grid
from repeatpass.kit.cubes.sampling import sampled
from repeatpass.kit.cubes.windows import Window

STATISTICS = ("average", "mode", "min", "max", "med")  # of all that a cell covers


def resampled(values: Any, window: Window, lattice: Lattice, grid: Grid, method: str) -> Any:
    """Return *values*, the cells of *window*, on *grid*.

    Args:
        values: array (rows, columns) of numbers, NaN where there is no data.
        method: one of records.RESAMPLINGS. Within one reference system `average` weighs each source cell by the part
            of it that lies in the target cell, and in degrees by its true area as well. Between two systems it is
            the mean of many points in the target cell.
        method: one of records.RESAMPLINGS. `average` weighs each source cell by the part of it that lies
            in the target cell, and in degrees by its true area on the sphere as well.

    Returns:
        Array (grid.height, grid.width) of float64, NaN where no source cell with data contributes.
    """
    import numpy as np

    # A frame without data: GDAL gives a cell that only touches the edge the number beyond it.
    rows = _rows_around(window, lattice)
    framed = np.pad(values, (rows, (window.margin, window.margin)), constant_values=np.nan)
    left, top = window.left - window.margin * lattice.dx, window.top + rows[0] * lattice.dy
    if method in STATISTICS and not _same_system(lattice.crs, grid.crs):
        return sampled(lambda finer: _warped(framed, (left, top), lattice, finer, "nearest"), lattice, grid, method)
    if method != "average" or not lattice.geographic:
        return _warped(framed, (left, top), lattice, grid, method)
    weights = np.broadcast_to(_areas(top, framed.shape[0], lattice)[:, None], framed.shape)
    weighed = _warped(framed * weights, (left, top), lattice, grid, method)
    weight = _warped(np.where(np.isnan(framed), np.nan, weights), (left, top), lattice, grid, method)
    return weighed / weight


@functools.cache
def _same_system(one: str, other: str) -> bool:
    from rasterio.crs import CRS

    return bool(CRS.from_user_input(one) == CRS.from_user_input(other))


def _rows_around(window: Window, lattice: Lattice) -> tuple[int, int]:
    """How many rows there is room for above and below: a frame never reaches beyond a pole."""
    if not lattice.geographic:
        return window.margin, window.margin
    bottom = window.top - window.shape[0] * lattice.dy
    above, below = (90 - window.top) / lattice.dy, (bottom + 90) / lattice.dy
    return min(window.margin, max(0, int(above + 1e-6))), min(window.margin, max(0, int(below + 1e-6)))


def _areas(top: float, rows: int, lattice: Lattice) -> Any:
    """The area of a cell of each row, relative to one at the equator: sin(north) - sin(south)."""
    import numpy as np

    edges = top - lattice.dy * np.arange(rows + 1)
    sines = np.sin(np.radians(np.clip(edges, -90, 90)))
    return np.maximum(sines[:-1] - sines[1:], 1e-12) / np.radians(lattice.dy)


def _warped(values: Any, corner: tuple[float, float], lattice: Lattice, grid: Grid, method: str) -> Any:
    import numpy as np
    from rasterio import Affine
    from rasterio.enums import Resampling
    from rasterio.warp import reproject

    found = np.full((grid.height, grid.width), np.nan)
    reproject(
        np.ascontiguousarray(values, dtype="float64"),
        found,
        src_transform=Affine(lattice.dx, 0, corner[0], 0, -lattice.dy, corner[1]),
        src_crs=lattice.crs,
        src_nodata=np.nan,
        dst_transform=Affine(grid.resolution, 0, grid.left, 0, -grid.resolution, grid.top),
        dst_crs=grid.crs,
        dst_nodata=np.nan,
        resampling=Resampling[method],
        num_threads=1,
        tolerance=0.0 if lattice.geographic == grid.geographic else 0.01,
        INSERT_CENTER_LONG="NO",  # the window lies on the right side of the Earth already
    )
    return found
