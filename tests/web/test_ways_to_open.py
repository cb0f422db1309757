"""The lines for R and the steps for QGIS on a collection's page do what they say, in Rscript and in QGIS."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from real_house import Site
from registry_house import body, registry_site
from tests.conftest import cannot

from repeatpass.access import SYSTEM
from repeatpass.assembly import House
from repeatpass.catalog.records import CollectionAsset
from repeatpass.web.snippet_facts import TIFF, ZARR_ZIP, Opened
from repeatpass.web.snippets_elsewhere import qgis, r

pytestmark = pytest.mark.slow

PYTHON = os.environ.get("REPEATPASS_TEST_QGIS_PYTHON", "/usr/bin/python3")
TYPES = {"quet": "application/vnd.apache.parquet", "gpkg": "application/geopackage+sqlite3",
         ".fgb": "application/vnd.flatgeobuf"}  # fmt: skip
SCRIPT = Path(__file__).with_name("qgis_opening.py")
IN_R = {  # collection: the class that the lines make
    "ostia-sst-monthly": "SpatRaster",
    "landsat7-raleigh": "SpatRaster",
    "linke-turbidity": "SpatRaster",
    "levels": "data.frame",
    "stations": "sf",
    "stations-parquet": "sf",
    "stations-gpkg": "sf",
    "stations-fgb": "sf",
}
STATIONS = 25  # more than GDAL asks for at a time


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with registry_site(tmp_path_factory.mktemp("registry") / "home") as made:
        stations(made.house, tmp_path_factory.mktemp("stations"))
        yield made


def stations(house: House, folder: Path) -> None:
    """Register the same points as GeoParquet, GeoPackage and FlatGeobuf; and a table of Parquet without places."""
    import geopandas

    numbers = list(range(STATIONS))
    points = geopandas.GeoDataFrame({"number": numbers}, geometry=geopandas.points_from_xy(numbers, numbers), crs=4326)
    points.to_parquet(folder / "stations.parquet")
    points.to_file(folder / "stations.gpkg")
    points.to_file(folder / "stations.fgb", spatial_index=True)
    points.drop(columns="geometry").to_parquet(folder / "table.parquet")
    kinds = {"stations-parquet": "stations.parquet", "stations-gpkg": "stations.gpkg", "stations-fgb": "stations.fgb",
             "table-parquet": "table.parquet"}  # fmt: skip
    for id, name in kinds.items():
        file = house.files.put(folder / name)
        kept = CollectionAsset(collection=id, version="1", item=None, key="data", href="", media_type=TYPES[name[-4:]],
                               size=file.size, checksum=file.checksum)  # fmt: skip
        house.catalog.register(SYSTEM, body(id), [], [kept])
        house.offering.registered(id)


def ways(place: Site, id: str) -> dict[str, str]:
    """The ways to open a collection that its page shows, by name."""
    page = httpx.get(f"{place.address}/collections/{id}.json", timeout=60).json()
    return {each["name"]: each["text"] for each in page["snippets"]}


def in_r(folder: Path, lines: str) -> str:
    """Run lines of R; return the class of “data” and, beside it, how much is in it."""
    if shutil.which("Rscript") is None:
        cannot("R is not here (apt-get install r-base-core r-cran-terra r-cran-sf r-cran-jsonlite)")
    (folder / "lines.R").write_text(f"{lines}\ncat('CLASS', class(data)[1], NROW(data), '\\n')\n")
    done = subprocess.run(
        ["Rscript", "--vanilla", "lines.R"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{lines}\n{done.stderr[-2000:]}"
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("id", IN_R)
def test_the_lines_for_r_open_the_data(place: Site, tmp_path: Path, id: str) -> None:
    said = in_r(tmp_path, ways(place, id)["R"]).split()
    assert said[:2] == ["CLASS", IN_R[id]] and int(said[2]) > 0


def test_a_cube_has_all_its_times_in_r(place: Site, tmp_path: Path) -> None:
    lines = ways(place, "ostia-sst-monthly")["R"]
    assert in_r(tmp_path, f"{lines}\nstopifnot(nlyr(data) == 54, !anyNA(time(data)))").startswith("CLASS")


def test_the_steps_for_qgis_open_the_data(place: Site, tmp_path: Path) -> None:
    places = {id: _as_qgis_does(ways(place, id)["QGIS"], tmp_path, id) for id in IN_R}
    (tmp_path / "places.json").write_text(json.dumps(places))
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    given = plain | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    if subprocess.run([PYTHON, "-c", "import qgis.core"], env=given, capture_output=True, check=False).returncode:
        cannot("QGIS is not here (apt-get install python3-qgis)")
    words = [PYTHON, str(SCRIPT), str(tmp_path / "places.json")]
    done = subprocess.run(words, env=given, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert set(found) == set(IN_R) and all(found.values())
    assert {found[id] for id in found if id.startswith("stations-")} == {STATIONS}


def _as_qgis_does(steps: str, folder: Path, id: str) -> tuple[str, str]:
    """What the dialog that the steps name makes of them: a provider and its address."""
    if "Add WFS Layer" in steps:
        address = re.search(r"^New ▸ URL: (\S+)$", steps, re.MULTILINE)
        layer = re.search(r"^Connect ▸ (\S+) ▸ Add$", steps, re.MULTILINE)
        assert address and layer, steps
        return "OAPIF", f"url='{address[1]}' typename='{layer[1]}'"
    provider = "gdal" if "Add Raster Layer" in steps else "ogr"
    if uri := re.search(r"^URI: (\S+)$", steps, re.MULTILINE):
        return provider, f"/vsicurl/{uri[1]}"
    download = re.match(r"Download (\S+)(?: as (\S+))?$", steps.splitlines()[0])
    assert download is not None, steps
    target = folder / (download[2] or f"{id}.nc")
    target.write_bytes(httpx.get(download[1], timeout=60).raise_for_status().content)
    if "Add Delimited Text Layer" in steps:
        return "delimitedtext", f"file://{target}?type=csv&detectTypes=yes&geomType=none"
    return provider, str(target)


def test_every_feature_is_there_in_r(place: Site, tmp_path: Path) -> None:
    for kind in ("parquet", "gpkg", "fgb"):
        said = in_r(tmp_path, ways(place, f"stations-{kind}")["R"]).split()
        assert said[1:] == ["sf", str(STATIONS)]


def test_a_table_of_parquet_without_places_is_not_promised_to_qgis_and_r(place: Site) -> None:
    # Debian's GDAL and R have no reader of Parquet, so nobody could try the lines.
    assert {"Python, anywhere", "Terminal"} <= set(found := ways(place, "table-parquet")) and not {"QGIS", "R"} & set(
        found
    )


def test_a_private_collection_is_opened_with_a_token(place: Site) -> None:
    asked = Opened(collection="mine", key="data", media_type=TIFF, href="http://127.0.0.1/files/x", of_item=False,
                   root="http://127.0.0.1/stac", public=False)  # fmt: skip
    lines = r(asked)
    assert lines is not None and "headers = token" in lines.text and "GDAL_HTTP_HEADERS" in lines.text


def test_a_zipped_zarr_that_no_layer_shows_is_not_promised_to_qgis_and_r() -> None:
    asked = Opened(collection="cube", key="data", media_type=ZARR_ZIP, href="http://127.0.0.1/files/x", of_item=False,
                   root="http://127.0.0.1/stac")  # fmt: skip
    assert (qgis(asked), r(asked)) == (None, None)
