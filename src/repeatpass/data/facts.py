"""What a raster or a cube says about itself, read without its cells but for a thin sample of them."""

import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import Invalid
from repeatpass.data.lattices import turned
from repeatpass.data.records import Band, Box

if TYPE_CHECKING:
    import xarray as xr

RASTERS = ("image/tiff",)
CUBES = ("application/x-netcdf", "application/netcdf", "application/vnd.zarr+zip")
Y = ("lat", "latitude", "y", "row", "northing", "nav_lat", "projection_y_coordinate", "grid_latitude")
X = ("lon", "longitude", "x", "column", "easting", "nav_lon", "projection_x_coordinate", "grid_longitude")
SAMPLE = 512  # cells along the longer side from which the range of the values is told


class NotOnAMap(Invalid):
    """The file has no cells that lie on a map in a way that is understood here."""

    kind = "not-on-a-map"


@dataclass(frozen=True, kw_only=True, slots=True)
class GridFacts:
    """One raster file, or one variable of a cube.

    *bounds* in units of *crs*, edges of the outer cells; longitudes as the file has them, so possibly up to 360.
    """

    name: str
    title: str
    unit: str
    crs: str
    bounds: Box
    bbox: Box
    times: tuple[str, ...]
    shape: tuple[int, int]
    dtype: str
    nodata: float | None
    scale: float
    offset: float
    bands: tuple[Band, ...]
    dimensions: Mapping[str, tuple[str, ...]]
    ranges: tuple[tuple[float, float], ...]  # 2nd and 98th percentile of a sample, one for each band


def plain(media_type: str) -> str:
    """Return a media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def on_a_map(media_type: str) -> bool:
    """Say whether files of this type can be layers."""
    return plain(media_type) in RASTERS + CUBES


def read_facts(path: Path, media_type: str) -> tuple[GridFacts, ...]:
    """Return the facts of the raster, or of each variable of the cube, in *path*.

    Raise NotOnAMap where the file cannot be read or nothing in it lies on a map.
    """
    try:
        if plain(media_type) in RASTERS:
            return (_raster(path),)
        return _cube(path, media_type)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise NotOnAMap(f"The file cannot be shown on a map: {error}") from error


def _raster(path: Path) -> GridFacts:
    import rasterio

    with quiet(), rasterio.open(path) as file:
        if file.crs is None:
            raise NotOnAMap("The raster states no coordinate reference system.")
        indexes = [number for number in file.indexes if file.colorinterp[number - 1].name != "alpha"]
        names = _band_names(file, indexes)
        return GridFacts(
            name="",
            title="",
            unit=(file.units[0] or "") if file.units else "",
            crs=crs_text(file.crs),
            bounds=tuple(file.bounds),
            bbox=degrees(file.crs, tuple(file.bounds)),
            times=(),
            shape=(file.height, file.width),
            dtype=str(file.dtypes[0]),
            nodata=_number(file.nodata),
            scale=float(file.scales[0]),
            offset=float(file.offsets[0]),
            bands=tuple(Band(name=name, index=number) for name, number in zip(names, indexes, strict=True)),
            dimensions={},
            ranges=_raster_ranges(file, indexes),
        )


def _band_names(file: Any, indexes: list[int]) -> list[str]:
    """The descriptions of the bands where they are names that a formula can use, else b1, b2 ..."""
    known = [str(file.descriptions[number - 1] or "") for number in indexes]
    usable = all(name.isidentifier() for name in known) and len(set(known)) == len(known)
    return known if usable else [f"b{number}" for number in indexes]


def _raster_ranges(file: Any, indexes: list[int]) -> tuple[tuple[float, float], ...]:
    share = min(1.0, SAMPLE / max(file.height, file.width))
    shape = (len(indexes), max(1, round(file.height * share)), max(1, round(file.width * share)))
    cells = file.read(indexes, out_shape=shape, masked=True).astype("float64")
    found = []
    for band, number in zip(cells, indexes, strict=True):
        scaled = band.compressed() * file.scales[number - 1] + file.offsets[number - 1]
        found.append(percentile_range(scaled))
    return tuple(found)


def percentile_range(values: Any) -> tuple[float, float]:
    """Return the 2nd and 98th percentile of the finite *values*, at least a little apart."""
    import numpy as np

    finite = values[np.isfinite(values)]
    if not finite.size:
        return (0.0, 1.0)
    low, high = (float(each) for each in np.percentile(finite, (2, 98)))
    return (low, high) if high > low else (low, low + (abs(low) * 1e-3 or 1.0))


def _cube(path: Path, media_type: str) -> tuple[GridFacts, ...]:
    with opened(path, media_type) as dataset:
        found = [_variable(dataset, str(name)) for name in dataset.data_vars if axes_of(dataset[name]) is not None]
    if not found:
        raise NotOnAMap("No variable of the file has a horizontal grid with a row and a column of coordinates.")
    return tuple(found)


def axes_of(array: "xr.DataArray") -> tuple[str, str] | None:
    """Return the names of the vertical and the horizontal axis of *array*; None where it lies on no regular grid."""
    dims = {str(dim).lower(): str(dim) for dim in array.dims if dim in array.coords and array[dim].size > 1}
    y, x = (next((dims[name] for name in known if name in dims), "") for known in (Y, X))
    return (y, x) if y and x else None


def _variable(dataset: "xr.Dataset", name: str) -> GridFacts:
    array = dataset[name]
    y, x = axes_of(array) or ("", "")
    crs = crs_of(dataset, array, y)
    bounds = edges(array[y].values, array[x].values)
    bounds = turned(bounds, array.sizes[x]) if crs.is_geographic else bounds
    time = next((str(dim) for dim in array.dims if array[dim].dtype.kind == "M"), "")
    others = [str(dim) for dim in array.dims if str(dim) not in (y, x, time)]
    encoded = array.encoding
    fill = encoded.get("_FillValue", encoded.get("missing_value"))
    return GridFacts(
        name=name,
        title=str(array.attrs.get("long_name") or array.attrs.get("standard_name") or name).replace("_", " "),
        unit=str(array.attrs.get("units", "")),
        crs=crs_text(crs),
        bounds=bounds,
        bbox=degrees(crs, bounds),
        times=tuple(time_texts(array[time].values)) if time else (),
        shape=(array.sizes[y], array.sizes[x]),
        dtype=str(encoded.get("dtype", array.dtype)),
        nodata=_number(fill),
        scale=float(encoded.get("scale_factor", 1.0)),
        offset=float(encoded.get("add_offset", 0.0)),
        bands=(),
        dimensions={dim: tuple(str(value) for value in array[dim].values) for dim in others},
        ranges=(_cube_range(array, time, y, x, others),),
    )


def _number(nodata: Any) -> float | None:
    """A value that means no data; that NaN does need not be said."""
    return None if nodata is None or nodata != nodata else float(nodata)


def time_texts(values: Any) -> list[str]:
    """Return moments (numpy datetime64) as ISO 8601 UTC, to the second."""
    import numpy as np

    return [f"{text}Z" for text in np.datetime_as_string(values.astype("datetime64[s]"))]


def _cube_range(array: "xr.DataArray", time: str, y: str, x: str, others: list[str]) -> tuple[float, float]:
    import numpy as np

    steps = {dim: slice(None, None, max(1, array.sizes[dim] // SAMPLE)) for dim in (y, x)}
    some = array.isel({**dict.fromkeys(others, 0), **steps})
    if time:
        count = array.sizes[time]
        some = some.isel({time: sorted({0, count // 2, count - 1})})
    return percentile_range(np.asarray(some.values, dtype="float64"))


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
        dataset = _dated(open_file(path, plain(media_type), {}))
    try:
        yield dataset
    finally:
        dataset.close()


def _dated(dataset: "xr.Dataset") -> "xr.Dataset":
    """Times of another calendar as plain dates, where all of them exist; else a dimension like any other."""
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
    return dataset


def _moments(texts: list[str]) -> Any:
    import numpy as np

    return np.array(texts, dtype="datetime64[ns]")


@contextmanager
def quiet() -> Iterator[None]:
    """Leave out the warnings of the reading libraries: what is wrong with a file is said in our own words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def dump(facts: tuple[GridFacts, ...]) -> bytes:
    """Return facts as JSON."""
    return json.dumps([asdict(each) for each in facts]).encode()


def load(content: bytes) -> tuple[GridFacts, ...]:
    """Read what `dump` gave."""
    return tuple(_loaded(each) for each in json.loads(content))


def _loaded(known: dict[str, Any]) -> GridFacts:
    lists = {name: tuple(known[name]) for name in ("bounds", "bbox", "times", "shape")}
    bands = tuple(Band(**each) for each in known["bands"])
    ranges = tuple((low, high) for low, high in known["ranges"])
    dimensions = {name: tuple(values) for name, values in known["dimensions"].items()}
    return GridFacts(**known | lists | {"bands": bands, "ranges": ranges, "dimensions": dimensions})
