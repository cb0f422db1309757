"""What OGC API – Maps and – Tiles add to the landing page, the conformance and each collection's document."""

import threading
import time
from collections.abc import Sequence

from repeatpass.access import Actor
from repeatpass.api.descriptions import REL
from repeatpass.api.documents import link
from repeatpass.api.geodata.contributing import Link, Part
from repeatpass.api.maps.systems import COMMON, uri_of
from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.data.facts import on_a_map

TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
MATRICES = "http://www.opengis.net/spec/tms/2.0/conf"
MAPS = "http://www.opengis.net/spec/ogcapi-maps-1/1.0/conf"
CLASSES = (
    *(f"{TILES}/{name}" for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "png", "jpeg", "oas30")),
    *(f"{MATRICES}/{name}" for name in ("tilematrixset", "json-tilematrixset", "json-tilesetmetadata")),
    *(f"{MAPS}/{name}" for name in ("core", "collection-map", "styled-map", "scaling", "spatial-subsetting", "datetime",
                                    "crs", "tilesets", "png", "jpeg", "api-operations", "cors")),
)  # fmt: skip
SECURE = REL.replace("http:", "https:")
SECONDS = 2.0  # for which it is taken for true which collections can be drawn


class MapOffers:
    """The contributor of maps and of tiles of maps."""

    conformance: Sequence[str] = CLASSES
    landing: Sequence[Link] = (
        link("/ogc/tileMatrixSets", f"{REL}/tiling-schemes", title="The tile matrix sets"),
        link("/wms?service=WMS&request=GetCapabilities", "related", "text/xml", "The same maps as a WMS"),
        link("/wmts/1.0.0/WMTSCapabilities.xml", "related", "text/xml", "The same tiles as a WMTS"),
    )

    def __init__(self, house: House) -> None:
        self.house = house
        self._lock = threading.Lock()
        self._drawable: frozenset[str] = frozenset()
        self._stamp: object = None
        self._looked = -SECONDS

    def part(self, collection: Collection, _actor: Actor) -> Part | None:
        """Return the links to maps and tiles; None for a collection that has no file of a kind that is drawn."""
        if collection.id not in self._known() and not self.house.elsewhere.draws(collection.id):
            return None
        here = f"/ogc/collections/{collection.id}"
        links = [
            link(f"{here}/map?f=png", f"{REL}/map", "image/png", "A map as PNG"),
            link(f"{here}/map?f=jpg", f"{REL}/map", "image/jpeg", "A map as JPEG"),
            link(f"{here}/map?f=webp", f"{REL}/map", "image/webp", "A map as WebP"),
            link(f"{here}/map/tiles", f"{REL}/tilesets-map", title="Tiles of maps"),
            link(f"{here}/styles", f"{REL}/styles", title="The variables and colours that maps can show"),
            # 20-058 names its relations with https, what came before it with http; clients look for the one or the other.
            link(f"{here}/map?f=png", f"{SECURE}/map", "image/png", "A map as PNG"),
            link(f"{here}/map/tiles", f"{SECURE}/tilesets-map", title="Tiles of maps"),
        ]
        return Part(links=links, members={"crs": list(dict.fromkeys(uri_of(each) for each in ("CRS:84", *COMMON)))})

    def _known(self) -> frozenset[str]:
        """Return the ids of collections with files that are drawn; read again when the catalog has changed."""
        with self._lock:
            if time.monotonic() - self._looked > SECONDS:
                self._looked = time.monotonic()
                stamp = self.house.catalog.stamp()
                if stamp != self._stamp:
                    types = self.house.catalog.overviews.media_types()
                    self._drawable = frozenset(id for id, each in types.items() if any(map(on_a_map, each)))
                    self._stamp = stamp
            return self._drawable
