"""Which cells of a source lie under a grid: windows, shifted by whole turns of the Earth where that is needed."""

import math
from dataclasses import dataclass

from repeatpass.kit.cubes.lattices import Lattice
from repeatpass.kit.cubes.records import Grid

Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Rows and columns of a lattice, north up; columns in runs, because a run may end at the seam of the Earth."""

    rows: tuple[int, int]
    runs: tuple[tuple[int, int], ...]
    left: float  # outer edges of the window, in units of the CRS, on the side of the Earth where the grid lies
    top: float
    margin: int  # cells beside the grid that interpolation may look at

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows[1] - self.rows[0], sum(stop - start for start, stop in self.runs)


def windows_of(lattice: Lattice, grid: Grid) -> tuple[Window, ...]:
    """The windows of *lattice* under *grid*, with a margin for interpolation; none where they do not meet."""
    box = _box(lattice, grid)
    margin = _margin(lattice, box, grid)
    rows = _clipped((lattice.top - box[3]) / lattice.dy, (lattice.top - box[1]) / lattice.dy, margin, lattice.height)
    if rows[0] >= rows[1]:
        return ()
    top = lattice.top - rows[0] * lattice.dy
    if lattice.periodic:
        first = math.floor((box[0] - lattice.left) / lattice.dx) - margin
        last = math.ceil((box[2] - lattice.left) / lattice.dx) + margin
        left = lattice.left + first * lattice.dx
        return (Window(rows=rows, runs=_around(first, last, lattice.width), left=left, top=top, margin=margin),)
    found = []
    for shift in (0, 360, -360) if lattice.geographic else (0,):
        start = (box[0] - shift - lattice.left) / lattice.dx
        columns = _clipped(start, start + (box[2] - box[0]) / lattice.dx, margin, lattice.width)
        if columns[0] < columns[1]:
            left = lattice.left + shift + columns[0] * lattice.dx
            found.append(Window(rows=rows, runs=(columns,), left=left, top=top, margin=margin))
    return tuple(found)


def _box(lattice: Lattice, grid: Grid) -> Box:
    """The bounds of the grid in the CRS of the lattice; all of the lattice where they cannot be told."""
    if lattice.geographic and grid.geographic:
        return grid.bounds
    left, bottom, right, top = grid.bounds
    if grid.geographic and left >= 180:
        left, right = left - 360, right - 360
    whole = (-180.0, -90.0, 180.0, 90.0) if lattice.geographic else _whole(lattice)
    if grid.geographic and right > 180:
        return whole
    box = _transformed(grid.crs, lattice.crs, (left, bottom, right, top))
    if not all(map(math.isfinite, box)) or box[1] > box[3]:
        return whole
    return box if box[0] < box[2] else (whole[0], box[1], whole[2], box[3])


def _transformed(source: str, target: str, box: Box) -> Box:
    from rasterio.errors import RasterioError
    from rasterio.warp import transform_bounds

    try:
        left, bottom, right, top = transform_bounds(source, target, *box, densify_pts=51)
    except RasterioError:
        return (math.inf,) * 4
    return left, bottom, right, top


def _whole(lattice: Lattice) -> Box:
    bottom, right = lattice.top - lattice.height * lattice.dy, lattice.left + lattice.width * lattice.dx
    return lattice.left, bottom, right, lattice.top


def _margin(lattice: Lattice, box: Box, grid: Grid) -> int:
    """Cells beside the box that interpolation may look at: more where the grid is much coarser."""
    across = (box[2] - box[0]) / grid.width / lattice.dx
    down = (box[3] - box[1]) / grid.height / lattice.dy
    return 3 * math.ceil(max(1.0, across, down)) + 2


def _clipped(start: float, stop: float, margin: int, size: int) -> tuple[int, int]:
    if stop <= 0 or start >= size:
        return 0, 0
    return max(0, math.floor(start + 1e-9) - margin), min(size, math.ceil(stop - 1e-9) + margin)


def _around(first: int, last: int, width: int) -> tuple[tuple[int, int], ...]:
    """Columns *first* to before *last*, counted around the Earth, as runs of columns that exist."""
    runs = []
    while first < last:
        start = first % width
        stop = min(width, start + last - first)
        runs.append((start, stop))
        first += stop - start
    return tuple(runs)
