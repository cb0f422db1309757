"""The openEO client itself, in an environment of its own: it finds our stand-in true, and we take its cubes."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from elsewhere import elsewhere
from openeoservice import service
from otherpythons import python_with, run

import repeatpass
from repeatpass.kit.connectors import oauth, openeo_jobs

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
job = cube.create_job(out_format="netCDF")
job.start_and_wait(print=lambda words: None, max_poll_interval=0.2)
job.get_results().get_asset("cube.nc").download(sys.argv[3] + ".job")
print(json.dumps(cube.flat_graph()))
try:
    there.load_collection("S9", fetch_metadata=False).download(sys.argv[3] + "x", format="netCDF")
except openeo.rest.OpenEoApiError as error:
    print(error.http_status_code, error.code)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client asks for pandas before 3."""
    return python_with("openeo>=0.40", tmp_path_factory.mktemp("openeo"))


@pytest.mark.parametrize("way", ["basic", "oidc"])
def test_the_client_and_we_get_the_same_from_the_stand_in_and_its_cube_can_be_opened(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("REPEATPASS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MINE", "me:opensesame" if way == "basic" else "me:very-secret")
    monkeypatch.setattr(oauth, "_tokens", {})
    with elsewhere() as there:
        service(there, tmp_path)
        told = run(python, ASK, f"{there.url}/openeo", way, str(tmp_path / "theirs.nc"), home=tmp_path)
        graph, refused = told[-2:]
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
        monkeypatch.setattr(openeo_jobs, "POLL", 0.05)
        address = f"openeo+{there.url}/openeo"
        with xr.open_dataset(tmp_path / "theirs.nc.job", engine="h5netcdf") as of_a_job:
            mine = repeatpass.open(address, process=json.loads(graph), auth=way, secret="MINE", batch=True)
            np.testing.assert_array_equal(mine["B03"], of_a_job["B03"])
