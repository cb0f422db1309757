"""`repeatpass.open` of an address: find the place and the format, fetch or read in parts, record, open."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from repeatpass.kit.connectors.parts import RemoteFile
from repeatpass.kit.connectors.places import Place, http_place
from repeatpass.kit.connectors.recording import record
from repeatpass.kit.connectors.whole import Fetched, TooLarge, fetch_whole
from repeatpass.kit.errors import KitError, RemoteTrouble, UnknownData, UnreadableData
from repeatpass.kit.opening import CSV, NETCDF, PARQUET, ZARR_ZIP, open_file

WHOLE_BYTES = 64 * 1024**2
ZARR, TIFF = "application/vnd.zarr", "image/tiff"
SUFFIXES = {
    ".zarr.zip": ZARR_ZIP, ".zarr": ZARR, ".tif": TIFF, ".tiff": TIFF, ".nc": NETCDF, ".nc4": NETCDF, ".h5": NETCDF,
    ".parquet": PARQUET, ".geoparquet": PARQUET, ".csv": CSV,
}  # fmt: skip
BY_PARTS = (TIFF, NETCDF, PARQUET)
SERVICES = {
    "stac": ("stac", "open_stac"), "wms": ("pictures", "open_wms"), "wmts": ("wmts", "open_wmts"),
    "xyz": ("xyz", "open_xyz"), "sentinelhub": ("sentinelhub", "open_sentinelhub"),
    "openeo": ("openeo", "open_openeo"), "xcube": ("xcube", "open_xcube"), "geodb": ("geodb", "open_geodb"),
}  # fmt: skip
S3_OPTIONS = ("endpoint", "region", "version", "anonymous")


def open_address(
    address: str, *, media_type: str = "", whole: bool | None = None, secret: str = "", **options: Any
) -> Any:
    """Open what lies at an address of HTTP or S3, or at a service.

    Args:
        address: ``https://…``, ``s3://bucket/key``, or of a service: ``stac+https://…/collections/id``.
        media_type: of the file, where its name and the service do not tell.
        whole: True: fetch the file as a whole, False: only the parts that are needed. By default files of more
            than 64 MB are read in parts, where the service gives parts.
        secret: name of the secret (environment variable) that holds a token, for HTTP and STAC.
        **options: of S3 ``endpoint``, ``region``, ``version``, ``anonymous``; of ``NAME.levels`` ``level``; of a
            service those of its function (see SERVICES); all others go to the library that opens the file.

    Returns: as `repeatpass.open`.

    Raises: as `exchange`, and UnreadableData where nothing here reads the format.
    """
    service = address.partition("://")[0].partition("+")[0]
    if service in SERVICES:
        given = {"whole": bool(whole)} if service == "stac" else {}
        if media_type or (whole is not None and not given):
            raise UnknownData(f"media_type and whole are of files; {service} has neither.", field="media_type")
        return _of(service)(address, secret=secret, **given, **options)
    place = place_of(address, secret=secret, options=options)
    wanted = media_type or _by_name(place)
    if not media_type and place.path.rstrip("/").lower().endswith(".levels"):
        from repeatpass.kit.connectors.xcube import one_level

        place, wanted = one_level(place, options.pop("level", 0)), ZARR
    if wanted == ZARR:
        return opened_zarr(place, options)
    return _file(place, wanted, whole, options)


def _of(service: str) -> Callable[..., Any]:
    module, name = SERVICES[service]
    return getattr(import_module(f"repeatpass.kit.connectors.{module}"), name)  # type: ignore[no-any-return]


def place_of(address: str, *, secret: str = "", options: dict[str, Any] | None = None) -> Place:
    """Return the place of an address of HTTP or S3; takes what it needs out of *options*."""
    if address.startswith("s3://"):
        from repeatpass.kit.connectors.s3 import s3_place

        given = options if options is not None else {}
        return s3_place(address, **{name: given.pop(name) for name in S3_OPTIONS if name in given})
    return http_place(address, secret=secret)


def _by_name(place: Place) -> str:
    path = place.path.rstrip("/").lower()
    return next((found for suffix, found in SUFFIXES.items() if path.endswith(suffix)), "")


def _file(place: Place, media_type: str, whole: bool | None, options: Mapping[str, Any]) -> Any:
    may_be_parts = whole is not True and media_type in BY_PARTS
    if may_be_parts and whole is False:
        return _in_parts(place, media_type, options)
    try:
        found = fetch_whole(place, most=WHOLE_BYTES if may_be_parts else float("inf"))
    except TooLarge:
        return _in_parts(place, media_type, options)
    return opened(place, found, media_type or _plain(found.media_type, place), options)


def opened(place: Place, found: Fetched, media_type: str, options: Mapping[str, Any]) -> Any:
    """Put on record what was fetched as a whole, and open it; RemoteTrouble where it is something else."""
    record(place, checksum=found.checksum, size=found.size, media_type=media_type, version=found.version)
    try:
        return open_file(found.path, media_type, options)
    except (UnreadableData, TypeError):
        raise
    except Exception as error:
        raise RemoteTrouble(
            f"What {place.address} gave ({found.size} bytes) is no {media_type}: {error}", address=place.address
        ) from error


def _plain(media_type: str, place: Place) -> str:
    if media_type in ("", "application/octet-stream", "binary/octet-stream"):
        known = ", ".join(sorted({*SUFFIXES.values()}))
        raise UnreadableData(
            f"Neither its name nor the service tells what {place.address} is; say media_type=, one of: {known}.",
            address=place.address,
        )
    return media_type


def _in_parts(place: Place, media_type: str, options: Mapping[str, Any]) -> Any:
    file = RemoteFile(place, media_type)
    try:
        return _PARTS[media_type](file, options)
    except ModuleNotFoundError as error:
        raise UnreadableData(f"Reading {media_type} needs the package {error.name!r}.", package=error.name) from error


def _geotiff(file: RemoteFile, options: Mapping[str, Any]) -> Any:
    import rioxarray
    from rasterio.errors import RasterioError

    from repeatpass.kit.connectors.serving import served, trouble

    try:
        return rioxarray.open_rasterio(served(file), **{"masked": True, **options})
    except RasterioError as error:
        raise trouble() or RemoteTrouble(f"{file.place.address} is no GeoTIFF: {error}") from error


def _netcdf(file: RemoteFile, options: Mapping[str, Any]) -> Any:
    import io

    import xarray

    given = {"engine": "h5netcdf", "decode_timedelta": False, **options}
    return xarray.open_dataset(io.BufferedReader(file), **given)


def _parquet(file: RemoteFile, options: Mapping[str, Any]) -> Any:
    import pyarrow.parquet

    if b"geo" in (pyarrow.parquet.read_schema(file).metadata or {}):
        import geopandas

        return geopandas.read_parquet(file, **options)
    import pandas

    return pandas.read_parquet(file, **options)


def opened_zarr(place: Place, options: Mapping[str, Any]) -> Any:
    """Open a Zarr store with consolidated metadata, read object by object."""
    try:
        import xarray

        from repeatpass.kit.connectors.zarrs import RemoteStore
    except ModuleNotFoundError as error:
        raise UnreadableData(f"Reading Zarr needs the package {error.name!r}.", package=error.name) from error
    given = {"chunks": None, "consolidated": True, "decode_timedelta": False, **options}
    try:
        return xarray.open_zarr(RemoteStore(place), **given)
    except KitError:
        raise
    except (ValueError, KeyError, FileNotFoundError) as error:
        raise RemoteTrouble(
            f"{place.address} is no Zarr store with consolidated metadata, which is needed where nothing can be "
            f"listed: {error}",
            address=place.address,
        ) from error


_PARTS = {TIFF: _geotiff, NETCDF: _netcdf, PARQUET: _parquet}
