"""One small opener per file format; the media type decides, never the file's name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repeatpass.kit.errors import UnreadableData

ZARR_ZIP = "application/vnd.zarr+zip"
NETCDF = "application/x-netcdf"
COG = "image/tiff; application=geotiff; profile=cloud-optimized"
PARQUET = "application/vnd.apache.parquet"
CSV = "text/csv"


def open_file(path: Path, media_type: str, options: Mapping[str, Any]) -> Any:
    """Open *path* with the library that reads its media type; UnreadableData when there is none."""
    plain = media_type.split(";")[0].strip().lower()
    if plain not in _OPENERS:
        known = ", ".join(sorted(_OPENERS))
        raise UnreadableData(f"Nothing here reads {media_type!r}. Known media types: {known}.", media_type=media_type)
    try:
        return _OPENERS[plain](path, options)
    except ModuleNotFoundError as error:
        raise UnreadableData(
            f"Reading {plain} needs the package {error.name!r}; install it in the environment of this notebook.",
            package=error.name,
        ) from error


def _zarr(path: Path, options: Mapping[str, Any]) -> Any:
    import xarray
    from zarr.storage import ZipStore

    # `chunks=None` reads lazily without dask; the metadata of one zip file need no consolidation.
    given = {"chunks": None, "consolidated": False, "decode_timedelta": False, **options}
    found = xarray.open_zarr(ZipStore(path, mode="r"), **given)
    # A zip lists its members in no promised order; a notebook should meet them in the same one every time.
    return described(found[[*sorted(found.coords, key=str), *sorted(found.data_vars, key=str)]])


def described(dataset: Any) -> Any:
    """Return a cube; of one of this program the grid mapping and the bounds are coordinates, so that each variable
    knows them."""
    if "spatial_ref" not in dataset.data_vars:
        return dataset
    bounds = {each.attrs.get("bounds") for each in dataset.coords.values()}
    return dataset.set_coords(["spatial_ref", *sorted(name for name in bounds if name in dataset.data_vars)])


def _netcdf(path: Path, options: Mapping[str, Any]) -> Any:
    import xarray

    return xarray.open_dataset(path, **{"engine": "h5netcdf", "decode_timedelta": False, **options})


def _geotiff(path: Path, options: Mapping[str, Any]) -> Any:
    import rioxarray

    return rioxarray.open_rasterio(path, **{"masked": True, **options})


def _parquet(path: Path, options: Mapping[str, Any]) -> Any:
    import pyarrow.parquet

    if b"geo" in (pyarrow.parquet.read_schema(path).metadata or {}):
        import geopandas

        return geopandas.read_parquet(path, **options)
    import pandas

    return pandas.read_parquet(path, **options)


def _csv(path: Path, options: Mapping[str, Any]) -> Any:
    import pandas

    return pandas.read_csv(path, **options)


def _features(path: Path, options: Mapping[str, Any]) -> Any:
    import warnings

    import geopandas

    with warnings.catch_warnings():  # files are kept under their checksum, and GDAL misses the ending
        warnings.filterwarnings("ignore", "File .* non conformant file extension", RuntimeWarning)
        return geopandas.read_file(path, **{"engine": "pyogrio", **options})


_OPENERS = {
    ZARR_ZIP: _zarr,
    NETCDF: _netcdf,
    "application/netcdf": _netcdf,
    "image/tiff": _geotiff,
    PARQUET: _parquet,
    "application/x-parquet": _parquet,
    CSV: _csv,
    "application/geo+json": _features,
    "application/geopackage+sqlite3": _features,
    "application/flatgeobuf": _features,
    "application/vnd.flatgeobuf": _features,
}
