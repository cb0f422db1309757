"""How much each cell of a grid counts for an area: the share of the cell that the area covers, times the cell's true area.

The shares are exact, not sampled: exactextract (D. Baston) cuts each edge of the area at the edges of cells. On grids of
longitude and latitude it does so in a plane of equal areas (longitude, and the area between the equator and a latitude), so
that a share of a cell is a share of its surface, also of tall cells near the poles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from repeatpass.data.areas import Area
from repeatpass.data.series.grids import DEGREES, Grid, position
from repeatpass.data.series.records import TooLarge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CORNERS_A_SIDE = 400  # of an area that is bent by a projection, at least
MOST_CORNERS = 20_000  # that bending adds
HAIR = 1e-5  # share of a cell, beside the fullest one's, below which it is touched by rounding only


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A window of the grid and the weights of its cells, in m²; 0 where the area does not reach."""

    rows: slice
    columns: slice
    weights: "NDArray[np.float64]"  # (rows, columns)


def parts_of(grid: Grid, area: Area, most: int) -> list[Part]:
    """Return the windows of *grid* that *area* covers: two where it crosses the grid's first meridian, none outside.

    Raise TooLarge where the windows hold more than *most* cells.
    """
    windows = list(_windows(grid, area))
    cells = sum((rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns, _ in windows)
    if cells > most:
        raise TooLarge(
            f"area: its box holds {cells} cells of the layer; at most {most} are read at once. Take a smaller area.",
            field="area",
        )
    found = [_part(grid, rows, columns, geometry) for rows, columns, geometry in windows]
    return [part for part in found if part.weights.any()]


def _part(grid: Grid, rows: slice, columns: slice, geometry: Any) -> Part:
    return Part(rows=rows, columns=columns, weights=_shares(geometry, rows, columns) * grid.areas(rows, columns))


def _windows(grid: Grid, area: Area) -> Iterator[tuple[slice, slice, Any]]:
    """The windows, each with the area's part in it, in cells from the grid's first corner."""
    import shapely

    for geometry in _on_grid(grid, area):
        if geometry.is_empty:
            continue
        left, top, right, bottom = geometry.bounds
        rows, columns = _cells(top, bottom, grid.rows), _cells(left, right, grid.columns)
        if rows is not None and columns is not None:
            yield rows, columns, shapely.clip_by_rect(geometry, columns.start, rows.start, columns.stop, rows.stop)


def _cells(low: float, high: float, number: int) -> slice | None:
    import math

    first, last = max(0, math.floor(low)), min(number, math.ceil(high))
    return slice(first, last) if first < last else None


def _on_grid(grid: Grid, area: Area) -> Sequence[Any]:
    """The area in cells of the grid: columns from the first, rows from the first; one geometry for each turn of the Earth."""
    import shapely

    if grid.geographic:
        whole = shapely.box(*_once_around(grid))
        turned = [_shifted(area.geometry, turn) for turn in (-720, -360, 0, 360)]
        flat = [shapely.intersection(each, whole) for each in turned]
    else:
        flat = [_projected(grid, area)]
    return [_in_cells(grid, each) for each in flat]


def _once_around(grid: Grid) -> tuple[float, float, float, float]:
    """The grid's box in degrees; where its columns go round the Earth and on, only once round counts."""
    (west, east), (south, north) = (sorted(map(float, (edges[0], edges[-1]))) for edges in (grid.x, grid.y))
    return (west, south, min(east, west + 360), north)


def _shifted(geometry: Any, turn: float) -> Any:
    import shapely

    return geometry if turn == 0 else shapely.transform(geometry, lambda found: found + [turn, 0.0])


def _projected(grid: Grid, area: Area) -> Any:
    """The area in the grid's reference system, its edges still straight in longitude and latitude."""
    import shapely
    from pyproj import Transformer

    near = shapely.union_all([_shifted(_near(grid, area, turn), -turn) for turn in (-360, 0, 360)])
    if near.is_empty:
        return near
    west, south, east, north = near.bounds
    bent = shapely.segmentize(near, max(east - west, north - south) / CORNERS_A_SIDE)
    forward = Transformer.from_crs(DEGREES, grid.system, always_xy=True)
    moved = shapely.transform(bent, lambda found: _columns(forward.transform(found[:, 0], found[:, 1])))
    return _polygons(shapely.make_valid(moved))


def _near(grid: Grid, area: Area, turn: float) -> Any:
    """What of the area lies about the grid: far from it, projections have no numbers."""
    import shapely

    west, south, east, north = grid.degrees()
    east = east if east > west else east + 360
    margin = 1.0
    box = shapely.box(west - margin, max(-90, south - margin), min(east + margin, west + 360), min(90, north + margin))
    return shapely.intersection(_shifted(area.geometry, turn), box)


def _columns(found: Any) -> Any:
    import numpy as np

    return np.stack(found, axis=1)


def _polygons(geometry: Any) -> Any:
    """The polygons of what was repaired, without the lines and points that repairing may leave."""
    import shapely

    parts = [each for each in shapely.get_parts(geometry) if each.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts)


def _in_cells(grid: Grid, geometry: Any) -> Any:
    """*geometry* counted in columns and rows from the grid's first corner."""
    import shapely

    if geometry.is_empty:
        return geometry
    if not grid.geographic and _even(grid.x) and _even(grid.y):
        at_rows = partial(position, grid.y)
    else:
        # Straight lines are bent there; short pieces follow the bend.
        geometry = shapely.segmentize(geometry, _short(grid, geometry))
        at_rows = partial(_row_by_zone, grid) if grid.geographic else partial(position, grid.y)
    return shapely.transform(geometry, lambda found: _columns((position(grid.x, found[:, 0]), at_rows(found[:, 1]))))


def _row_by_zone(grid: Grid, latitudes: Any) -> Any:
    return position(grid.zones(grid.y), grid.zones(latitudes))


def _short(grid: Grid, geometry: Any) -> float:
    """A fraction of the smallest cell, at most a tenth of a degree; more where that would be too many corners."""
    least = min(float(abs(edges[1:] - edges[:-1]).min()) for edges in (grid.x, grid.y)) / 8
    return max(min(least, 0.1) if grid.geographic else least, float(geometry.length) / MOST_CORNERS)


def _even(edges: Any) -> bool:
    steps = edges[1:] - edges[:-1]
    return bool(abs(steps - steps.mean()).max() <= 1e-4 * abs(steps.mean()))


def _shares(geometry: Any, rows: slice, columns: slice) -> "NDArray[np.float64]":
    """The share of each cell in the window that *geometry* covers, 0 to 1."""
    import numpy as np
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource
    from shapely.geometry import mapping

    height, width = rows.stop - rows.start, columns.stop - columns.start
    shares = np.zeros((height, width))
    if geometry.is_empty:
        return shares
    # exactextract counts rows from the top of a y that rises; ours are counted downwards, so y is turned over.
    ones = np.broadcast_to(np.float32(1), (height, width))
    source = NumPyRasterSource(ones, columns.start, -rows.stop, columns.stop, -rows.start)
    import shapely

    turned = shapely.transform(geometry, lambda found: found * [1.0, -1.0])
    feature = {"type": "Feature", "properties": {}, "geometry": mapping(turned)}
    (found,) = exact_extract(source, [feature], ["cell_id", "coverage"])
    shares.flat[found["properties"]["cell_id"]] = found["properties"]["coverage"]
    shares[shares < HAIR * shares.max()] = 0.0
    return shares
