"""From the cells of a source to the cells of the grid, with GDAL's warper."""

from typing import Any

from repeatpass.kit.cubes.lattices import Lattice
from repeatpass.kit.cubes.records import Grid
from repeatpass.kit.cubes.windows import Window


def resampled(values: Any, window: Window, lattice: Lattice, grid: Grid, method: str) -> Any:
    """Return *values*, the cells of *window*, on *grid*.

    Args:
        values: array (rows, columns) of numbers, NaN where there is no data.
        method: one of records.RESAMPLINGS. `average` weighs each source cell by the part of it that lies
            in the target cell, and in degrees by its true area on the sphere as well.

    Returns:
        Array (grid.height, grid.width) of float64, NaN where no source cell with data contributes.
    """
    import numpy as np

    if method != "average" or not lattice.geographic:
        return _warped(values, window, lattice, grid, method)
    weights = np.broadcast_to(_areas(window, lattice)[:, None], values.shape)
    weighed = _warped(values * weights, window, lattice, grid, method)
    weight = _warped(np.where(np.isnan(values), np.nan, weights), window, lattice, grid, method)
    return weighed / weight


def _areas(window: Window, lattice: Lattice) -> Any:
    """The area of a cell of each row, relative to one at the equator: sin(north) - sin(south)."""
    import numpy as np

    edges = window.top - lattice.dy * np.arange(window.shape[0] + 1)
    sines = np.sin(np.radians(np.clip(edges, -90, 90)))
    return np.maximum(sines[:-1] - sines[1:], 1e-12) / np.radians(lattice.dy)


def _warped(values: Any, window: Window, lattice: Lattice, grid: Grid, method: str) -> Any:
    import numpy as np
    from rasterio import Affine
    from rasterio.enums import Resampling
    from rasterio.warp import reproject

    found = np.full((grid.height, grid.width), np.nan)
    reproject(
        np.ascontiguousarray(values, dtype="float64"),
        found,
        src_transform=Affine(lattice.dx, 0, window.left, 0, -lattice.dy, window.top),
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
