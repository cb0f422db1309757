"""A house with a cube in degrees, coloured pictures in UTM, one value in polar stereographic, and a private collection."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import xarray as xr
from rasterio.transform import from_bounds

from repeatpass.access import Actor, Role
from repeatpass.assembly import House, open_house
from repeatpass.catalog.records import CollectionAsset, Visibility
from repeatpass.settings import Settings

CURATOR = Actor(id="curator", name="Curator", role=Role.OPERATOR)
NETCDF, COG = "application/x-netcdf", "image/tiff; application=geotiff; profile=cloud-optimized"
TIMES = ("2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z", "2020-03-01T00:00:00Z")
UTM_BOUNDS = (590000.0, 5330000.0, 610000.0, 5350000.0)  # about Vienna, EPSG:32633
ICE_BOUNDS = (-1000000.0, -1000000.0, 1000000.0, 1000000.0)  # about the north pole, EPSG:3413


def mapped_home(home: Path) -> Path:
    """Make the house and close it again."""
    house = open_house(Settings(home=home, demo=False))
    drafts = home / "drafts"
    drafts.mkdir()
    _cube(house, drafts / "warmth.nc")
    _sea(house, drafts / "sea.nc")
    _colours(house, drafts)
    _ice(house, drafts / "ice.tif")
    _private(house, drafts / "warmth.nc")
    house.close()
    return home


def value_at(lon: float, lat: float, month: int) -> float:
    """The temperature that the cube holds at the middle of the cell around a place, in °C."""
    return float(np.floor(lat / 2) * 2 + 1) / 4 + 10 * month + (np.floor(lon / 2) * 2 + 1) / 100


def _cube(house: House, path: Path) -> None:
    lon, lat = np.arange(-179.0, 180, 2), np.arange(89.0, -90, -2)
    values = lat[None, :, None] / 4 + 10 * np.arange(3)[:, None, None] + lon[None, None, :] / 100
    values = values.astype("float32")
    values[:, 45:50, 80:90] = np.nan  # a hole below the equator
    made = xr.Dataset(
        {
            "temperature": (("time", "lat", "lon"), values, {"units": "degC", "long_name": "Temperature"}),
            "rain": (("time", "lat", "lon"), np.abs(values), {"units": "mm", "long_name": "Rain"}),
        },
        coords={
            "time": np.array([each[:10] for each in TIMES], "datetime64[ns]"),
            "lat": ("lat", lat, {"units": "degrees_north", "standard_name": "latitude"}),
            "lon": ("lon", lon, {"units": "degrees_east", "standard_name": "longitude"}),
        },
    )
    made.to_netcdf(path)
    body = _body("warmth", "Warmth & rain", [-180, -90, 180, 90])
    _register(house, body, [], [(None, "data", path, NETCDF)])


def _sea(house: House, path: Path) -> None:
    lon, lat, depth = np.arange(-5.0, 6), np.arange(50.0, 39, -1), np.array([0.0, 10.0, 100.0])
    salt = np.broadcast_to(30 + depth[:, None, None] / 100, (3, 11, 11)).astype("float32")
    made = xr.Dataset(
        {"salt": (("depth", "lat", "lon"), salt, {"units": "1e-3", "long_name": "Salinity"})},
        coords={
            "depth": ("depth", depth, {"units": "m", "axis": "Z", "positive": "down"}),
            "lat": ("lat", lat, {"units": "degrees_north", "standard_name": "latitude"}),
            "lon": ("lon", lon, {"units": "degrees_east", "standard_name": "longitude"}),
        },
    )
    made.to_netcdf(path)
    _register(house, _body("sea", "The sea", [-5.5, 39.5, 5.5, 50.5]), [], [(None, "data", path, NETCDF)])


def _colours(house: House, folder: Path) -> None:
    items, files = [], []
    for number, day in enumerate(("2021-05-01", "2021-05-11")):
        path = folder / f"vienna-{number}.tif"
        rows, columns = np.mgrid[0:200, 0:200]
        bands = np.stack([rows, columns, np.full_like(rows, 40 + 100 * number)]).astype("uint8")
        _write(path, bands, "EPSG:32633", UTM_BOUNDS, None)
        items.append(_item("vienna", f"scene-{number}", f"{day}T10:00:00Z", [16.2, 48.11, 16.49, 48.29]))
        files.append((f"scene-{number}", "visual", path, COG))
    _register(house, _body("vienna", "Vienna from above", [16.2, 48.11, 16.49, 48.29]), items, files)


def _ice(house: House, path: Path) -> None:
    rows, columns = np.mgrid[0:100, 0:100]
    cover = (rows + columns).astype("float32")
    cover[:10] = -9999
    _write(path, cover[None], "EPSG:3413", ICE_BOUNDS, -9999.0)
    item = _item("ice", "march", "2022-03-01T00:00:00Z", [-180, 77, 180, 90])
    _register(house, _body("ice", "Sea ice", [-180, 77, 180, 90]), [item], [("march", "cover", path, COG)])


def _private(house: House, path: Path) -> None:
    body = _body("secret", "Somebody's own", [-180, -90, 180, 90])
    _register(house, body, [], [(None, "data", path, NETCDF)], visibility=Visibility.PRIVATE)


def _write(path: Path, bands: Any, crs: str, bounds: tuple[float, float, float, float], nodata: float | None) -> None:
    count, height, width = bands.shape
    profile = {"driver": "COG", "count": count, "height": height, "width": width, "dtype": bands.dtype, "crs": crs}
    with rasterio.open(path, "w", transform=from_bounds(*bounds, width, height), nodata=nodata, **profile) as file:
        file.write(bands)


def _body(id: str, title: str, box: Sequence[float]) -> dict[str, Any]:
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": id,
        "version": "1",
        "title": title,
        "description": f"{title}, made for tests.",
        "keywords": ["test"],
        "license": "CC0-1.0",
        "providers": [{"name": "Test team", "roles": ["producer"]}],
        "extent": {"spatial": {"bbox": [list(box)]}, "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]}},
        "links": [],
    }


def _item(collection: str, id: str, moment: str, box: Sequence[float]) -> dict[str, Any]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": id,
        "collection": collection,
        "bbox": list(box),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"datetime": moment},
        "assets": {},
        "links": [],
    }


def _register(
    house: House,
    body: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    files: Sequence[tuple[str | None, str, Path, str]],
    **more: Any,
) -> None:
    kept = [_kept(house, str(body["id"]), *each) for each in files]
    house.catalog.register(CURATOR, body, items, kept, **more)


def _kept(house: House, collection: str, item: str | None, key: str, path: Path, media_type: str) -> CollectionAsset:
    stored = house.files.put(path)
    return CollectionAsset(
        collection=collection,
        version="1",
        item=item,
        key=key,
        href=f"/files/{stored.checksum}",
        media_type=media_type,
        size=stored.size,
        checksum=stored.checksum,
    )
