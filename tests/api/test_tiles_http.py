"""/tiles as a map library, a notebook and a hurried person meet it: a real server, real files, real and wrong words."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import rasterio
import xarray as xr
from PIL import Image
from tests.layers import COG, File, register
from tests.rasters import grid, write_cog, write_netcdf
from tests.served import Served, small_home

from repeatpass.assembly import open_house
from repeatpass.catalog.records import Visibility
from repeatpass.demo.filling import register as keep
from repeatpass.demo.preparing import prepare
from repeatpass.settings import Settings

BOX = (0.0, 40.0, 10.0, 50.0)
LANDSAT = "/tiles/landsat7-raleigh:data"
SST = "/tiles/sst:sst"
TILE = "/WebMercatorQuad/12/1153/1611.png"


def fill(home: Path, folder: Path) -> None:
    """A real scene, a small cube, and a private raster."""
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    for collection in prepare(folder / "demo", only=["landsat7-raleigh"]):
        keep(house, collection)
    sst = grid(np.arange(-89.0, 90, 2), np.arange(1.0, 360, 2), 4, sst=lambda y, x, t: 300 - np.abs(y) / 2 + t)
    sst["sst"].attrs["units"] = "K"
    register(house.catalog, house.files, "sst", [File(path=write_netcdf(folder / "sst.nc", sst))])
    own = File(path=write_cog(folder / "m.tif", np.full((1, 64, 64), 9, "uint8"), BOX), media_type=COG)
    register(house.catalog, house.files, "mine", [own], actor=house.owner, visibility=Visibility.PRIVATE)
    house.close()


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("tiles")
    home = small_home(folder / "home")
    fill(home, folder)
    served = Served(home).start(MULTI_USER="1")
    with httpx.Client(base_url=served.address, timeout=60) as client:
        client.owner = {"Authorization": f"Bearer {served.token}"}  # type: ignore[attr-defined]
        yield client
    served.close()


def pixels(answer: httpx.Response) -> "np.ndarray[Any, Any]":
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))


def test_the_list_names_every_layer_with_its_addresses(tiles: httpx.Client) -> None:
    found = {each["id"]: each for each in tiles.get("/tiles").json()["layers"]}
    assert {"landsat7-raleigh:data", "sst:sst"} <= set(found)
    landsat = found["landsat7-raleigh:data"]
    assert [band["name"] for band in landsat["bands"]] == ["B1", "B2", "B3", "B4", "B5", "B7"]
    assert landsat["style"]["bands"] == "B3,B2,B1" and landsat["crs"] == "EPSG:32119"
    for name in ("self", "tilejson", "legend"):
        assert tiles.get(landsat["links"][name]).status_code == 200
    (only,) = tiles.get("/tiles", params={"collection": "sst"}).json()["layers"]
    assert only["time"] == {"count": 4, "first": "2001-01-01T00:00:00Z", "last": "2001-04-01T00:00:00Z"}
    full = tiles.get("/tiles/sst:sst").json()
    assert len(full["times"]) == 4 and full["files"][0]["checksum"].startswith("sha256:")


def test_tilejson_leads_to_tiles_that_may_be_kept_for_long(tiles: httpx.Client) -> None:
    found = tiles.get(f"{SST}/tilejson.json", params={"time": "2001-02", "colormap": "magma"}).json()
    assert found["tilejson"] == "3.0.0" and found["bounds"] == [-180, -90, 180, 90] and found["maxzoom"] <= 2
    address = found["tiles"][0].replace("{z}", "1").replace("{x}", "0").replace("{y}", "1")
    answer = tiles.get(address)
    assert answer.headers["content-type"] == "image/png" and "immutable" in answer.headers["cache-control"]
    plain = tiles.get(f"{SST}/WebMercatorQuad/1/0/1.png")
    assert plain.headers["cache-control"] == "public, max-age=300"
    assert pixels(answer).shape == (256, 256, 4)


def test_a_tile_that_is_there_already_is_not_sent_again(tiles: httpx.Client) -> None:
    first = tiles.get(LANDSAT + TILE)
    for given in (first.headers["etag"], f"W/{first.headers['etag']}", f'"x", {first.headers["etag"]}', "*"):
        again = tiles.get(LANDSAT + TILE, headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b"")
    assert tiles.get(LANDSAT + TILE, headers={"If-None-Match": '"other"'}).status_code == 200
    assert tiles.head(LANDSAT + TILE).headers["etag"] == first.headers["etag"]
    other = tiles.get(LANDSAT + TILE, params={"index": "NDVI"})
    assert other.headers["etag"] != first.headers["etag"]


def test_tiles_come_as_png_webp_and_jpeg_and_empty_ones_are_small(tiles: httpx.Client) -> None:
    for form, kind in (("png", "image/png"), ("webp", "image/webp"), ("jpg", "image/jpeg")):
        answer = tiles.get(LANDSAT + TILE.replace("png", form))
        assert answer.headers["content-type"] == kind and pixels(answer).std() > 10
        far = tiles.get(f"{LANDSAT}/WebMercatorQuad/12/5/5.{form}")
        assert far.status_code == 200 and len(far.content) < 2000
    assert (pixels(tiles.get(f"{LANDSAT}/WebMercatorQuad/12/5/5.png"))[..., 3] == 0).all()


@pytest.mark.parametrize("tms", ["WGS1984Quad", "EPSG3413Quad", "EPSG3031Quad", "EPSG32633Quad", "WorldCRS84Quad"])
def test_tiles_of_other_systems(tiles: httpx.Client, tms: str) -> None:
    assert (pixels(tiles.get(f"{SST}/{tms}/0/0/0.png"))[..., 3] == 255).any()


def test_a_map_of_any_place_and_system(tiles: httpx.Client) -> None:
    polar = {"crs": "EPSG:3413", "bbox": "-4e6,-4e6,4e6,4e6", "width": "200", "height": "100"}
    assert pixels(tiles.get(f"{SST}/map", params=polar)).shape == (100, 200, 4)


def test_values_formulas_and_the_legend(tiles: httpx.Client) -> None:
    found = tiles.get(f"{SST}/point", params={"lon": "21", "lat": "-45", "time": "2001-03"}).json()
    assert found["values"] == [{"name": "sst", "value": 279.5, "unit": "K"}] and found["time"] == "2001-03-01T00:00:00Z"
    celsius = tiles.get(f"{SST}/point", params={"lon": "21", "lat": "-45", "expression": "sst - 273.15"}).json()
    assert celsius["values"][0]["value"] == pytest.approx(7.35, abs=0.01)
    assert tiles.get(f"{LANDSAT}/point", params={"lon": "0", "lat": "0"}).json()["values"][0]["value"] is None
    assert pixels(tiles.get(f"{SST}/legend")).shape[1] == 240
    assert tiles.get(f"{LANDSAT}/check", params={"expression": "(B4 - B3) / (B4 + B3)"}).json()["uses"] == ["B3", "B4"]


def test_statistics_of_an_area_by_address_and_by_body(tiles: httpx.Client) -> None:
    box = tiles.get(f"{SST}/statistics", params={"area": "0,0,20,20", "time": "2001-01"}).json()
    (band,) = box["bands"]
    assert (band["valid"], band["cells"]) == (100, 100) and band["mean"] == pytest.approx(295, abs=0.01)
    ring = [[0, 0], [20, 0], [20, 20], [0, 20], [0, 0]]
    body = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    again = tiles.post(f"{SST}/statistics", params={"time": "2001-01"}, json=body)
    if again.status_code == 200:  # a visitor may not post
        assert again.json()["bands"] == box["bands"]
    else:
        assert again.status_code in (401, 403)


def test_cut_outs_open_in_the_libraries_that_people_use(tiles: httpx.Client, tmp_path: Path) -> None:
    for form in ("tif", "nc", "csv", "png"):
        answer = tiles.get(f"{SST}/cutout", params={"area": "0,0,20,20", "format": form, "time": "2001-01"})
        assert answer.status_code == 200 and answer.headers["content-disposition"].endswith(f'.{form}"')
        (tmp_path / f"part.{form}").write_bytes(answer.content)
    with rasterio.open(tmp_path / "part.tif") as file, xr.open_dataset(tmp_path / "part.nc") as dataset:
        assert file.shape == (10, 10) and file.units == ("K",)
        np.testing.assert_array_equal(dataset["sst"].squeeze().values, file.read(1))
    assert (tmp_path / "part.csv").read_text().splitlines()[0] == "time,lon,lat,sst"


def test_colour_maps_and_indices_are_listed(tiles: httpx.Client) -> None:
    assert "viridis" in tiles.get("/tiles/colormaps").json()["colormaps"]
    assert tiles.get("/tiles/colormaps/viridis").json()["colours"][0] == [68, 1, 84, 255]
    assert len(tiles.get("/tiles/indices").json()["indices"]) > 200
    fitting = {
        each["name"]: each
        for each in tiles.get("/tiles/indices", params={"layer": "landsat7-raleigh"}).json()["indices"]
    }
    assert fitting["NDVI"]["expression"] == "(B4 - B3) / (B4 + B3)" and fitting["NDVI"]["reference"].startswith("http")


def test_a_private_layer_is_not_there_for_others(tiles: httpx.Client) -> None:
    for path in ("", "/WebMercatorQuad/0/0/0.png", "/tilejson.json", "/point?lon=1&lat=41", "/statistics", "/cutout"):
        own = tiles.get(f"/tiles/mine:data{path}", headers=tiles.owner)  # type: ignore[attr-defined]
        assert own.status_code == 200, path
        assert "public" not in own.headers.get("cache-control", "")
        assert tiles.get(f"/tiles/mine:data{path}").status_code == 404, path
    listed = [each["id"] for each in tiles.get("/tiles").json()["layers"]]
    assert "sst:sst" in listed and "mine:data" not in listed


@pytest.mark.parametrize(
    ("path", "status", "part"),
    [
        ("/tiles/nothing:data/WebMercatorQuad/0/0/0.png", 404, "nothing"),
        ("/tiles/sst:nothing/WebMercatorQuad/0/0/0.png", 404, "sst:sst"),
        (f"{SST}/NoSet/0/0/0.png", 404, "NoSet"),
        (f"{SST}/WebMercatorQuad/0/0/1.png", 404, "rows 0 to 0"),
        (f"{SST}/WebMercatorQuad/99/0/0.png", 404, "zooms"),
        (f"{SST}/WebMercatorQuad/a/0/0.png", 400, "z is"),
        (f"{SST}/WebMercatorQuad/0/-1/0.png", 400, "x is"),
        (f"{SST}/WebMercatorQuad/0/0/٣.png", 400, "y is"),
        (f"{SST}/WebMercatorQuad/0/0/0.gif", 400, "gif"),
        (f"{SST}/WebMercatorQuad/0/0/0.png?time=1999", 404, "closest time"),
        (f"{SST}/WebMercatorQuad/0/0/0.png?time=noon", 400, "noon"),
        (f"{SST}/WebMercatorQuad/0/0/0.png?colour=red", 400, "colour"),
        (f"{SST}/WebMercatorQuad/0/0/0.png?colormap=x", 400, "colour map"),
        (f"{SST}/WebMercatorQuad/0/0/0.png?rescale=1", 400, "rescale"),
        (f"{SST}/WebMercatorQuad/0/0/0.png?expression=sst%2B", 400, "formula"),
        (f"{SST}/WebMercatorQuad/0/0/0.png?expression=exec(sst)", 400, "calls"),
        (f"{LANDSAT}{TILE}?bands=B9", 400, "B9"),
        (f"{LANDSAT}{TILE}?index=EVI3", 400, "EVI3"),
        (f"{SST}/tilejson.json?tms=No", 404, "No"),
        (f"{SST}/tilejson.json?format=bmp", 400, "bmp"),
        (f"{SST}/map?bbox=1,2,3", 400, "bbox"),
        (f"{SST}/map?bbox=0,0,1,1&crs=EPSG:0", 400, "EPSG:0"),
        (f"{SST}/map?bbox=0,0,1,1&width=0", 400, "width"),
        (f"{SST}/map?bbox=0,0,1,1&width=1e9", 400, "width"),
        (f"{SST}/map?bbox=1,1,0,0", 400, "left < right"),
        (f"{SST}/point", 400, "lon"),
        (f"{SST}/point?lon=10&lat=91", 400, "lat"),
        (f"{SST}/point?lon=nan&lat=0", 400, "lon"),
        (f"{SST}/statistics?area=1,2", 400, "area"),
        (f"{LANDSAT}/statistics?area=0,0,1,1", 400, "outside"),
        (f"{SST}/cutout?format=shp", 400, "shp"),
        (f"{SST}/cutout?crs=EPSG:1", 400, "EPSG:1"),
        (f"{SST}/cutout?time=../..&format=tif", 400, "one time"),
        (f"{SST}/check?expression=", 400, "formula"),
        ("/tiles?limit=4", 400, "limit"),
        ("/tiles/colormaps/no", 404, "no"),
        ("/tiles/indices?layer=sst:no", 404, "sst:no"),
        (f"{SST}/WebMercatorQuad/0/0/0.png?time=%00", 400, "time"),
        (f"{SST}/legend?rescale=0,1e400", 400, "rescale"),
    ],
)
def test_what_cannot_be_is_answered_with_what_would_be_right(
    tiles: httpx.Client, path: str, status: int, part: str
) -> None:
    answer = tiles.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert part in answer.json()["detail"]
