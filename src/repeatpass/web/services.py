"""The addresses under which other people's software opens a collection: tiles, maps, features, series."""

from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.web.views import Fact


def service_links(house: House, collection: Collection, base: str) -> tuple[Fact, ...]:
    """The services that offer *collection*, each with its address to copy; *base* is the address of the house."""
    address = f"{base}/stac/collections/{collection.id}"
    found = [Fact(label="STAC", text=address, href=address, copy=address, mono=True, note="for catalogues and QGIS")]
    return tuple(found)
