"""How the map of something is framed: in which projection, where its picture lies, and how much is seen around it."""

import math
from dataclasses import dataclass

from repeatpass.data.records import Box
from repeatpass.web import frames
from repeatpass.web.browsing.projections import suited
from repeatpass.web.views.figures import Extent

ARCTIC, ANTARCTIC = "EPSG:3413", "EPSG:3031"
NAMES = {
    frames.WORLD: "Plate carrée (EPSG:4326)",
    frames.LOCAL: "Web Mercator (EPSG:3857)",
    ARCTIC: "Polar stereographic (EPSG:3413)",
    ANTARCTIC: "Polar stereographic (EPSG:3031)",
}
WIDEST = 3.4  # how many times wider than high
EARTH = 6378137.0  # metres, the radius that EPSG:3857 takes
EDGE = 89.9  # degrees: as far as Web Mercator is asked for


@dataclass(frozen=True, kw_only=True, slots=True)
class Lying:
    """Where something lies: in a reference system, between degrees (west > east across the antimeridian)."""

    bbox: Box
    crs: str = frames.WORLD


@dataclass(frozen=True, kw_only=True, slots=True)
class Framed:
    """A projection and, in its units, the box of what is shown."""

    projection: str
    extent: Extent

    @property
    def name(self) -> str:
        """The projection in words."""
        return NAMES[self.projection]

    @property
    def view(self) -> Extent:
        """The box with a little around it, no flatter than a strip."""
        west, south, east, north = self.extent
        around = self.projection == frames.WORLD and east - west >= 360 / 1.08
        wide = max(360.0, east - west) if around else (east - west) * 1.08
        high = max((north - south) * 1.08, wide / WIDEST)
        x, y = (west + east) / 2, (south + north) / 2
        found = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        if self.projection != frames.WORLD:
            return found
        return (found[0], max(-90.0, found[1]), found[2], min(90.0, found[3]))


def pole_of(bbox: Box, crs: str = frames.WORLD) -> str:
    """The polar projection that shows *bbox* (degrees) best, as the map browser has it; empty where none does."""
    found = suited([Lying(bbox=bbox, crs=crs)])
    return found if found in (ARCTIC, ANTARCTIC) else ""


def framed(bbox: Box, crs: str = frames.WORLD, bounds: Box | None = None) -> Framed:
    """Frame *bbox* (degrees): about the poles in their projections, degrees for what is wide, else EPSG:3857.

    *bounds*: the same box in units of *crs*, where that is known more exactly.
    """
    west, south, east, north = bbox
    unrolled = (west, south, east + 360 if east < west else east, north)
    if pole := pole_of(bbox, crs):
        return Framed(projection=pole, extent=_about_a_pole(pole, unrolled, crs, bounds))
    projection = frames.projection_for(unrolled)
    return Framed(projection=projection, extent=unrolled if projection == frames.WORLD else mercator(unrolled))


def _about_a_pole(pole: str, degrees: Extent, crs: str, bounds: Box | None) -> Extent:
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    if crs == pole and bounds is not None:
        return bounds
    try:
        own = (crs, bounds) if bounds is not None and crs != frames.WORLD else (frames.WORLD, degrees)
        transformer = Transformer.from_crs(own[0], pole, always_xy=True)
        west, south, east, north = transformer.transform_bounds(*own[1], densify_pts=180, errcheck=True)
    except ProjError:  # a grid whose corners lie beyond what its system can say
        return _about_a_pole(pole, degrees, frames.WORLD, None)
    return (west, south, east, north)


def mercator(box: Extent) -> Extent:
    """Degrees as metres of EPSG:3857."""
    x = [math.radians(lon) * EARTH for lon in (box[0], box[2])]
    y = [math.asinh(math.tan(math.radians(min(EDGE, max(-EDGE, lat))))) * EARTH for lat in (box[1], box[3])]
    return (x[0], y[0], x[1], y[1])
