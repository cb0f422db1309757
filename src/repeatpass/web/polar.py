"""The surroundings of a pole as outlines of SVG, in metres of its projection with y turned: for maps without scripts."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from repeatpass.web.assets import STATIC
from repeatpass.web.browsing.projections import projection
from repeatpass.web.framing import ANTARCTIC, ARCTIC
from repeatpass.web.views.figures import Extent, PoleView

RING = re.compile(r"M([^MZz]+)")
CUT = 0.02  # degrees beside a cut in which a line is no coast
SHORT = 1.0  # degrees: longer lines would not bend as parallels do
COARSE = 16_000.0  # metres that nobody sees
LEAST = 25.0  # degrees of latitude: nothing nearer to the equator is shown about a pole


@lru_cache(4)
def land_of(crs: str) -> tuple[str, str]:
    """The land that a polar projection shows, and its coast without the lines along which the map of the world is cut."""
    import shapely

    west, south, east, north = projection(crs).world
    edges = (west, LEAST if south == 0 else south, east, -LEAST if north == 0 else north)
    shown = shapely.box(*edges)
    cuts = shapely.union_all([shapely.box(*each).boundary for each in (edges, (-180, -90, 180, 90))])
    land = [each.intersection(shown) for each in _rings()]
    coast = [each.boundary.difference(cuts.buffer(CUT)) for each in land if not each.is_empty]
    return "".join(_path(each, crs) for each in land), "".join(_path(each, crs) for each in coast)


def pole_view(crs: str, boxes: Iterable[Extent] = ()) -> PoleView | None:
    """What a map in a polar projection needs besides its picture, with *boxes* in degrees; None for other projections."""
    if crs not in (ARCTIC, ANTARCTIC):
        return None
    import shapely

    known, (land, coast) = projection(crs), land_of(crs)
    outlines = tuple(_path(shapely.box(*box), crs, coarse=0.0) for box in boxes)
    return PoleView(proj4=known.proj4, world=known.world, land=land, coast=coast, outlines=outlines)


def _rings() -> Iterator[Any]:
    """The land of the map of the world, in degrees."""
    import shapely

    path = (STATIC / "world.svg").read_text().partition(' d="')[2].partition('"')[0]
    for found in RING.findall(path):
        points = [tuple(map(float, pair.split(","))) for pair in found.split("L")]
        if len(points) > 3:
            yield shapely.make_valid(shapely.Polygon([(lon, -lat) for lon, lat in points]))


def _path(shape: Any, crs: str, coarse: float = COARSE) -> str:
    import shapely

    if shape.is_empty:
        return ""
    made = shapely.transform(shapely.segmentize(shape, SHORT), lambda degrees: metres(degrees, crs))
    made = shapely.simplify(made, coarse) if coarse else made
    return "".join(_line(part) for part in shapely.get_parts(made) if part.geom_type in ("Polygon", "LineString"))


def metres(degrees: Any, crs: str) -> Any:
    """Longitudes and latitudes (points, 2) in the units of *crs*."""
    import numpy as np

    return np.column_stack(_turning(crs).transform(degrees[:, 0], degrees[:, 1]))


@lru_cache(8)
def _turning(crs: str) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


def _line(part: Any) -> str:
    if part.geom_type == "Polygon":
        return _line(part.exterior) + "".join(_line(each) for each in part.interiors)
    points = [f"{x:.0f},{-y:.0f}" for x, y in part.coords]
    return f"M{'L'.join(points)}{'Z' if part.is_closed else ''}" if len(points) > 1 else ""
