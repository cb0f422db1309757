"""``repeatpass data``: from a file to a collection, to everybody, and back."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from tests.served import command, small_home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_home(tmp_path_factory.mktemp("commands") / "home")


def states() -> Path:
    """The real outlines of states, as GeoJSON."""
    spec = find_spec("hvsampledata")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("hvsampledata is not installed")
    return Path(spec.submodule_search_locations[0]) / "_data/us_states.geojson"


def test_data_are_added_offered_accepted_and_withdrawn_from_a_terminal(home: Path) -> None:
    added = command(home, "data", "add", str(states()), "--title", "States", "--licence", "CC0-1.0", "--json")
    found = json.loads(added.stdout)
    assert (added.returncode, found["stage"], found["collection"]) == (0, "registered", "states"), added.stderr
    listed = json.loads(command(home, "data", "list", "--json").stdout)
    assert found["id"] in [each["id"] for each in listed]
    assert "There is no active user “nobody”" in command(home, "data", "share", "states", "--with", "nobody").stderr
    assert "states is private" in command(home, "data", "share", "states").stdout
    assert "waits for an editor" in command(home, "data", "offer", "states").stdout
    assert "states" in command(home, "data", "offered").stdout
    assert "given back" in command(home, "data", "decline", "states", "--reason", "Say the year.").stdout
    command(home, "data", "offer", "states")
    assert "states is public" in command(home, "data", "accept", "states").stdout
    gone = command(home, "data", "withdraw", "states", "--reason", "Borders of another year")
    assert "was withdrawn on" in gone.stdout and "Borders of another" in gone.stdout


@pytest.mark.parametrize("version", [2, 3])
def test_a_folder_that_is_a_zarr_store_is_packed_and_taken(home: Path, tmp_path: Path, version: int) -> None:
    lat, lon = np.arange(40.5, 50), np.arange(10.5, 20)
    units = {"units": "degrees_north"}, {"units": "degrees_east"}
    cube = xr.Dataset(
        {"sst": (("time", "lat", "lon"), np.ones((2, 10, 10), "float32"), {"units": "K"})},
        {"time": np.array(["2024-01-01", "2024-02-01"], "datetime64[ns]"),
         "lat": ("lat", lat, units[0]), "lon": ("lon", lon, units[1])},
    )  # fmt: skip
    cube.to_zarr(tmp_path / "sea.zarr", zarr_format=version, consolidated=False)
    words = ("--title", f"Sea {version}", "--licence", "CC0-1.0", "--json")
    added = command(home, "data", "add", str(tmp_path / "sea.zarr"), *words)
    found = json.loads(added.stdout)
    assert (added.returncode, found["stage"]) == (0, "registered"), (added.stderr, found)
    (tmp_path / "empty").mkdir()
    refused = command(home, "data", "add", str(tmp_path / "empty"), *words)
    assert refused.returncode == 2 and "no Zarr store" in refused.stderr.replace("\n", " ")


def test_what_is_wrong_is_a_sentence_and_an_exit_code(home: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.geojson"
    cut.write_bytes(states().read_bytes()[:3_000])
    refused = command(home, "data", "add", str(cut), "--title", "Cut", "--licence", "CC0-1.0")
    assert refused.returncode == 1 and "cannot be read to its end" in refused.stdout.replace("\n", " "), refused.stdout
    assert (
        command(home, "data", "add", str(tmp_path / "none.nc"), "--title", "x", "--licence", "CC0-1.0").returncode == 2
    )
    wrong = command(home, "data", "add", str(cut), "--title", "x", "--licence", "free")
    assert wrong.returncode == 2 and "which SPDX does not list" in wrong.stderr.replace("\n", " ")
