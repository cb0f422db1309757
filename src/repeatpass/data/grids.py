"""Grids to fill with cells."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from repeatpass.data.facts import crs_text
from repeatpass.data.records import Box

if TYPE_CHECKING:
    from rasterio.crs import CRS

RADIUS = 6_378_137.0  # metres, of the web map's sphere


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """What to fill: *width* by *height* cells of *bounds* (in units of *crs*)."""

    crs: "CRS"
    bounds: Box
    width: int
    height: int
    resampling: str = "nearest"


def in_degrees(grid: Grid) -> Box | None:
    """Return where a grid lies in degrees (west > east across the antimeridian); None where that cannot be told."""
    from rasterio.errors import CRSError
    from rasterio.warp import transform_bounds

    if grid.crs.is_geographic:
        return grid.bounds
    if crs_text(grid.crs) == "EPSG:3857":
        left, bottom, right, top = grid.bounds
        return (_longitude(left), _latitude(bottom), _longitude(right), _latitude(top))
    try:
        west, south, east, north = transform_bounds(grid.crs, "EPSG:4326", *grid.bounds)
    except (CRSError, ValueError):
        return None
    return (west, south, east, north)


def _longitude(x: float) -> float:
    """Degrees of a web map's metres."""
    return math.degrees(x / RADIUS)


def _latitude(y: float) -> float:
    return math.degrees(2 * math.atan(math.exp(max(-700.0, min(700.0, y / RADIUS)))) - math.pi / 2)
