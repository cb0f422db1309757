"""Areas from files: what people have of polygons, in any reference system that the file names."""

import io
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from repeatpass.core.errors import Invalid
from repeatpass.data.areas import checked
from repeatpass.web.browsing.shapes import Shape

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LARGEST = 20_000_000  # bytes of an uploaded file
UNPACKED = 200_000_000  # bytes of what a zipped Shapefile holds
POINTS = 400  # corners of an area, so that it fits into an address
FILES = {
    ".geojson": "GeoJSON", ".json": "GeoJSON", ".kml": "KML", ".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".gpx": "GPX",
    ".zip": "ESRI Shapefile",
}  # fmt: skip
BEGINS = {".gpkg": b"SQLite format 3\x00", ".fgb": b"fgb"}
XML = {".kml": b"kml", ".gpx": b"gpx"}  # names of the root
PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg", ".qix", ".qpj", ".sbn", ".sbx", ".xml"})  # of a Shapefile


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploaded:
    """An area read from a file."""

    shape: Shape
    said: str  # what was done to it, in a sentence


def shape_of_file(name: str, content: bytes) -> Uploaded:
    """Read an area from a file of polygons, in any CRS that the file names; all polygons together are the area.

    Raise Invalid for files that are too large, of another kind, broken, without polygons or without a CRS.
    """
    ending = Path(name).suffix.lower()
    if ending not in FILES:
        known = ", ".join(sorted(FILES))
        raise Invalid(f"“{name[:80]}” ends in {ending or 'nothing'}; an area is read from files ending in {known}.")
    if not content:
        raise Invalid(f"“{name[:80]}” is empty.")
    if len(content) > LARGEST:
        raise Invalid(f"“{name[:80]}” has {len(content):,} bytes; {LARGEST:,} are allowed.")
    _require_kind(name, ending, content)
    return _small(_polygons(name, ending, content))


def _require_kind(name: str, ending: str, content: bytes) -> None:
    """Raise Invalid where the content is not what the name says.

    The library that reads such files chooses by content; some of its formats only point to other files or addresses,
    and must never be reached from here.
    """
    if ending == ".zip":
        return _require_parts(name, content)
    begins, xml = BEGINS.get(ending), XML.get(ending)
    if begins and not content.startswith(begins):
        fits = False
    elif xml:
        fits = (
            re.match(
                rb"\s*(<\?[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*<(\w+:)?" + xml + rb"[\s>]", content[:20_000], re.DOTALL
            )
            is not None
        )
    else:
        fits = bool(begins) or content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    if not fits:
        raise Invalid(f"“{name[:80]}” cannot be read as {FILES[ending]}: its content is something else.")
    return None


def _require_parts(name: str, content: bytes) -> None:
    """Raise Invalid for a zip file that holds more than a Shapefile, or would unpack to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
    except zipfile.BadZipFile:
        raise Invalid(f"“{name[:80]}” is not a zip file.") from None
    size = sum(each.file_size for each in members)
    if size > UNPACKED:
        raise Invalid(f"“{name[:80]}” would unpack to {size:,} bytes; {UNPACKED:,} are allowed.")
    other = [each.filename for each in members if Path(each.filename).suffix.lower() not in PARTS and not each.is_dir()]
    if other or not any(each.filename.lower().endswith(".shp") for each in members):
        held = f"it holds {other[0][:60]}" if other else "it holds none"
        raise Invalid(f"“{name[:80]}” must be a zipped Shapefile and nothing else; {held}.")


def _polygons(name: str, ending: str, content: bytes) -> "BaseGeometry":
    import geopandas
    from pyogrio.errors import DataSourceError

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"area{ending}"
        path.write_bytes(content)
        try:
            table = geopandas.read_file(path, engine="pyogrio", max_features=10_000)
        except (DataSourceError, ValueError, OSError, UnicodeDecodeError) as error:
            raise Invalid(f"“{name[:80]}” cannot be read as {FILES[ending]}: {str(error)[:200]}") from None
    if not isinstance(table, geopandas.GeoDataFrame):
        raise Invalid(f"“{name[:80]}” holds no shapes.")
    if table.crs is None:
        raise Invalid(f"“{name[:80]}” does not say its coordinate reference system (a Shapefile needs its .prj).")
    found = table.to_crs(4326).geometry
    found = found[found.geom_type.isin(("Polygon", "MultiPolygon"))]
    if found.empty:
        raise Invalid(f"“{name[:80]}” holds {len(table):,} shapes, and none is a polygon.")
    return found.make_valid().union_all()


def _small(geometry: "BaseGeometry") -> Uploaded:
    """The area with so few corners that it fits into an address."""
    import shapely

    polygons = [each for each in getattr(geometry, "geoms", [geometry]) if each.geom_type == "Polygon"]
    whole = shapely.union_all(polygons)
    before, step = shapely.get_num_coordinates(whole), 1e-5
    found = whole
    while shapely.get_num_coordinates(found) > POINTS and step < 20:
        found, step = whole.simplify(step), step * 1.6
        parts = sorted(getattr(found, "geoms", [found]), key=lambda each: -each.area)[: POINTS // 5]
        found = shapely.union_all(parts) if step > 0.05 else found
    found = shapely.set_precision(found, 1e-5)
    checked(found)
    after = int(shapely.get_num_coordinates(found))
    said = f"{before:,} corners." if after >= before else f"Simplified from {before:,} to {after:,} corners."
    return Uploaded(shape=Shape(text=shapely.to_wkt(found, rounding_precision=5, trim=True)), said=said)
