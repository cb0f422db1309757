"""Cut-outs written as files, with what their reader must know in them."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.data.facts import quiet
from repeatpass.data.grids import Grid
from repeatpass.data.images import Cells
from repeatpass.data.records import Layer, Style

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What was cut out: *cells* of each time on one grid."""

    layer: Layer
    style: Style
    times: tuple[str, ...]  # ("",) if the layer has none
    grid: Grid
    cells: tuple[Cells, ...]

    @property
    def names(self) -> list[str]:
        """The bands as a file may name them; a formula is called ``value``."""
        return ["value"] if self.style.expression else list(self.cells[0].names)

    @property
    def unit(self) -> str:
        """The unit of the cells; a formula has none that is known."""
        return "" if self.style.expression else self.layer.unit

    @property
    def facts(self) -> dict[str, str]:
        """What the file says of itself."""
        known = {
            "title": self.layer.title,
            "source": f"collection {self.layer.collection}, layer {self.layer.id}",
            "files": " ".join(sorted({each.checksum for each in self.layer.sources}))[:2000],
            "expression": self.style.expression,
            "mask": self.style.mask,
            "time": "/".join((self.times[0], self.times[-1])) if len(self.times) > 1 else self.times[0],
            "unit": self.unit,
        }
        return {name: value for name, value in known.items() if value}


def geotiff(part: Part) -> bytes:
    """A cloud-optimised GeoTIFF: cells without data are NaN, or in whole numbers the layer's own nodata."""
    import numpy as np
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy
    from rasterio.transform import from_bounds

    array: Any = part.cells[0].array
    nodata = _nodata(part.layer, array)
    if nodata is None:
        array, nodata = array.astype("float32"), float("nan")
    filled = np.asarray(np.ma.filled(array, nodata))
    grid = part.grid
    shape = {"width": grid.width, "height": grid.height, "count": filled.shape[0], "dtype": filled.dtype}
    place = {"crs": grid.crs, "transform": from_bounds(*grid.bounds, grid.width, grid.height), "nodata": nodata}
    with quiet(), MemoryFile() as memory, MemoryFile() as target:
        with memory.open(driver="GTiff", **shape, **place) as file:
            file.write(filled)
            file.update_tags(**part.facts)
            for number, name in enumerate(part.names, start=1):
                file.set_band_description(number, name)
                if part.unit:
                    file.set_band_unit(number, part.unit)
        with memory.open() as file:
            copy(file, target.name, driver="COG", compress="deflate", predictor="yes", overview_resampling="nearest")
        return bytes(target.read())


def _nodata(layer: Layer, array: Any) -> float | None:
    """The value that stands for no data in whole numbers; None where a fraction is needed."""
    if array.dtype.kind not in "iu" or layer.nodata is None:
        return None
    return layer.nodata


def _dataset(part: Part) -> "xr.Dataset":
    """The cut-out as a dataset after CF 1.11: (time,) y, x, with its grid mapping."""
    import numpy as np
    import xarray as xr

    grid = part.grid
    left, bottom, right, top = grid.bounds
    dx, dy = (right - left) / grid.width, (top - bottom) / grid.height
    degrees = bool(grid.crs.is_geographic)
    y, x = ("lat", "lon") if degrees else ("y", "x")
    coords: dict[str, Any] = {
        y: (y, top - dy * (np.arange(grid.height) + 0.5), _axis(y)),
        x: (x, left + dx * (np.arange(grid.width) + 0.5), _axis(x)),
        "spatial_ref": ((), 0, _mapping(grid)),
    }
    dims: tuple[str, ...] = (y, x)
    timed = bool(part.times[0])
    if timed:
        moments = np.array([each.removesuffix("Z") for each in part.times], dtype="datetime64[ns]")
        coords["time"] = ("time", moments, {"standard_name": "time"})
        dims = ("time", y, x)
    data = {}
    for number, name in enumerate(part.names):
        maps = [np.ma.filled(each.array[number].astype("float32"), np.nan) for each in part.cells]
        attributes = {"grid_mapping": "spatial_ref", "long_name": part.style.index or part.style.expression or name}
        if part.unit:
            attributes["units"] = part.unit
        data[name] = (dims, np.stack(maps) if timed else maps[0], attributes)
    known = {name: value for name, value in part.facts.items() if name != "unit"}
    return xr.Dataset(data, coords, {"Conventions": "CF-1.11", **known})


def _axis(name: str) -> dict[str, str]:
    known = {
        "lat": ("latitude", "degrees_north", "Y"),
        "lon": ("longitude", "degrees_east", "X"),
        "y": ("projection_y_coordinate", "m", "Y"),
        "x": ("projection_x_coordinate", "m", "X"),
    }
    standard, units, axis = known[name]
    return {"standard_name": standard, "units": units, "axis": axis}


def _mapping(grid: Grid) -> dict[str, Any]:
    import pyproj

    return dict(pyproj.CRS.from_wkt(grid.crs.to_wkt()).to_cf()) | {"crs_wkt": grid.crs.to_wkt()}


def netcdf(part: Part) -> bytes:
    """Return NetCDF 4 after CF 1.11, compressed."""
    dataset = _dataset(part)
    encoding = {name: {"zlib": True, "complevel": 4, "_FillValue": float("nan")} for name in part.names}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "part.nc"
        dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding)
        return path.read_bytes()


def csv(part: Part) -> bytes:
    """One row for each cell that has a value: time, x and y (or lon and lat), the bands."""
    dataset = _dataset(part).drop_vars("spatial_ref")
    table = dataset.to_dataframe().reset_index().dropna(subset=part.names, how="all")
    first = [name for name in ("time", "lon", "lat", "x", "y") if name in table]
    text: str = table[[*first, *part.names]].to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ")
    return text.encode()
