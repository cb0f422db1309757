"""Small real sources: Zarr, NetCDF and GeoTIFF files made here, registered with their true size and checksum."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from repeatpass.demo.formats import zarr_zip
from repeatpass.kit.cubes.generating import Made, generate
from repeatpass.kit.cubes.specification import read_specification
from repeatpass.kit.opening import COG, NETCDF, ZARR_ZIP, open_file
from repeatpass.kit.reading import sha256_of

TYPES = {".zip": ZARR_ZIP, ".nc": NETCDF, ".tif": COG}


class Sources:
    """Collections that the generator can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.collections: dict[str, Any] = {}

    def dataset(self, id: str, dataset: xr.Dataset, chunks: dict[str, int] | None = None) -> None:
        """Register a dataset as a Zarr of the whole collection."""
        path = self.folder / f"{id}.zarr.zip"
        zarr_zip(dataset, path, title=id, chunks=chunks or {"time": 1})
        self.file(id, path)

    def file(self, id: str, path: Path, **times: str) -> None:
        """Register a file: of the whole collection, or as one more item where *times* are given."""
        asset = {
            "href": str(path),
            "type": TYPES[path.suffix],
            "size": path.stat().st_size,
            "checksum": sha256_of(path),
        }
        entry = self.collections.setdefault(id, {"version": "1", "title": id, "items": [], "assets": {}})
        if times:
            entry["items"].append({"id": path.stem, **times, "assets": {"data": asset}})
        else:
            entry["assets"]["data"] = asset
        (self.folder / "context.json").write_text(json.dumps({"run": "r1", "collections": self.collections}))


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    """The collections of this test; this process reads them, and works in a folder of its own."""
    monkeypatch.setenv("REPEATPASS_CONTEXT", str(tmp_path / "context.json"))
    monkeypatch.delenv("REPEATPASS_READS", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return Sources(tmp_path)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., xr.Dataset]:
    """Return a function that makes a cube from a specification and opens its maps."""

    def make(layout: str = "map", **body: Any) -> xr.Dataset:
        made = generated(tmp_path / "made", **body)
        found: xr.Dataset = open_file(made.files[layout], ZARR_ZIP, {})
        return found

    return make


def generated(folder: Path, **body: Any) -> Made:
    """Make a cube into *folder*; what is not stated is a small cube of one month."""
    folder.mkdir(exist_ok=True)
    usual = {"id": "cube", "area": [-180, -90, 180, 90], "resolution": 10}
    time = {"time": {"start": "2001-01", "end": "2001-01", "step": "P1M"}}
    return generate(read_specification(usual | time | body), folder)


def field(lat: Any, lon: Any, times: Any = None, seed: int = 1, gaps: float = 0.0) -> xr.DataArray:
    """Return random numbers on an axis of latitudes and one of longitudes, some of them missing."""
    random = np.random.default_rng(seed)
    shape = (len(lat), len(lon)) if times is None else (len(times), len(lat), len(lon))
    values = random.normal(size=shape)
    values[random.random(shape) < gaps] = np.nan
    coords = {"lat": lat, "lon": lon} | ({} if times is None else {"time": times})
    dims = ("lat", "lon") if times is None else ("time", "lat", "lon")
    return xr.DataArray(values, coords, dims, name="v", attrs={"units": "K"})


def axis(start: float, stop: float, step: float) -> Any:
    """Middles of cells of *step* between two edges."""
    number = round((stop - start) / step)
    return start + step * (np.arange(number) + 0.5)


def overlaps(edges: Any, first: float, step: float, number: int, area: bool = False) -> Any:
    """How much of each source cell (columns) lies in each target cell (rows), written down without any library."""
    found = np.zeros((number, len(edges) - 1))
    for target in range(number):
        low, high = sorted((first + target * step, first + (target + 1) * step))
        for source in range(len(edges) - 1):
            west, east = sorted((edges[source], edges[source + 1]))
            part = max(0.0, min(high, east) - max(low, west)) / (east - west)
            size = abs(np.sin(np.radians(east)) - np.sin(np.radians(west))) if area else east - west
            found[target, source] = part * size
    return found
