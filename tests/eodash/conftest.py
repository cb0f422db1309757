"""A served house with an indicator that has a map, places and values, and a notebook that leaves a GeoTIFF."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds
from tests.houses import indicator, notebook, working_house
from tests.served import Served

from repeatpass.assembly import House
from repeatpass.entries.adding import Adding, read_drafts
from repeatpass.entries.folders import Said
from repeatpass.runs.records import Purpose, State

WARMTH = """
import numpy as np, pandas as pd, repeatpass, xarray as xr
times = pd.date_range("2020-01-01", periods=4, freq="MS")
lat, lon = np.arange(50, 40, -0.5), np.arange(0, 15, 0.5)
field = np.add.outer(np.arange(4.0), np.add.outer(lat, lon)) / 10
cube = xr.DataArray(field, dims=("time", "lat", "lon"), coords={"time": times, "lat": lat, "lon": lon}, name="warmth")
cube.attrs = {"units": "K", "long_name": "Warmth"}
repeatpass.publish(cube, "field")
table = [{"place": place, "time": str(time.date()), "value": float(number)}
         for number, time in enumerate(times) for place in ("here", "there")]
repeatpass.publish(pd.DataFrame(table), "values", unit="K")
"""
PAINT = """
import numpy as np, rasterio, repeatpass
from rasterio.transform import from_bounds
west, south, east, north = area
profile = {"driver": "GTiff", "width": 32, "height": 32, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
with rasterio.open(repeatpass.output("painted.tif"), "w",
                   transform=from_bounds(west, south, east, north, 32, 32), **profile) as file:
    file.write(np.full((32, 32), level, "float32"), 1)
"""
OUTLINE = """
import json
ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
outlined = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
repeatpass.output("outline.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [outlined]}))
"""
PARAMETERS = "area = [0, 40, 10, 50]  # bbox: where to paint\nlevel = 3.0"
DRAWN = {
    "output": "field",
    "variable": "warmth",
    "colormap": "viridis",
    "range": [0, 10],
    "unit": "K",
    "title": "Warmth",
}


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A platform with a filled indicator, “warmth”, two processes that ran once, and a collection of two scenes."""
    home = tmp_path_factory.mktemp("eodash") / "home"
    with working_house(home) as house:
        house.shelf.add(house.owner, "warmth", notebook(WARMTH))
        house.shelf.add(house.owner, "paint", notebook(PAINT, parameters=PARAMETERS))
        house.shelf.add(house.owner, "outline", notebook(PAINT + OUTLINE, parameters=PARAMETERS))
        house.indicators.apply(house.owner, indicator(map=DRAWN))
        update = house.submitting.submit(house.owner, "warmth", purpose=Purpose.UPDATE, subject="warmth")
        others = [house.submitting.submit(house.owner, each) for each in ("paint", "outline")]
        for run in (update, *others):
            ended = house.runs.wait(run.id, 120)
            assert ended.state is State.SUCCEEDED, ended.message
        while not house.indicators.current("warmth"):
            time.sleep(0.1)
        snowed(house, home.parent / "snow")
    served = Served(home)
    try:
        yield served.start()
    finally:
        served.close()


def snowed(house: House, folder: Path) -> None:
    """Register two GeoTIFFs as the collection “snow”, with an item for each."""
    folder.mkdir()
    shape: dict[str, object] = {"driver": "COG", "width": 64, "height": 64, "count": 1, "dtype": "uint8", "nodata": 0}
    for month in (1, 2):
        where = from_bounds(0, 40, 10, 50, 64, 64)
        with rasterio.open(folder / f"snow_2020-0{month}-01.tif", "w", crs=4326, transform=where, **shape) as file:
            file.write(np.full((64, 64), 100 * month, "uint8"), 1)
    said = Said(id="snow", title="Snow", description="Where snow lies.", licence="CC-BY-4.0", provider="Snow Institute")
    (draft,) = read_drafts(str(folder), said)
    Adding(house.catalog, house.files).add(house.owner, draft)
