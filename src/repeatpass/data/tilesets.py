"""Tile matrix sets: those of OGC that morecantile knows, and such sets for the poles and for every zone of UTM.

Those of our own are quad trees: one tile of 256 pixels shows the whole extent, each zoom halves the cells.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from repeatpass.core.errors import NotFound

if TYPE_CHECKING:
    from morecantile import TileMatrixSet

OWN = "EPSG{number}Quad"
KNOWN = {"EPSG:3857": "WebMercatorQuad", "EPSG:4326": "WGS1984Quad"}
POLAR = {3413: "NSIDC sea ice polar stereographic north", 3031: "Antarctic polar stereographic"}
REACH = 9_036_842.762  # metres from the pole, as NSIDC's EASE grids reach: a whole hemisphere but the lowest latitudes
DEEPEST = 22


def tileset_for(crs: str) -> str:
    """Return the id of the tile matrix set for *crs*, EPSG:<number>; raise NotFound if there is none."""
    if crs in KNOWN:
        return KNOWN[crs]
    number = int(crs[5:]) if crs.startswith("EPSG:") and crs[5:].isdigit() else 0
    if number in POLAR or _zone(number):
        return OWN.format(number=number)
    raise NotFound(f"There are no tiles in {crs[:40]}; there are in EPSG:3857, 4326, 3413, 3031 and the zones of UTM.")


@lru_cache(200)
def tile_matrix_set(id: str) -> "TileMatrixSet":
    """Return a tile matrix set by its id; raise NotFound, naming those that there are."""
    from morecantile import tms
    from morecantile.errors import InvalidIdentifier

    number = id.removeprefix("EPSG").removesuffix("Quad")
    if OWN.format(number=number) == id and number.isdigit() and (int(number) in POLAR or _zone(int(number))):
        return _own(int(number))
    try:
        return tms.get(id)
    except InvalidIdentifier:
        known = ", ".join([*sorted(tms.list()), *(OWN.format(number=each) for each in POLAR)])
        raise NotFound(
            f"There is no tile matrix set “{id[:60]}”; there is: {known}, and EPSG32601Quad to EPSG32760Quad for UTM.",
            tms=id[:60],
        ) from None


@lru_cache(200)
def _own(number: int) -> "TileMatrixSet":
    from morecantile import TileMatrixSet
    from pyproj import CRS

    made: TileMatrixSet = TileMatrixSet.custom(
        list(_extent(number)),
        CRS.from_epsg(number),
        minzoom=0,
        maxzoom=DEEPEST,
        title=POLAR.get(number) or f"UTM zone {number % 100} {'north' if number < 32700 else 'south'} on WGS 84",
        id=OWN.format(number=number),
    )
    return made


def _extent(number: int) -> tuple[float, float, float, float]:
    """West, south, east, north in metres; square, so that one tile holds it."""
    if number in POLAR:
        return (-REACH, -REACH, REACH, REACH)
    side = 10_200_000.0  # a hemisphere, with the zones beside
    south = -100_000.0 if number < 32700 else 0.0
    return (500_000 - side / 2, south, 500_000 + side / 2, south + side)


def _zone(number: int) -> int:
    """The number of the zone; 0 for what is none."""
    return number % 100 if 32601 <= number <= 32660 or 32701 <= number <= 32760 else 0
