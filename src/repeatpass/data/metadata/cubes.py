"""What NetCDF files and Zarr stores say of themselves, read by xarray."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from repeatpass.core.times import iso
from repeatpass.data.metadata.axes import axes_of
from repeatpass.data.metadata.places import crs_text, degrees
from repeatpass.data.metadata.records import Bounds, FileFacts, UnreadableFile, Variable
from repeatpass.data.metadata.sources import Source
from repeatpass.kit.years import SAID, counts_years, first_moments

NETCDF = "application/x-netcdf"
ZARR = "application/vnd+zarr"
ZARR_ZIP = "application/vnd.zarr+zip"
STATED = {"title": "title", "description": "summary", "license": "license", "attribution": "institution", "doi": "doi"}
FEW = 50  # values of a dimension that are listed one by one


def read_netcdf(source: Source) -> FileFacts:
    """Return the facts of a NetCDF file; raise UnreadableFile where xarray cannot open it."""
    classic = source.head().startswith(b"CDF")
    with _opened(source, _netcdf(source, classic)) as dataset:
        return _facts(source, dataset, "NetCDF", NETCDF)


def read_zarr(source: Source) -> FileFacts:
    """Return the facts of a Zarr store, in a folder or a zip file."""
    with _opened(source, _zarr(source)) as dataset:
        return _facts(source, dataset, "Zarr", ZARR if source.folder else ZARR_ZIP)


@contextmanager
def _netcdf(source: Source, classic: bool) -> Iterator[Any]:
    import xarray

    # The classic format is small and read as a whole by scipy or netCDF4, which take a path; HDF5 is read in pieces.
    with source.local() if classic else source.opened() as file:
        engine = None if classic else "h5netcdf"
        with xarray.open_dataset(file, engine=engine, decode_timedelta=False, chunks=None) as dataset:
            yield dataset


@contextmanager
def _zarr(source: Source) -> Iterator[Any]:
    import xarray
    from zarr.storage import ZipStore

    if source.folder:
        with warnings.catch_warnings():  # that there is no consolidated metadata: we read few
            warnings.simplefilter("ignore", RuntimeWarning)
            dataset = xarray.open_zarr(source.address, chunks=None, decode_timedelta=False)
        with dataset:
            yield dataset
        return
    given: dict[str, Any] = {"chunks": None, "decode_timedelta": False, "consolidated": False}
    with source.local() as path, ZipStore(path, mode="r") as store, xarray.open_zarr(store, **given) as dataset:
        yield dataset


@contextmanager
def _opened(source: Source, opening: Any) -> Iterator[Any]:
    """Give the open dataset; tell in one sentence what the libraries say in many kinds of errors."""
    try:
        with opening as dataset:
            yield dataset
    except UnreadableFile:
        raise
    except Exception as error:  # h5py, netCDF4, zarr and xarray raise whatever they like for broken files
        raise source.unreadable("as a cube", error) from None


def _facts(source: Source, dataset: Any, format: str, media_type: str) -> FileFacts:
    axes, crs = axes_of(dataset), _crs(dataset)
    east = axes.get("lon") or axes.get("x", "")
    north = axes.get("lat") or axes.get("y", "")
    crs = crs or ("EPSG:4326" if "lon" in axes and "lat" in axes else "")
    bounds = _bounds(dataset, east, north) if east and north else None
    times = _times(dataset[axes["time"]]) if "time" in axes else ()
    variables = tuple(_variable(dataset[name]) for name in sorted(dataset.data_vars) if _is_data(dataset, name))
    return FileFacts(
        name=source.name, kind="cube", format=format, media_type=media_type, size=source.size, crs=crs, bounds=bounds,
        bbox=degrees(bounds, crs) if bounds and crs else None,
        times=times, start=times[0] if times else "", end=times[-1] if times else "",
        shape=(dataset.sizes[north], dataset.sizes[east]) if east and north else (), variables=variables,
        dimensions=_dimensions(dataset, axes, crs, times), cloud_optimised=format == "Zarr" or _is_chunked(variables),
        stated={name: str(dataset.attrs[key]) for name, key in STATED.items() if dataset.attrs.get(key)},
        remarks=tuple(_remarks(bool(east and north), crs, bounds, variables)),
    )  # fmt: skip


def _crs(dataset: Any) -> str:
    """Return the CRS that a grid mapping states (CF 5.6), or the attributes of GDAL and GeoZarr."""
    import pyproj

    names = {dataset[name].attrs.get("grid_mapping") or dataset[name].encoding.get("grid_mapping") for name in dataset}
    for name in sorted({str(each).split(":")[0] for each in names if each} | {"spatial_ref", "crs"}):
        if name in dataset.variables and dataset[name].attrs:
            try:
                return crs_text(pyproj.CRS.from_cf(dict(dataset[name].attrs)))
            except (pyproj.exceptions.CRSError, KeyError):
                continue
    try:
        return crs_text(dataset.attrs.get("proj:code") or dataset.attrs.get("proj:epsg"))
    except pyproj.exceptions.CRSError:
        return ""


def _bounds(dataset: Any, east: str, north: str) -> Bounds:
    west, right = _edges(dataset[east])
    south, top = _edges(dataset[north])
    return (west, south, right, top)


def _edges(coordinate: Any) -> tuple[float, float]:
    """Return the outer edges of cells whose centres are given: half a cell beyond the outermost centres."""
    values = coordinate.values.astype(float)
    low, high = float(values.min()), float(values.max())
    half = (high - low) / (values.size - 1) / 2 if values.size > 1 else 0.0
    return low - half, high + half


def _times(coordinate: Any) -> tuple[str, ...]:
    """Return the times in ISO 8601, ascending; () where their calendar is one that the world does not go by."""
    import pandas

    values = first_moments(coordinate) if counts_years(coordinate) else coordinate.values.ravel()
    if values.dtype.kind != "M":
        values = [
            each.isoformat() for each in values if each.calendar in ("standard", "gregorian", "proleptic_gregorian")
        ]
    moments = pandas.to_datetime(values).dropna().sort_values().tz_localize("UTC")
    return tuple(iso(each.to_pydatetime(warn=False)) for each in moments)


def _is_data(dataset: Any, name: Any) -> bool:
    """Say whether a variable is data, and no grid mapping, bounds or such."""
    helpers = {dataset[each].attrs.get(key) for each in dataset.variables for key in ("bounds", "grid_mapping")}
    return dataset[name].ndim > 0 and name not in helpers


def _variable(array: Any) -> Variable:
    attributes = array.attrs
    chunks = array.encoding.get("preferred_chunks") or {}
    return Variable(
        name=str(array.name), title=str(attributes.get("long_name", "")),
        standard_name=str(attributes.get("standard_name", "")), unit=str(attributes.get("units", "")),
        data_type=str(array.dtype), dimensions=tuple(map(str, array.dims)), shape=array.shape,
        chunks=tuple(int(chunks[name]) for name in array.dims) if set(array.dims) <= set(chunks) else (),
    )  # fmt: skip


def _dimensions(dataset: Any, axes: Mapping[str, str], crs: str, times: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for axis, name in axes.items():
        if axis == "time":
            said = {"description": SAID} if counts_years(dataset[name]) else {}
            found[name] = {"type": "temporal", "extent": [times[0], times[-1]] if times else [None, None], **said}
            continue
        low, high = _edges(dataset[name])
        described: dict[str, Any] = {
            "type": "spatial",
            "axis": "x" if axis in ("lon", "x") else "y",
            "extent": [low, high],
        }
        size = dataset.sizes[name]
        steps = {"step": (high - low) / size} if size > 1 else {}
        found[name] = described | steps | _reference(crs)
    return found | {str(name): _other(dataset, name) for name in dataset.dims if name not in axes.values()}


def _reference(crs: str) -> dict[str, Any]:
    code = crs.removeprefix("EPSG:")
    return {"reference_system": int(code) if code.isdigit() else crs} if crs else {}


def _other(dataset: Any, name: Any) -> dict[str, Any]:
    if name not in dataset.coords:
        return {"type": "other", "extent": [0, dataset.sizes[name] - 1]}
    values = dataset[name].values.tolist()
    if len(values) <= FEW:
        return {"type": "other", "values": [each if isinstance(each, int | float) else str(each) for each in values]}
    return {"type": "other", "extent": [min(values), max(values)]}


def _is_chunked(variables: tuple[Variable, ...]) -> bool:
    return any(each.chunks and each.chunks != each.shape for each in variables)


def _remarks(gridded: bool, crs: str, bounds: Bounds | None, variables: tuple[Variable, ...]) -> list[str]:
    said = []
    if not variables:
        said.append("It holds no data variable.")
    if not gridded:
        said.append("It has no pair of coordinates that CF names longitude and latitude, or x and y.")
    if gridded and not crs:
        said.append("It states no coordinate reference system (CF: grid_mapping).")
    if bounds and crs and degrees(bounds, crs) is None:
        said.append(f"Its bounds {bounds} do not lie in {crs[:40]}.")
    return said
