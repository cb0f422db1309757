"""Statistics of what a cell covers where two reference systems differ: from many points in each cell.

GDAL takes the source cells within the box around a target cell's corners, which near a pole or across the
antimeridian is far more than the cell. Points within the cell know nothing of boxes.
"""

import math
from collections.abc import Callable
from typing import Any

from repeatpass.kit.cubes.lattices import Lattice
from repeatpass.kit.cubes.records import Grid

METRES = 111_195.0  # of one degree on a sphere of 6371 km
FEWEST, MOST = 4, 32  # points along the side of a cell
POINTS = 16_000_000  # taken at once
Nearest = Callable[[Grid], Any]


def sampled(nearest: Nearest, lattice: Lattice, grid: Grid, method: str) -> Any:
    """Return the statistic of each cell of *grid*; *nearest* gives the source's numbers at the cells of a finer one."""
    import numpy as np

    side = _side(lattice, grid)
    rows = max(1, POINTS // (grid.width * side * side))
    found = np.full((grid.height, grid.width), np.nan)
    for start in range(0, grid.height, rows):
        part = grid.rows(start, min(start + rows, grid.height))
        points = nearest(_finer(part, side)).reshape(part.height, side, part.width, side)
        found[start : start + part.height] = _statistic(
            points.transpose(0, 2, 1, 3).reshape(part.height, part.width, -1), method
        )
    return found


def _side(lattice: Lattice, grid: Grid) -> int:
    """Points along the side of a cell: four for each source cell on it."""
    cell = grid.resolution * (METRES if grid.geographic else 1)
    source = min(lattice.dx, lattice.dy) * (METRES if lattice.geographic else 1)
    return max(FEWEST, min(MOST, math.ceil(4 * cell / source)))


def _finer(grid: Grid, side: int) -> Grid:
    return Grid(
        crs=grid.crs,
        left=grid.left,
        top=grid.top,
        resolution=grid.resolution / side,
        width=grid.width * side,
        height=grid.height * side,
    )


def _statistic(points: Any, method: str) -> Any:
    """Over the last axis, NaN counting as nothing."""
    import warnings

    import numpy as np

    if method == "mode":
        return _most_frequent(points)
    functions: dict[str, Any] = {"average": np.nanmean, "min": np.nanmin, "max": np.nanmax, "med": np.nanmedian}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a cell without any data stays NaN
        return functions[method](points, axis=-1)


def _most_frequent(points: Any) -> Any:
    import numpy as np

    best = np.zeros(points.shape[:-1], dtype="int64")
    found = np.full(points.shape[:-1], np.nan)
    for value in np.unique(points[~np.isnan(points)]):
        count = (points == value).sum(axis=-1)
        found = np.where(count > best, value, found)
        best = np.maximum(best, count)
    return found
