"""Areas: drawn, typed as four numbers, or uploaded as a file; in an address they are a box or well-known text."""

import json
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import Invalid

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LARGEST = 20_000_000  # bytes of an uploaded file
UNPACKED = 200_000_000  # bytes of what a zipped Shapefile holds
POINTS = 400  # corners of an area, so that it fits into an address
LONGEST = 30_000  # characters
FILES = {
    ".geojson": "GeoJSON", ".json": "GeoJSON", ".kml": "KML", ".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".gpx": "GPX",
    ".zip": "ESRI Shapefile",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Shape:
    """An area in degrees east and north."""

    text: str  # west,south,east,north, or the well-known text of a polygon

    @cached_property
    def geometry(self) -> "BaseGeometry":
        """The area as a polygon; a box whose west is east of its east becomes two."""
        import shapely

        if self.text[0].isalpha():
            return shapely.from_wkt(self.text)
        west, south, east, north = map(float, self.text.split(","))
        if west <= east:
            return shapely.box(west, south, east, north)
        return shapely.MultiPolygon([shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)])

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north; west is east of east where a box crosses the antimeridian."""
        if not self.text[0].isalpha():
            west, south, east, north = map(float, self.text.split(","))
            return west, south, east, north
        west, south, east, north = self.geometry.bounds
        return west, south, east, north

    def geojson(self) -> Any:
        """The geometry as GeoJSON."""
        import shapely

        return json.loads(shapely.to_geojson(self.geometry))


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploaded:
    """An area read from a file."""

    shape: Shape
    said: str  # what was done to it, in a sentence


def read_shape(text: str) -> Shape:
    """Read an area from an address; raise Invalid for what is none."""
    text = text.strip()
    if len(text) > LONGEST:
        raise Invalid(f"area is {len(text):,} characters long; {LONGEST:,} are allowed. Upload it: it is simplified.")
    if not text[:1].isalpha():
        return _box(text)
    shape = Shape(text=text)
    try:
        geometry = shape.geometry
    except Exception as error:  # shapely raises its own, by what GEOS says
        raise Invalid(f"area is no well-known text: {str(error)[:160]}") from None
    _require_area(geometry)
    return shape


def _box(text: str) -> Shape:
    try:
        sides = [float(part) for part in text.split(",")]
    except ValueError:
        sides = []
    if len(sides) != 4 or not all(map(isfinite, sides)):
        raise Invalid(f"area is “{text[:60]}”; it must be west,south,east,north in degrees, or POLYGON((…)).")
    west, south, east, north = sides
    if not (-90 <= south < north <= 90) or west == east or max(abs(west), abs(east)) > 360:
        raise Invalid(f"area is “{text[:60]}”; south must be below north, west not east, all in degrees.")
    return Shape(text=",".join(f"{side:.8g}" for side in sides))


def _require_area(geometry: "BaseGeometry") -> None:
    """Raise Invalid for what is not an area in degrees."""
    if geometry.geom_type not in ("Polygon", "MultiPolygon") or geometry.is_empty:
        raise Invalid(f"area is a {geometry.geom_type}; it must be a polygon or several.")
    west, south, east, north = geometry.bounds
    if not (west >= -360 and east <= 360 and south >= -90 and north <= 90):
        raise Invalid("area is not in degrees: longitudes are within ±360, latitudes within ±90.")
    if not geometry.is_valid:
        from shapely.validation import explain_validity

        raise Invalid(f"area crosses itself: {explain_validity(geometry)}.")


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
    return _small(_polygons(name, ending, content))


def _polygons(name: str, ending: str, content: bytes) -> "BaseGeometry":
    import geopandas
    from pyogrio.errors import DataSourceError

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"area{ending}"
        path.write_bytes(content)
        if ending == ".zip":
            _require_small(path, name)
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


def _require_small(path: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(each.file_size for each in packed.infolist())
    except zipfile.BadZipFile:
        raise Invalid(f"“{name[:80]}” is not a zip file.") from None
    if size > UNPACKED:
        raise Invalid(f"“{name[:80]}” would unpack to {size:,} bytes; {UNPACKED:,} are allowed.")


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
    _require_area(found)
    after = int(shapely.get_num_coordinates(found))
    said = f"{before:,} corners." if after >= before else f"Simplified from {before:,} to {after:,} corners."
    return Uploaded(shape=Shape(text=shapely.to_wkt(found, rounding_precision=5, trim=True)), said=said)
