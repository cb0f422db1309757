"""The projections that a view can have: the map of the world two ways, the poles, and the UTM zone of the data."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from repeatpass.core.errors import Invalid
from repeatpass.data.records import Box
from repeatpass.data.tilesets import tile_matrix_set, tileset_for

NAMES = {
    "EPSG:3857": "Web Mercator",
    "EPSG:4326": "Plate carrée",
    "EPSG:3413": "Arctic, polar stereographic",
    "EPSG:3031": "Antarctic, polar stereographic",
}
ALWAYS = tuple(NAMES)
WORLD: Box = (-180.0, -90.0, 180.0, 90.0)
DEEPEST = 20  # zoom


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection:
    """What a map needs to know of a projection and of its tiles."""

    crs: str  # EPSG:<number>
    title: str
    tms: str  # id of the tile matrix set
    proj4: str  # empty: the map's own software knows it
    extent: Box  # in units of crs
    world: Box  # the same in degrees, roughly
    home: Box  # what is shown where nothing else was asked, in units of crs
    origin: tuple[float, float]  # upper left
    resolutions: tuple[float, ...]  # units per pixel
    sizes: tuple[tuple[int, int], ...]  # columns, rows
    tile: int  # pixels


class Lying(Protocol):
    """What lies somewhere, in a reference system: a layer of cells or of features."""

    @property
    def crs(self) -> str:
        """EPSG:<number>, or another authority's."""

    @property
    def bbox(self) -> Box:
        """Degrees."""


def is_utm(crs: str) -> bool:
    """Whether *crs* is a zone of UTM on WGS 84."""
    number = int(crs[5:]) if crs.startswith("EPSG:") and crs[5:].isdigit() else 0
    return 32601 <= number <= 32660 or 32701 <= number <= 32760


def projections_for(layers: Iterable[Lying], asked: str = "") -> tuple[Projection, ...]:
    """The projections to choose from where *layers* are shown; raise Invalid if the one *asked* for is none of them."""
    native = dict.fromkeys(layer.crs for layer in layers if is_utm(layer.crs))
    known = (*ALWAYS, *native)
    if asked and asked not in known and is_utm(asked):
        known = (*known, asked)
    if asked and asked not in known:
        raise Invalid(f"view is “{asked}”; here it can be {', '.join(known)}, or a zone of UTM such as EPSG:32633.")
    return tuple(projection(crs) for crs in known)


def suited(layers: Sequence[Lying]) -> str:
    """The projection that shows the lowest of *layers* best."""
    if not layers:
        return "EPSG:3857"
    _, south, _, north = layers[0].bbox
    if layers[0].crs in ("EPSG:3413", "EPSG:3031"):
        return layers[0].crs
    if south >= 50 and north > 80:
        return "EPSG:3413"
    if north <= -50:
        return "EPSG:3031"
    if south < -80 or north > 85:
        return "EPSG:4326"
    return "EPSG:3857"


@lru_cache(200)
def projection(crs: str) -> Projection:
    """What a map needs to know of *crs*."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        system = CRS.from_user_input(crs)
    except CRSError:
        raise Invalid(f"view is “{crs}”, which is not a projection.") from None
    tms = tile_matrix_set(tileset_for(crs))
    levels = [tms.matrix(zoom) for zoom in range(tms.minzoom, min(tms.maxzoom, DEEPEST) + 1)]
    extent = tuple(float(side) for side in tms.xy_bbox)
    return Projection(
        crs=crs,
        title=NAMES.get(crs) or f"UTM zone {int(crs[-2:])} {'north' if crs[5:8] == '326' else 'south'}",
        tms=tileset_for(crs),
        proj4="" if crs in ("EPSG:3857", "EPSG:4326") else _proj4(system),
        extent=(extent[0], extent[1], extent[2], extent[3]),
        world=_world(crs),
        home=_home(crs),
        origin=(extent[0], extent[3]),
        resolutions=tuple(float(level.cellSize) for level in levels),
        sizes=tuple((level.matrixWidth, level.matrixHeight) for level in levels),
        tile=levels[0].tileWidth,
    )


def _proj4(system: object) -> str:
    import warnings

    with warnings.catch_warnings():  # it loses the datum's name, which a map does not need
        warnings.simplefilter("ignore")
        return str(system.to_proj4())  # type: ignore[attr-defined]


def _world(crs: str) -> Box:
    if crs == "EPSG:3413":
        return (-180.0, 0.0, 180.0, 90.0)
    if crs == "EPSG:3031":
        return (-180.0, -90.0, 180.0, 0.0)
    if is_utm(crs):
        middle = int(crs[-2:]) * 6 - 183
        return (middle - 12.0, -80.0, middle + 12.0, 84.0)
    return WORLD


def _home(crs: str) -> Box:
    if crs in ("EPSG:3413", "EPSG:3031"):
        return (-4.2e6, -4.2e6, 4.2e6, 4.2e6)
    if crs == "EPSG:4326":
        return WORLD
    if is_utm(crs):
        south = 0.0 if crs[5:8] == "326" else 1.1e6
        return (0.0, south, 1e6, south + 8.9e6)
    edge = math.pi * 6378137
    return (-edge, -edge / 2, edge, edge / 1.4)
