"""GDAL opens the items of a collection as one picture (its driver STACIT), from what STAC says of the files."""

from collections.abc import Iterator

import numpy as np
import pytest
import rasterio
from rasterio.errors import RasterioIOError
from tests.api.maps.mapped import COG, UTM_BOUNDS, _body, _item, _register, _write
from tests.conftest import cannot
from tests.served import Served

from repeatpass.assembly import open_house
from repeatpass.settings import Settings

pytestmark = pytest.mark.slow

PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"  # without it GDAL passes the grids over


@pytest.fixture(scope="module")
def tiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two scenes side by side, whose grids stand in their items, as those of brought files do."""
    home = tmp_path_factory.mktemp("stacit") / "home"
    house = open_house(Settings(home=home, demo=False))
    left, bottom, right, top = UTM_BOUNDS
    items, files = [], []
    for number in range(2):
        path = home.parent / f"{number}.tif"
        x = left + number * (right - left)
        _write(
            path,
            np.full((1, 200, 200), 50 + 100 * number, "uint8"),
            "EPSG:32633",
            (x, bottom, x + right - left, top),
            None,
        )
        item = _item(
            "tiled",
            f"scene-{number}",
            "2021-05-01T10:00:00Z",
            [16.2 + 0.27 * number, 48.11, 16.47 + 0.27 * number, 48.29],
        )
        grid = {
            "proj:code": "EPSG:32633",
            "proj:shape": [200, 200],
            "proj:transform": [100.0, 0.0, x, 0.0, -100.0, top],
        }
        items.append(
            {
                **item,
                "stac_extensions": [PROJECTION],
                "assets": {"visual": {"href": path.name, "type": COG, "roles": ["data"], **grid}},
            }
        )
        files.append((f"scene-{number}", "visual", path, COG))
    _register(house, _body("tiled", "Tiled", [16.2, 48.11, 16.74, 48.29]), items, files)
    house.close()
    made = Served(home).start()
    yield made
    made.close()


@pytest.mark.parametrize("path", ["stac/collections/tiled/items", "stac/search?collections=tiled"])
def test_gdal_joins_the_items_of_a_collection(tiled: Served, path: str) -> None:
    with rasterio.Env() as environment:
        if "STACIT" not in environment.drivers():
            cannot("GDAL was built without its driver STACIT")
        try:
            opened = rasterio.open(f'STACIT:"{tiled.address}/{path}"')
        except RasterioIOError as error:
            pytest.fail(str(error))
        with opened as mosaic:
            assert (mosaic.crs.to_epsg(), mosaic.shape) == (32633, (200, 400))
            band = mosaic.read(1)
    assert set(band[:, :200].flat) == {50} and set(band[:, 200:].flat) == {150}
