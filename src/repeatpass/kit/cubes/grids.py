"""The grid of a cube: outer edges on multiples of the resolution, so that cubes of one resolution fit together."""

import math
from typing import Any

from repeatpass.kit.cubes.fields import Fields, wrong
from repeatpass.kit.cubes.records import Grid

MOST = 100_000_000  # cells of one map; 400 MB in memory
DEGREES = "west, south, east, north in degrees; west is greater than east where the antimeridian lies between"


def read_grid(fields: Fields) -> Grid:
    """The grid that `area` or `bounds`, `crs` and `resolution` state."""
    crs = _crs(fields)
    resolution = fields.number("resolution", above=0)
    if fields.has("bounds") == fields.has("area"):
        raise wrong("area", fields.data.get("area"), f"give either area ({DEGREES}) or bounds in units of the CRS")
    geographic = crs == "EPSG:4326"
    if fields.has("bounds"):
        box = _ordered(fields, "bounds", fields.four("bounds", "left, bottom, right, top in units of the CRS"))
    else:
        box = _in_crs(_area(fields), crs)
    return _checked(_snapped(crs, box, resolution), geographic, fields)


def _crs(fields: Fields) -> str:
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    text = fields.text("crs", "EPSG:4326")
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        raise wrong("crs", text, "write it as EPSG:4326, EPSG:3413, EPSG:32633, …") from None
    if crs.is_geographic and crs.to_epsg() != 4326:
        raise wrong("crs", text, "of systems in degrees only EPSG:4326 can be the grid of a cube")
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else text


def _area(fields: Fields) -> tuple[float, float, float, float]:
    west, south, east, north = box = fields.four("area", DEGREES)
    value = fields.data["area"]
    if not (-90 <= south < north <= 90):
        raise wrong("area", value, "south must be less than north, both within -90 and 90")
    if not (-180 <= west <= 360 and -180 <= east <= 360) or east - west > 360 or west == east:
        raise wrong("area", value, "west and east must differ and lie within -180 and 180, or within 0 and 360")
    return box if east > west else (west, south, east + 360, north)


def _ordered(fields: Fields, key: str, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    if not (box[0] < box[2] and box[1] < box[3]):
        raise wrong(key, fields.data[key], "left must be less than right, and bottom less than top")
    return box


def _in_crs(area: tuple[float, float, float, float], crs: str) -> tuple[float, float, float, float]:
    """The box around *area* in the CRS; a pole inside of the area is inside of the box."""
    if crs == "EPSG:4326":
        return area
    from rasterio.errors import RasterioError
    from rasterio.warp import transform_bounds

    west, south, east, north = area
    if east > 180:
        west, east = west, east - 360  # as GDAL writes areas across the antimeridian
    try:
        box: Any = transform_bounds("EPSG:4326", crs, west, south, east, north, densify_pts=101)
    except RasterioError:
        box = (math.inf,) * 4
    if not all(map(math.isfinite, box)) or not (box[0] < box[2] and box[1] < box[3]):
        raise wrong(
            "area", list(area), f"it does not lie within {crs}; take a smaller area, another CRS, or give bounds"
        )
    left, bottom, right, top = box
    return left, bottom, right, top


def _snapped(crs: str, box: tuple[float, float, float, float], resolution: float) -> Grid:
    """The smallest grid around *box* whose edges are multiples of the resolution."""
    near = 1e-6  # of a cell: 0.1 is no binary fraction
    left, bottom = (math.floor(edge / resolution + near) for edge in box[:2])
    right, top = (math.ceil(edge / resolution - near) for edge in box[2:])
    return Grid(
        crs=crs,
        left=left * resolution,
        top=top * resolution,
        resolution=resolution,
        width=max(1, right - left),
        height=max(1, top - bottom),
    )


def _checked(grid: Grid, geographic: bool, fields: Fields) -> Grid:
    left, bottom, right, top = grid.bounds
    if geographic and (top > 90 + 1e-6 or bottom < -90 - 1e-6 or right - left > 360 + 1e-6):
        right_one = (
            "cells would reach beyond a pole or around the Earth; take one that divides 180, such as 0.25, 0.5 or 1"
        )
        raise wrong("resolution", fields.data["resolution"], right_one)
    if grid.width * grid.height > MOST:
        size = f"{grid.width:,} x {grid.height:,} cells"
        raise wrong(
            "resolution", fields.data["resolution"], f"a map would have {size}; take a coarser one or less area"
        )
    if grid.width < 2 or grid.height < 2:
        raise wrong(
            "resolution", fields.data["resolution"], "the area is less than two cells wide or high; take a finer one"
        )
    return grid
