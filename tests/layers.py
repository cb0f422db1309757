"""Collections of small files, registered in real rooms, for tests of what is read from layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from repeatpass.access import SYSTEM, Actor
from repeatpass.catalog.records import CollectionAsset, Visibility
from repeatpass.catalog.room import Catalog
from repeatpass.data.layers import Layers
from repeatpass.data.series.copies import Copies
from repeatpass.data.series.room import Series
from repeatpass.storage.database import Database
from repeatpass.storage.files import FileArea
from repeatpass.storage.upgrading import upgrade

NETCDF = "application/x-netcdf"
COG = "image/tiff; application=geotiff; profile=cloud-optimized"


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file of an item."""

    path: Path
    item: str = "all"
    time: str = "2020-01-01T00:00:00Z"
    key: str = "data"
    media_type: str = NETCDF
    bbox: tuple[float, float, float, float] = (-180, -90, 180, 90)
    layout: str = ""  # "map" or "series" of a cube that was made in both
    stated: Mapping[str, Any] = field(default_factory=dict)  # further members of the asset in the item
    properties: Mapping[str, Any] = field(default_factory=dict)  # of the item


def register(
    catalog: Catalog,
    files: FileArea,
    id: str,
    given: Sequence[File],
    *,
    actor: Actor = SYSTEM,
    visibility: Visibility = Visibility.PUBLIC,
) -> None:
    """Put files into a new collection."""
    assets, items = [], {}
    for file in given:
        kept = files.put(file.path)
        assets.append(
            CollectionAsset(
                collection=id,
                version="1",
                item=file.item,
                key=file.key,
                href=file.path.name,
                media_type=file.media_type,
                size=kept.size,
                checksum=kept.checksum,
            )
        )
        west, south, east, north = file.bbox
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        item = {
            "id": file.item,
            "bbox": list(file.bbox),
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"datetime": file.time, **file.properties},
            "assets": {},
        }
        items.setdefault(file.item, item)["assets"][file.key] = {
            "type": file.media_type,
            **({"repeatpass:layout": file.layout} if file.layout else {}),
            **file.stated,
        }
    interval = [min(file.time for file in given), max(file.time for file in given)]
    extent = {"spatial": {"bbox": [list(given[0].bbox)]}, "temporal": {"interval": [interval]}}
    body = {"id": id, "title": id, "description": f"For tests: {id}.", "license": "CC0-1.0", "extent": extent}
    catalog.register(actor, body, list(items.values()), assets, visibility=visibility)


class Rooms:
    """The rooms below a house that reading layers needs."""

    def __init__(self, home: Path, *, copies: int = 10**9) -> None:
        self.home = home
        self.database = Database(f"sqlite:///{home / 'test.db'}")
        upgrade(self.database)
        self.files = FileArea(home / "files")
        self.catalog = Catalog(self.database)
        self.layers = Layers(self.catalog, self.files, home / "cache" / "layers")
        self.series = Series(self.catalog, self.files, Copies(home / "cache" / "series", copies))

    def register(self, id: str, *given: File) -> None:
        """Put files into a new collection."""
        register(self.catalog, self.files, id, given)

    def close(self) -> None:
        """Close the rooms."""
        self.series.close()
        self.database.close()
