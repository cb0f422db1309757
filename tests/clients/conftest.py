"""One served house with maps and with features, for clients that read all of it."""

from collections.abc import Iterator

import pytest
from tests.api.features.houses_of_features import begun, package_file
from tests.api.maps.mapped import mapped_home
from tests.served import Served

from repeatpass.assembly import open_house
from repeatpass.features.importing import read_table
from repeatpass.settings import Settings


@pytest.fixture(scope="module")
def read_by_clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The cubes and pictures of the map tests, and a collection of features, “quakes”."""
    home = mapped_home(tmp_path_factory.mktemp("read-by-clients") / "home")
    house = open_house(Settings(home=home, demo=False))
    begun(house, "quakes")
    quakes = read_table(package_file("hvsampledata", "_data", "earthquakes.csv"), "text/csv")
    house.features.add_table(house.owner, "quakes", quakes)
    house.close()
    made = Served(home).start()
    yield made
    made.close()
