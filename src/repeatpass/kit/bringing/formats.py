"""Which format a file has: by its content. Its name must say the same."""

from pathlib import Path

from repeatpass.kit.bringing.records import Refused

TIFF, NETCDF, CLASSIC, PARQUET = "GeoTIFF", "NetCDF-4", "NetCDF-3", "GeoParquet"
GPKG, GEOJSON, CSV, ZIP = "GeoPackage", "GeoJSON", "CSV", "zip archive"
ZARR, SHAPEFILE = "zipped Zarr", "Shapefile"
HEADS: tuple[tuple[bytes, str], ...] = (
    (b"II*\0", TIFF), (b"MM\0*", TIFF), (b"II+\0", TIFF), (b"MM\0+", TIFF),
    (b"\x89HDF\r\n\x1a\n", NETCDF), (b"CDF\x01", CLASSIC), (b"CDF\x02", CLASSIC), (b"CDF\x05", CLASSIC),
    (b"PAR1", PARQUET), (b"SQLite format 3\0", GPKG), (b"PK\x03\x04", ZIP), (b"PK\x05\x06", ZIP),
    (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"%PDF", "a PDF document"),
    (b"GRIB", "a GRIB file"), (b"\x1f\x8b", "a gzip file"), (b"Rar!", "a RAR archive"), (b"7z\xbc\xaf", "a 7-Zip archive"),
)  # fmt: skip
ENDINGS = {
    ".tif": {TIFF}, ".tiff": {TIFF}, ".gtiff": {TIFF}, ".cog": {TIFF},
    ".nc": {NETCDF, CLASSIC}, ".nc4": {NETCDF}, ".cdf": {CLASSIC, NETCDF}, ".h5": {NETCDF}, ".hdf5": {NETCDF},
    ".parquet": {PARQUET}, ".geoparquet": {PARQUET}, ".pq": {PARQUET}, ".gpkg": {GPKG},
    ".geojson": {GEOJSON}, ".json": {GEOJSON}, ".csv": {CSV}, ".txt": {CSV}, ".tsv": {CSV}, ".zip": {ZIP},
}  # fmt: skip
USUAL = {TIFF: ".tif", NETCDF: ".nc", CLASSIC: ".nc", PARQUET: ".parquet", GPKG: ".gpkg", GEOJSON: ".geojson",
         CSV: ".csv", ZIP: ".zip"}  # fmt: skip
TAKEN = "GeoTIFF, NetCDF, zipped Zarr, GeoParquet, GeoPackage, GeoJSON, zipped Shapefile or CSV with coordinates"


def format_of(path: Path, name: str) -> str:
    """Return the format of a file's content; Refused for what is empty, unknown, or named as something else."""
    if path.stat().st_size == 0:
        raise Refused("empty", f"“{name}” has 0 bytes.", "Send it again; perhaps it was copied before it was written.")
    with path.open("rb") as file:
        head = file.read(4096)
    found = next((format for begin, format in HEADS if head.startswith(begin)), None) or _of_text(head, name)
    if found not in USUAL:
        raise Refused("unknown-format", f"“{name}” is {found}.", f"Bring it as {TAKEN}.")
    ending = Path(name).suffix.lower()
    if ending in ENDINGS and found not in ENDINGS[ending]:
        meant = " or ".join(sorted(ENDINGS[ending]))
        raise Refused(
            "wrong-suffix",
            f"“{name}” is named as {meant}, but its content is {found}.",
            f"If the content is right, name it “{Path(name).stem}{USUAL[found]}”; if the name is, send the right file.",
        )
    return found


def _of_text(head: bytes, name: str) -> str:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4 and not _texts(head):
            return "in a format that is not known here"
        text = head.decode("latin-1")
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype html", "<html")):
        return "a web page: perhaps that of a sign-in in place of the file"
    if start.startswith(("{", "[")):
        return GEOJSON
    if not _texts(head):
        return "in a format that is not known here"
    return CSV if Path(name).suffix.lower() in (".csv", ".tsv", ".txt") or "," in start else "a plain text"


def _texts(head: bytes) -> bool:
    return b"\0" not in head and sum(byte < 9 or 13 < byte < 32 for byte in head) == 0
