"""Decides how an output is compared: by its media type, else by its first bytes."""

from enum import Enum
from pathlib import Path


class Family(Enum):
    """Kinds of file that are opened in the same way."""

    TABLE = "table"
    CUBE = "cube"
    RASTER = "raster"
    IMAGE = "image"
    DOCUMENT = "document"
    UNKNOWN = "unknown"


MEDIA_TYPES = {
    "text/csv": Family.TABLE,
    "application/vnd.apache.parquet": Family.TABLE,
    "application/x-parquet": Family.TABLE,
    "application/parquet": Family.TABLE,
    "application/x-netcdf": Family.CUBE,
    "application/netcdf": Family.CUBE,
    "application/x-hdf5": Family.CUBE,
    "application/vnd.zarr": Family.CUBE,
    "application/vnd.zarr+zip": Family.CUBE,
    "application/zarr+zip": Family.CUBE,
    "image/tiff": Family.RASTER,
    "application/json": Family.DOCUMENT,
}
IMAGES = ("image/png", "image/jpeg", "image/webp", "image/gif")
SUFFIXES = {
    ".csv": Family.TABLE,
    ".parquet": Family.TABLE,
    ".nc": Family.CUBE,
    ".nc4": Family.CUBE,
    ".h5": Family.CUBE,
    ".zarr.zip": Family.CUBE,
    ".tif": Family.RASTER,
    ".tiff": Family.RASTER,
    ".png": Family.IMAGE,
    ".jpg": Family.IMAGE,
    ".jpeg": Family.IMAGE,
    ".gif": Family.IMAGE,
    ".webp": Family.IMAGE,
    ".json": Family.DOCUMENT,
    ".geojson": Family.DOCUMENT,
}
MAGIC = {
    b"PAR1": Family.TABLE,
    b"\x89HDF": Family.CUBE,
    b"CDF": Family.CUBE,
    b"\x89PNG": Family.IMAGE,
    b"\xff\xd8\xff": Family.IMAGE,
    b"II*\x00": Family.RASTER,
    b"MM\x00*": Family.RASTER,
    b"II+\x00": Family.RASTER,
}
TABLES = ("values", "table")


def family(path: Path, *, name: str = "", kind: str = "", media_type: str = "") -> Family:
    """Return how the file at *path* is compared.

    A stored file is named by its checksum, so *name* (the output's) gives the suffix.
    """
    base = media_type.partition(";")[0].strip().lower()
    if base in MEDIA_TYPES:
        return MEDIA_TYPES[base]
    if base in IMAGES:
        return Family.IMAGE
    if base.endswith("+json"):
        return Family.DOCUMENT
    label = (name or path.name).lower()
    by_suffix = next((known for suffix, known in SUFFIXES.items() if label.endswith(suffix)), None)
    return by_suffix or _by_magic(path) or (Family.TABLE if kind in TABLES else Family.UNKNOWN)


def _by_magic(path: Path) -> Family | None:
    with path.open("rb") as file:
        head = file.read(4)
    return next((known for magic, known in MAGIC.items() if head.startswith(magic)), None)
