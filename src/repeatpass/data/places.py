"""The layer's own cells that an area covers."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import Exhausted, Invalid
from repeatpass.data.areas import Area
from repeatpass.data.grids import Grid
from repeatpass.data.records import Box, Layer

if TYPE_CHECKING:
    import numpy as np


def own_grid(layer: Layer, area: Area | None, most: int, *, exact: bool = False, crs: Any = None) -> Grid:
    """Return the layer's own cells that touch *area*: of the whole layer without one.

    Where they are more than *most* the grid becomes coarser, or with *exact* Exhausted is raised. With *crs* the
    grid lies in another system at the same resolution. Raise Invalid where the area lies outside the layer.
    """
    own = _native(layer) if crs is None else _warped(layer, crs)
    grid = own if area is None else _cropped(layer, own, area)
    cells = grid.width * grid.height
    if cells <= most:
        return grid
    if exact:
        raise Exhausted(f"The part has {cells:,} cells, at most {most:,} are given at once; choose a smaller area.")
    share = math.sqrt(most / cells)
    return replace(grid, width=max(1, int(grid.width * share)), height=max(1, int(grid.height * share)))


def _native(layer: Layer) -> Grid:
    from rasterio.crs import CRS

    left, bottom, right, top = layer.bounds
    rows, columns = layer.shape
    if len(layer.sources) > 1:  # the resolution is that of one file
        width, height = layer.cell
        columns, rows = max(1, round((right - left) / width)), max(1, round((top - bottom) / height))
    return Grid(crs=CRS.from_user_input(layer.crs), bounds=layer.bounds, width=columns, height=rows)


def _warped(layer: Layer, crs: Any) -> Grid:
    from rasterio.crs import CRS
    from rasterio.errors import CRSError
    from rasterio.transform import array_bounds
    from rasterio.warp import calculate_default_transform

    own = _native(layer)
    try:
        system = CRS.from_user_input(crs)
        transform, width, height = calculate_default_transform(own.crs, system, own.width, own.height, *own.bounds)
    except CRSError as error:
        raise Invalid(f"The layer cannot be put into “{crs}”: {error}.", field="crs") from None
    left, bottom, right, top = array_bounds(height, width, transform)
    return Grid(crs=system, bounds=(left, bottom, right, top), width=width, height=height)


def _cropped(layer: Layer, own: Grid, area: Area) -> Grid:
    left, bottom, right, top = own.bounds
    west, south, east, north = _in(own, area)
    dx, dy = (right - left) / own.width, (top - bottom) / own.height
    first, last = math.floor((west - left) / dx + 1e-9), math.ceil((east - left) / dx - 1e-9)
    if not (own.crs.is_geographic and right - left > 360 - dx / 2):  # a whole world goes on on its other side
        first, last = max(0, first), min(own.width, last)
    upper, lower = max(0, math.floor((top - north) / dy + 1e-9)), min(own.height, math.ceil((top - south) / dy - 1e-9))
    if first >= last or upper >= lower:
        raise Invalid(f"The area {area.bounds} lies outside {layer.id}, which covers {layer.bbox}.", field="area")
    bounds = (left + first * dx, top - lower * dy, left + last * dx, top - upper * dy)
    return replace(own, bounds=bounds, width=last - first, height=lower - upper)


def _in(own: Grid, area: Area) -> Box:
    """The box of an area in units of a grid, on the turn of longitudes that the grid has."""
    from rasterio.warp import transform_bounds

    west, south, east, north = area.bounds
    if not own.crs.is_geographic:
        found = transform_bounds("EPSG:4326", own.crs, west, south, east, north)
        return (found[0], found[1], found[2], found[3])
    middle = (own.bounds[0] + own.bounds[2]) / 2
    turn = round((middle - (west + east) / 2) / 360) * 360
    return (west + turn, south, east + turn, north)


def inside(grid: Grid, area: Area | None) -> "np.ndarray[Any, Any]":
    """Return which cells of *grid* have their middle in *area*: (row, column), all without one or in a box."""
    import numpy as np
    from rasterio.features import geometry_mask
    from rasterio.transform import from_bounds
    from rasterio.warp import transform_geom

    if area is None or area.is_box:
        return np.ones((grid.height, grid.width), bool)
    if grid.crs.is_geographic:
        shapes = [area.turned(turn) for turn in (-720, -360, 0, 360)]
    else:
        shapes = [transform_geom("EPSG:4326", grid.crs, area.turned(0))]
    transform = from_bounds(*grid.bounds, grid.width, grid.height)
    found = geometry_mask(shapes, (grid.height, grid.width), transform, invert=True)
    if not found.any():  # smaller than a cell: the cells that it touches
        found = geometry_mask(shapes, (grid.height, grid.width), transform, invert=True, all_touched=True)
    return np.asarray(found)
