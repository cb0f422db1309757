"""How files of grids are opened and understood: their axes, their system, their times."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import Invalid
from repeatpass.data.records import Box
from repeatpass.kit.years import counts_years, first_moments

if TYPE_CHECKING:
    import xarray as xr

RASTERS = ("image/tiff",)
FOLDER = "application/vnd.zarr"  # a Zarr store as a folder, which lies elsewhere: here it is kept as a zip file
CUBES = ("application/x-netcdf", "application/netcdf", "application/vnd.zarr+zip", FOLDER)
Y = ("lat", "latitude", "y", "row", "northing", "nav_lat", "projection_y_coordinate", "grid_latitude")
COUNTED = "whole years"  # the mark of times that are numbers of years in the file
X = ("lon", "longitude", "x", "column", "easting", "nav_lon", "projection_x_coordinate", "grid_longitude")


class NotOnAMap(Invalid):
    """The file has no cells that lie on a map in a way that is understood here."""

    kind = "not-on-a-map"


def plain(media_type: str) -> str:
    """Return a media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def on_a_map(media_type: str) -> bool:
    """Say whether files of this type can be layers."""
    return plain(media_type) in RASTERS + CUBES


def axes_of(array: "xr.DataArray") -> tuple[str, str] | None:
    """Return the names of the vertical and the horizontal axis of *array*; None where it lies on no regular grid."""
    dims = {str(dim).lower(): str(dim) for dim in array.dims if dim in array.coords and array[dim].size > 1}
    y, x = (next((dims[name] for name in known if name in dims), "") for known in (Y, X))
    return (y, x) if y and x else None


def time_of(array: "xr.DataArray") -> str:
    """Return the name of the dimension of time of *array*, of a dataset that was `dated`; empty where it has none."""
    return next((str(dim) for dim in array.dims if array[dim].dtype.kind == "M"), "")


def time_texts(values: Any) -> list[str]:
    """Return moments (numpy datetime64) as ISO 8601 UTC, to the second."""
    import numpy as np

    return [f"{text}Z" for text in np.datetime_as_string(values.astype("datetime64[s]"))]


def edges(y: Any, x: Any) -> Box:
    """Return the edges of a regular grid from the centres of its cells."""
    dy, dx = abs(float(y[-1] - y[0])) / (len(y) - 1) / 2, abs(float(x[-1] - x[0])) / (len(x) - 1) / 2
    low, high, left, right = (float(value) for value in (y.min(), y.max(), x.min(), x.max()))
    return (left - dx, low - dy, right + dx, high + dy)


def crs_of(dataset: "xr.Dataset", array: "xr.DataArray", y: str) -> Any:
    """Return the coordinate reference system by CF's grid mapping; latitudes and longitudes need none."""
    from rasterio.crs import CRS

    named = str(array.attrs.get("grid_mapping") or array.encoding.get("grid_mapping") or "spatial_ref").split(":")[0]
    if named in dataset.variables:
        stated = dataset[named].attrs
        text = stated.get("crs_wkt") or stated.get("spatial_ref")
        if text:
            return CRS.from_wkt(str(text))
        import pyproj

        return CRS.from_wkt(pyproj.CRS.from_cf(dict(stated)).to_wkt())
    units = str(array[y].attrs.get("units", ""))
    if "degree" in units or y.lower().startswith("lat"):
        return CRS.from_epsg(4326)
    raise NotOnAMap(f"The variable {array.name} states no coordinate reference system for its axis {y} (in {units!r}).")


@lru_cache(1000)
def crs_text(crs: Any) -> str:
    """Return ``EPSG:<number>`` where the system has one, else its WKT."""
    code = crs.to_epsg(confidence_threshold=70)
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def degrees(crs: Any, bounds: Box) -> Box:
    """Return *bounds* in degrees, longitudes from −180 to 180; west > east where they cross the antimeridian."""
    from rasterio.warp import transform_bounds

    west, south, east, north = bounds if crs.is_geographic else transform_bounds(crs, "EPSG:4326", *bounds)
    south, north = max(-90.0, south), min(90.0, north)
    if not crs.is_geographic:
        return (west, south, east, north)
    if east - west >= 360 - 1e-6:
        return (-180.0, south, 180.0, north)
    if west < -180 or east > 180:
        west, east = (west + 180) % 360 - 180, (east + 180) % 360 - 180
        east = 180.0 if east == -180 else east
    return (west, south, east, north)


@contextmanager
def opened(path: Path, media_type: str) -> Iterator["xr.Dataset"]:
    """Open a NetCDF file or a zipped Zarr store, lazily and without dask."""
    from repeatpass.kit.opening import open_file

    with quiet():
        dataset = dated(open_file(path, plain(media_type), {}))
    try:
        yield dataset
    finally:
        dataset.close()


def dated(dataset: "xr.Dataset") -> "xr.Dataset":
    """Return *dataset* with its times as plain dates.

    Those of another calendar become dates where all of them exist, else a dimension like any other; where there are
    no other times, whole years become each its 1 January.
    """
    for name in [str(each) for each in dataset.dims if each in dataset.coords]:
        values = dataset[name].values
        if values.dtype != object or not values.size or not hasattr(values.flat[0], "calendar"):
            continue
        texts = [each.isoformat() for each in values]
        try:
            moments = _moments(texts)
        except ValueError:  # the 30th of February
            dataset = dataset.assign_coords({name: texts}).rename({name: f"{name}_of_model"})
        else:
            dataset = dataset.assign_coords({name: moments})
    return _of_years(dataset)


def _of_years(dataset: "xr.Dataset") -> "xr.Dataset":
    axes = [dataset[name] for name in dataset.dims if name in dataset.coords]
    if any(each.dtype.kind == "M" for each in axes):
        return dataset
    years = next((each for each in axes if counts_years(each)), None)
    if years is None:
        return dataset
    return dataset.assign_coords({years.name: (years.dims, first_moments(years), {**years.attrs, COUNTED: 1})})


def _moments(texts: list[str]) -> Any:
    import numpy as np

    return np.array(texts, dtype="datetime64[ns]")


@contextmanager
def quiet() -> Iterator[None]:
    """Leave out the warnings of the reading libraries: what is wrong with a file is said in our own words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
