"""Read what a file says of itself. The content decides the format, never the file's name."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from repeatpass.data.metadata.cubes import read_netcdf, read_zarr
from repeatpass.data.metadata.rasters import read_raster
from repeatpass.data.metadata.records import FileFacts, UnreadableFile
from repeatpass.data.metadata.sources import Source, source_of
from repeatpass.data.metadata.tables import read_parquet, read_table

SIGNATURES: dict[bytes, Callable[[Source], FileFacts]] = {
    b"II*\0": read_raster, b"MM\0*": read_raster, b"II+\0": read_raster, b"MM\0+": read_raster,
    b"\x89HDF\r\n\x1a\n": read_netcdf,
    b"CDF\x01": read_netcdf, b"CDF\x02": read_netcdf, b"CDF\x05": read_netcdf,
    b"PAR1": read_parquet,
    b"SQLite format 3\0": read_table, b"fgb\x03": read_table, b"\0\0\x27\x0a": read_table,
}  # fmt: skip
ZIP = b"PK\x03\x04"
ZARR_MARKS = ("zarr.json", ".zgroup", ".zattrs", ".zmetadata")
KNOWN = "GeoTIFF, NetCDF, Zarr (a folder or a zip file), GeoParquet, GeoPackage, FlatGeobuf, GeoJSON, Shapefile"


def read_metadata(path: str | Path) -> FileFacts:
    """Return what the file (or the folder of a Zarr store) at *path*, or at an address fsspec knows, says of itself.

    The data themselves are not read. Raise UnreadableFile, with a sentence, for what is empty, broken, or of none of
    the formats known here; what is readable but lacks something is told in ``remarks``.
    """
    source = source_of(path)
    if source.folder:
        return _folder(source)
    if not source.size:
        raise UnreadableFile(f"{source.name} is empty (0 bytes).", file=source.name)
    head = source.head()
    for signature, reader in SIGNATURES.items():
        if head.startswith(signature):
            return reader(source)
    if head.startswith(ZIP):
        return _zip(source)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return read_table(source)
    raise UnreadableFile(f"{source.name} is in no format that is read here: {KNOWN}.", file=source.name)


def _folder(source: Source) -> FileFacts:
    marked = source.path is None or any((source.path / mark).exists() for mark in ZARR_MARKS)
    if not marked:
        raise UnreadableFile(f"{source.name} is a folder, and no Zarr store.", file=source.name)
    return read_zarr(source)


def _zip(source: Source) -> FileFacts:
    with source.opened() as file:
        try:
            names = set(zipfile.ZipFile(file).namelist())
        except zipfile.BadZipFile as error:
            raise UnreadableFile(f"{source.name} is a broken zip file: {error}.", file=source.name) from None
    if names & set(ZARR_MARKS):
        return read_zarr(source)
    raise UnreadableFile(f"{source.name} is a zip file that holds no Zarr store at its top.", file=source.name)
