"""Arrays as pictures for the map: coloured, hatched where there is no data, in the map's projection.

Plate carrée (EPSG:4326) is used for layers of forty degrees and wider, web Mercator (EPSG:3857) for smaller ones, where
its shapes are true; the page says which. What lies about a pole is framed by `framing`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from repeatpass.data.colours import hexes, ramp, scaled_bytes, write_picture
from repeatpass.data.facts import edges
from repeatpass.data.pngs import palette_png
from repeatpass.data.records import Style
from repeatpass.data.surveys import percentile_range
from repeatpass.web.views.figures import Extent, Legend

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

WORLD = "EPSG:4326"
LOCAL = "EPSG:3857"
CLEAR, HATCH, FIRST = 0, 1, 2  # palette places: nothing, the hatch, the first colour of the ramp
STEPS = 256 - FIRST
LINE = (168, 165, 152)  # the hatch, the strong hairline of the light theme


@dataclass(frozen=True, kw_only=True, slots=True)
class Raster:
    """A picture to be: *values* of shape (rows, columns), north up, NaN = no data; *bounds* in units of *crs*."""

    values: "NDArray[np.floating]"
    bounds: Extent
    crs: str = WORLD


@dataclass(frozen=True, kw_only=True, slots=True)
class Colours:
    """How numbers become colours: a colour map of `data.colours` between *low* and *high*, in the unit of the values."""

    ramp: str = "viridis"
    low: float = 0.0
    high: float = 1.0
    zero: float | None = None  # the named middle of a map of two ways; low and high must lie evenly about it
    zero_name: str = ""


def projection_for(bounds: Extent) -> str:
    """The map's projection for a layer with *bounds* in degrees."""
    west, south, east, north = bounds
    return WORLD if east - west >= 40 or max(abs(south), abs(north)) > 84 else LOCAL


def raster_from(values: "ArrayLike", lat: "ArrayLike", lon: "ArrayLike", west: float = -180) -> Raster:
    """A regular grid of cell centres as a raster: north up, turned so that the map begins at *west*.

    *values* (lat, lon); *lat*, *lon* one-dimensional, evenly spaced, in degrees. ``west=0`` puts the Pacific in
    the middle; the page's map draws the land on both sides of the antimeridian.
    """
    import numpy as np

    grid, y, x = np.asarray(values, float), np.asarray(lat, float), np.asarray(lon, float)
    if grid.shape != (y.size, x.size):
        raise ValueError(f"The values have shape {grid.shape}, the coordinates {(y.size, x.size)}.")
    turned = (x - west) % 360 + west
    order = np.argsort(turned, kind="stable")
    x, grid = _without_gap(turned[order], grid[:, order], abs(float(x[1] - x[0])))
    if y[0] < y[-1]:
        y, grid = y[::-1], grid[::-1]
    west, south, east, north = edges(y, x)
    return Raster(values=grid, bounds=(west, max(-90.0, south), east, min(90.0, north)))


def _without_gap(x: Any, grid: Any, step: float) -> tuple[Any, Any]:
    """Where an area crosses the edge of the map, the columns between its two parts, without data."""
    import numpy as np

    number = round((x[-1] - x[0]) / step) + 1
    if number <= x.size:
        return x, grid
    whole = np.full((grid.shape[0], number), np.nan)
    whole[:, np.rint((x - x[0]) / step).astype(int)] = grid
    return x[0] + step * np.arange(number), whole


def onto(raster: Raster, projection: str, width: int = 1024) -> Raster:
    """*raster* in *projection* (nearest neighbour: values stay values), at most *width* columns where it changes."""
    if raster.crs == projection:
        return raster
    import numpy as np
    from rasterio.transform import array_bounds, from_bounds
    from rasterio.warp import Resampling, calculate_default_transform, reproject

    rows, columns = raster.values.shape
    source = from_bounds(*raster.bounds, columns, rows)
    _, w, h = calculate_default_transform(raster.crs, projection, columns, rows, *raster.bounds)
    scale = min(1.0, width / w)
    transform, w, h = calculate_default_transform(
        raster.crs,
        projection,
        columns,
        rows,
        *raster.bounds,
        dst_width=max(1, round(w * scale)),
        dst_height=max(1, round(h * scale)),
    )
    made = np.full((h, w), np.nan, dtype=np.float32)
    reproject(
        raster.values.astype(np.float32),
        made,
        src_transform=source,
        src_crs=raster.crs,
        src_nodata=np.nan,
        dst_transform=transform,
        dst_crs=projection,
        dst_nodata=np.nan,
        resampling=Resampling.nearest,
    )
    west, south, east, north = array_bounds(h, w, transform)
    return Raster(values=made, bounds=(west, south, east, north), crs=projection)


def places_in_palette(values: "NDArray[np.floating]", look: Colours, gap: str) -> "NDArray[np.uint8]":
    """The palette place of every cell, shape as *values*."""
    import numpy as np

    share = (values - look.low) / ((look.high - look.low) or 1.0)
    known = np.isfinite(values)
    at = FIRST + np.clip(np.where(known, share, 0.0) * (STEPS - 1), 0, STEPS - 1).round().astype(np.uint8)
    if gap == "hatch":
        rows, columns = np.indices(values.shape)
        return np.where(known, at, np.where((rows + columns) % 6 == 0, HATCH, CLEAR)).astype(np.uint8)
    return np.where(known, at, CLEAR).astype(np.uint8)


def draw_png(raster: Raster, look: Colours, gap: Literal["clear", "hatch"] = "clear") -> bytes:
    """*raster* as a palette PNG without metadata. *gap*: what no data looks like; clear lets the base map show."""
    import numpy as np

    shades = ramp(look.ramp)[np.linspace(0, 255, STEPS).round().astype(int), :3]
    palette = np.vstack([np.array([(0, 0, 0), LINE], np.uint8), shades])
    return palette_png(places_in_palette(raster.values, look, gap), palette, CLEAR)


def draw_photograph(red: "ArrayLike", green: "ArrayLike", blue: "ArrayLike") -> bytes:
    """Three bands (rows, columns) as a colour picture, each stretched between its 2nd and 98th percentile.

    Where any of them has no value there is nothing.
    """
    import numpy as np

    bands = np.ma.masked_invalid(np.stack([np.asarray(each, float) for each in (red, green, blue)]))
    style = Style(rescale=tuple(percentile_range(band.compressed()) for band in bands))
    hidden = np.ma.getmaskarray(bands)
    shades = np.ma.getdata(scaled_bytes(np.ma.MaskedArray(bands.filled(0), mask=hidden), style))
    return write_picture(shades.transpose(1, 2, 0), ~hidden.any(axis=0), "png")


def legend(
    look: Colours,
    title: str,
    unit: str,
    digits: int = 0,
    no_data: str = "No data",
    below: bool = False,
    above: bool = False,
) -> Legend:
    """The legend of a layer drawn with *look*."""
    return Legend(
        title=title,
        unit=unit,
        low=look.low,
        high=look.high,
        digits=digits,
        below=below,
        above=above,
        ramp=hexes(look.ramp),
        zero=look.zero,
        zero_name=look.zero_name,
        no_data=no_data,
    )
