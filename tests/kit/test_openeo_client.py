"""The openEO client itself, in an environment of its own: it finds our stand-in true, and we take its cubes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from elsewhere import elsewhere
from openeoservice import service
from tests.conftest import cannot

import repeatpass
from repeatpass.kit.connectors import oauth
from repeatpass.notebooks.environments.tools import find_uv

pytestmark = pytest.mark.slow

ASK = """
import json, sys, openeo
there = openeo.connect(sys.argv[1])
if sys.argv[2] == "basic":
    there.authenticate_basic("me", "opensesame")
else:
    there.authenticate_oidc_client_credentials(client_id="me", client_secret="very-secret", provider_id="home")
box = {"west": 10, "south": 40, "east": 12, "north": 41, "crs": 4326}
cube = there.load_collection("S2", spatial_extent=box, temporal_extent=["2024-06-01", "2024-07-01"], bands=["B03", "B02"])
cube.download(sys.argv[3], format="netCDF")
print(json.dumps(cube.flat_graph()))
try:
    there.load_collection("S9", fetch_metadata=False).download(sys.argv[3] + "x", format="netCDF")
except openeo.rest.OpenEoApiError as error:
    print(error.http_status_code, error.code)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the client, which asks for pandas before 3: the one that is named, or one that is made."""
    if named := os.environ.get("REPEATPASS_TESTS_OPENEO"):
        return Path(named)
    place, uv = tmp_path_factory.mktemp("openeo") / "env", find_uv()
    if uv is None:
        cannot("there is no uv to make an environment with openeo")
    for words in (
        ["venv", "--python", sys.executable, str(place)],
        ["pip", "install", "--python", str(place / "bin" / "python"), "openeo>=0.40"],
    ):
        done = subprocess.run([str(uv), *words], capture_output=True, text=True, check=False, timeout=240)
        if done.returncode:
            cannot(f"openeo cannot be installed here: {done.stderr[-300:]}")
    return place / "bin" / "python"


@pytest.mark.parametrize("way", ["basic", "oidc"])
def test_the_client_and_we_get_the_same_from_the_stand_in_and_its_cube_can_be_opened(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("REPEATPASS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MINE", "me:opensesame" if way == "basic" else "me:very-secret")
    monkeypatch.setattr(oauth, "_tokens", {})
    with elsewhere() as there:
        service(there, tmp_path)
        command = [str(python), "-c", ASK, f"{there.url}/openeo", way, str(tmp_path / "theirs.nc")]
        environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environ)
        assert done.returncode == 0, done.stderr
        graph, refused = done.stdout.splitlines()[-2:]
        assert refused == "404 CollectionNotFound"
        theirs = xr.open_dataset(tmp_path / "theirs.nc", engine="h5netcdf")
        box, days = (10, 40, 12, 41), "2024-06-01/2024-07-01"
        ours = repeatpass.open(
            f"openeo+{there.url}/openeo/collections/S2",
            bbox=box,
            datetime=days,
            bands=["B02", "B03"],
            auth=way,
            secret="MINE",
        )
        its_cube = repeatpass.open(f"openeo+{there.url}/openeo", process=json.loads(graph), auth=way, secret="MINE")
        for mine in (ours, its_cube):
            np.testing.assert_array_equal(mine["B03"], theirs["B03"])
            np.testing.assert_array_equal(mine["x"], theirs["x"])
        theirs.close()
