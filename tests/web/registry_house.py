"""A real house with real collections of every kind of file, served on loopback; its notebooks are not run."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from real_house import Site
from tests.answering import answering
from tests.houses import notebook
from tests.served import free_port

from repeatpass.access import SYSTEM
from repeatpass.assembly import House, open_house
from repeatpass.catalog.records import CollectionAsset, Visibility
from repeatpass.demo import content
from repeatpass.demo.filling import Filling, register
from repeatpass.demo.preparing import prepare
from repeatpass.server import make_app
from repeatpass.settings import Settings

COLLECTIONS = ["ostia-sst-monthly", "co2-mauna-loa-weekly", "landsat7-raleigh", "linke-turbidity", "sentinel2-sample"]
WORLD = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [["2001-01-01T00:00:00Z", None]]}}
STATIONS = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Here"},"geometry":{"type":"Point","coordinates":[7.5,51]}}]}'  # noqa: E501
EVIL = "<script>alert(1)</script>"


def body(id: str, **changes: Any) -> dict[str, Any]:
    """A small collection that holds for the whole Earth."""
    return {
        "type": "Collection", "stac_version": "1.1.0", "id": id, "title": id.replace("-", " ").capitalize(),
        "description": f"About {id}.", "license": "CC-BY-4.0", "keywords": ["made up"], "extent": WORLD, "version": "1",
        "providers": [{"name": "Test team", "roles": ["producer"]}],
    } | changes  # fmt: skip


def item(id: str, when: str, bbox: tuple[float, ...], **assets: Any) -> dict[str, Any]:
    """An item without files here."""
    west, south, east, north = bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature", "stac_version": "1.1.0", "id": id, "bbox": list(bbox), "assets": assets,
        "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {"datetime": when},
    }  # fmt: skip


def _kept(house: House, id: str, text: str, media_type: str) -> CollectionAsset:
    file = house.files.put_bytes(text.encode())
    return CollectionAsset(collection=id, version="1", item=None, key="data", href="", media_type=media_type,
                           size=file.size, checksum=file.checksum)  # fmt: skip


def fill(house: House) -> None:
    """Register real collections, and a few that are made to be difficult; put notebooks on the shelf."""
    for collection in prepare(house.settings.home / "drafts", lambda _step: None, only=COLLECTIONS):
        register(house, collection)
    for path in content.notebooks():
        house.shelf.add(SYSTEM, path.stem, path.read_bytes(), curated=True)
    catalog = house.catalog
    csv = _kept(house, "levels", "time,level\n2001-01-01,4.5\n", "text/csv")
    catalog.register(SYSTEM, body("levels"), [], [csv])
    catalog.register(SYSTEM, body("stations"), [], [_kept(house, "stations", STATIONS, "application/geo+json")])
    tracks = [item(f"track-{n:03}", f"20{n % 20:02}-0{n % 9 + 1}-01T00:00:00Z", (n % 90, 10, n % 90 + 5, 20),
                   scene={"href": f"https://data.example/{n}.tif", "type": "image/tiff", "roles": ["data"]})
              for n in range(120)]  # fmt: skip
    links = [
        {"rel": "example", "href": "https://paper.example/1", "title": "Tracks in a journal", "repeatpass:group": "Publications",
         "repeatpass:author": "A. Author"},
        {"rel": "example", "href": "javascript:alert(1)", "title": "Do not follow"},
        {"rel": "wmts", "href": "https://maps.example/wmts", "wmts:layer": ["tracks"]},
    ]  # fmt: skip
    catalog.register(SYSTEM, body("tracks", links=links, **{"sci:citation": "Somebody (2001)."}), tracks, [])
    odd = body("odd", title=EVIL, description=f"{EVIL} **bold**", keywords=[EVIL, "a/b?c#d", "x.json"], license="other",
               providers=[{"name": EVIL, "url": "javascript:alert(1)", "roles": ["producer"]}],
               extent={"spatial": {"bbox": [[170, -20, -170, -10]]}, "temporal": {"interval": [[None, None]]}})  # fmt: skip
    catalog.register(SYSTEM, odd, [], [])
    lost = CollectionAsset(collection="lost", version="1", item=None, key="data", href="", media_type="image/tiff",
                           size=1, checksum=f"sha256:{'0' * 64}")  # fmt: skip
    catalog.register(SYSTEM, body("lost"), [], [lost])
    catalog.register(house.owner, body("mine-alone"), [], [], own=True, visibility=Visibility.PRIVATE)
    reading = 'import repeatpass\nname = "levels"\ndata = repeatpass.open(name)'
    house.shelf.add(house.owner, "reads-levels", notebook(reading))


@contextmanager
def registry_site(home: Path) -> Iterator[Site]:
    """Open, fill and serve a house in *home*."""
    port = free_port()
    house = open_house(Settings(home=home, port=port, environment=sys.prefix, demo=False, slots=1))
    house.environments.install("earth")
    fill(house)
    with answering(make_app(house, Filling(done=True)), port) as address:
        yield Site(house=house, address=address)
        house.runner.shutdown()
