"""QGIS lists, reads, pages and filters the features of a served house. Needs QGIS's own Python (Debian: python3-qgis)."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import cannot
from tests.served import Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("features")]

PYTHON = os.environ.get("REPEATPASS_TEST_QGIS_PYTHON", "/usr/bin/python3")
SCRIPT = Path(__file__).with_name("qgis_features.py")


@pytest.fixture(scope="module")
def read(features_served: Served, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS found in the collection “quakes”."""
    home = tmp_path_factory.mktemp("qgis")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    given = plain | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(home)}
    if subprocess.run([PYTHON, "-c", "import qgis.core"], env=given, capture_output=True, check=False).returncode:
        cannot("QGIS is not here (apt-get install python3-qgis)")
    words = [PYTHON, str(SCRIPT), f"{features_served.address}/ogc", "quakes"]
    done = subprocess.run(words, env=given, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def magnitudes(served: Served, query: str) -> list[float]:
    """What our own answer says."""
    answer = httpx.get(f"{served.address}/ogc/collections/quakes/items?limit=1000&{query}", timeout=60)
    return sorted(each["properties"]["mag"] for each in answer.raise_for_status().json()["features"])


def test_the_collections_are_listed(read: dict[str, Any]) -> None:
    assert {"Places", "Quakes", "States", "Samples"} <= set(read["listed"])


def test_fields_system_and_extent_are_known(read: dict[str, Any]) -> None:
    kinds = dict(read["fields"])
    assert kinds["mag"] in ("double", "Real") and "time" in kinds
    assert read["crs"] in ("OGC:CRS84", "EPSG:4326")
    west, south, east, north = read["extent"]
    assert -180 <= west < east <= 180 and -90 <= south < north <= 90


def test_every_feature_comes_page_by_page(read: dict[str, Any]) -> None:
    assert read["paged"] == 596
    assert read["first"].startswith("Point")


def test_a_box_and_a_condition_choose_what_we_would(read: dict[str, Any], features_served: Served) -> None:
    assert read["set"] and read["strong"] == magnitudes(features_served, "filter=mag>=6.5")
    assert read["box"] == magnitudes(features_served, "bbox=120,-5,130,5") and read["box"]
