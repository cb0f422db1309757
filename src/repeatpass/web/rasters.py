"""The raster that a run left, as frames of a map: what times it has, where it lies, one picture per time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.data import facts
from repeatpass.data.surveys import percentile_range
from repeatpass.web import frames
from repeatpass.web.views.figures import Extent

if TYPE_CHECKING:
    import xarray as xr

AXES = {"y": facts.Y, "x": facts.X}


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """What is known of a raster without drawing it."""

    projection: str
    extent: Extent  # of the frames, in units of the projection
    degrees: Extent  # west, south, east, north of the cells
    times: tuple[str, ...]  # ISO 8601, first moment of each frame; empty: it has no time
    low: float  # second percentile of all cells, in the raster's unit
    high: float  # 98th percentile
    least: float
    most: float
    gaps: bool  # whether any cell has no value
    cell: str  # the size of a cell, in words

    def dump(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def load(cls, content: bytes) -> "Layer":
        """Read what `dump` gave."""
        known: dict[str, Any] = json.loads(content)
        lists = {name: tuple(known[name]) for name in ("extent", "degrees", "times")}
        return cls(**known | lists)


@contextmanager
def opened(path: Path, media_type: str, variable: str = "") -> Iterator["xr.DataArray"]:
    """The variable of a cube, its dimensions called (time,) y, x; ValueError for other shapes."""
    with facts.opened(path, media_type) as dataset:
        gridded = [str(name) for name, array in dataset.data_vars.items() if array.ndim >= 2]
        array = dataset[variable if variable in dataset else gridded[0]]
        crs = dataset["spatial_ref"].attrs.get("crs_wkt", "") if "spatial_ref" in dataset else ""
        yield named(array).assign_attrs(crs_wkt=crs)


def named(array: "xr.DataArray") -> "xr.DataArray":
    """The array with its horizontal dimensions called y and x; ValueError where there are none."""
    names = {str(dim): axis for axis, known in AXES.items() for dim in array.dims if str(dim).lower() in known}
    if len(names) != 2:
        raise ValueError(
            f"The raster has the dimensions {', '.join(map(str, array.dims))}; y and x are not among them."
        )
    return array.rename({name: axis for name, axis in names.items() if name != axis})


def _raster(array: "xr.DataArray", west: float) -> frames.Raster:
    """One frame's cells, in the file's own coordinates."""
    from rasterio.crs import CRS

    wkt = array.attrs.get("crs_wkt", "")
    if not wkt or CRS.from_wkt(wkt).is_geographic:
        return frames.raster_from(array.values, array["y"].values, array["x"].values, west=west)
    y, x, values = array["y"].values, array["x"].values, array.values
    if y[0] < y[-1]:
        y, values = y[::-1], values[::-1]
    return frames.Raster(values=values, bounds=facts.edges(y, x), crs=wkt)


def _frame(array: "xr.DataArray", time: str, west: float) -> frames.Raster:
    chosen = array.sel(time=time, method="nearest") if "time" in array.dims else array
    raster = _raster(chosen.squeeze(), west)
    return frames.onto(raster, frames.projection_for(_degrees(raster)))


def _degrees(raster: frames.Raster) -> Extent:
    if raster.crs == frames.WORLD:
        return raster.bounds
    from rasterio.crs import CRS

    return facts.degrees(CRS.from_user_input(raster.crs), raster.bounds)


def _cell(array: "xr.DataArray", raster: frames.Raster) -> str:
    dy, dx = (abs(float(array[axis][1] - array[axis][0])) for axis in ("y", "x"))
    unit = "°" if raster.crs == frames.WORLD else "\u202fm"
    return f"{dx:.3g}{unit} by {dy:.3g}{unit}"


def look_at(path: Path, media_type: str, variable: str, west: float) -> Layer:
    """Read what is needed to show the raster in *path*."""
    import numpy as np

    with opened(path, media_type, variable) as array:
        times = [str(np.datetime_as_string(time, "D")) for time in array["time"].values] if "time" in array.dims else []
        raster = _raster((array.isel(time=0) if times else array).squeeze(), west)
        shown = _frame(array, times[0] if times else "", west)
        values = array.values
        known = values[np.isfinite(values)]
        low, high = percentile_range(known)
        return Layer(
            projection=shown.crs,
            extent=shown.bounds,
            degrees=_degrees(raster),
            times=tuple(times),
            low=low,
            high=high,
            least=float(known.min(initial=low)),
            most=float(known.max(initial=high)),
            gaps=bool(known.size < values.size),
            cell=_cell(array, raster),
        )


def draw(path: Path, media_type: str, variable: str, time: str, west: float, look: frames.Colours) -> bytes:
    """The PNG of one frame."""
    with opened(path, media_type, variable) as array:
        return frames.draw_png(_frame(array, time, west), look)
