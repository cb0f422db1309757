"""Houses with a notebook to be carried out over a grid."""

import sys
from collections.abc import Iterator

import pytest
from tests.houses import notebook, working_house

from repeatpass.assembly import House, open_house
from repeatpass.settings import Settings

PARAMETERS = """
bbox = [0.0, 0.0, 1.0, 1.0]  # where
month = "2020-01"  # first month
index = "ndvi"  # {ndvi, evi}: which
year = 2020  # 1950..2050: when
"""
PUBLISH = """
import pandas as pd, repeatpass
repeatpass.publish(pd.DataFrame({"west": [bbox[0]], "month": [month], "index": [index]}), "rows")
"""


@pytest.fixture(scope="module")
def planning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that does not work, with the notebook “greenness”."""
    house = open_house(Settings(home=tmp_path_factory.mktemp("planning") / "home", environment=sys.prefix, demo=False))
    house.environments.install("earth")
    house.shelf.add(house.owner, "greenness", notebook(PUBLISH, parameters=PARAMETERS))
    yield house
    house.close()


@pytest.fixture(scope="module")
def working(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that works, with the notebook “greenness”."""
    with working_house(tmp_path_factory.mktemp("working") / "home") as house:
        house.shelf.add(house.owner, "greenness", notebook(PUBLISH, parameters=PARAMETERS))
        yield house
