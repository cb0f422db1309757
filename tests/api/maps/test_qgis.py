"""QGIS opens the WMS, the WMTS and the tiles, and draws what is there. Needs QGIS's own Python (Debian: python3-qgis)."""

import json
import os
import subprocess
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from tests.conftest import cannot
from tests.served import Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("maps")]

PYTHON = os.environ.get("REPEATPASS_TEST_QGIS_PYTHON", "/usr/bin/python3")
SCRIPT = Path(__file__).with_name("qgis_drawing.py")


@pytest.fixture(scope="module")
def qgis() -> dict[str, str]:
    """The environment to run QGIS in; the tests are skipped where it is not."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    given = plain | {"QT_QPA_PLATFORM": "offscreen"}
    try:
        found = subprocess.run([PYTHON, "-c", "import qgis.core"], env=given, capture_output=True, check=False)
    except OSError:
        cannot(f"there is no {PYTHON}")
    if found.returncode:
        cannot("QGIS is not here (apt-get install python3-qgis)")
    return given


def test_qgis_draws_the_layers_of_every_service(mapped: Served, qgis: dict[str, str], tmp_path: Path) -> None:
    wms = quote(f"{mapped.address}/wms", safe=":/")
    wmts = quote(f"{mapped.address}/wmts/1.0.0/WMTSCapabilities.xml", safe=":/")
    xyz = quote(f"{mapped.address}/tiles/warmth:temperature/WebMercatorQuad/{{z}}/{{x}}/{{y}}.png", safe=":/")
    places = {
        "wms-degrees": f"crs=EPSG:4326&format=image/png&layers=warmth:temperature&styles=default&url={wms}",
        "wms-utm": f"crs=EPSG:32633&format=image/png&layers=vienna:visual&styles=default&url={wms}",
        "wms-polar": f"crs=EPSG:3413&format=image/png&layers=ice:cover&styles=magma&url={wms}",
        "wmts-mercator": "crs=EPSG:3857&format=image/png&layers=warmth:rain&styles=default&tileMatrixSet=WebMercatorQuad"
        f"&url={wmts}",
        "wmts-polar": "crs=EPSG:3413&format=image/png&layers=ice:cover&styles=default&tileMatrixSet=EPSG3413Quad"
        f"&url={wmts}",
        "xyz": f"type=xyz&zmin=0&zmax=4&url={xyz}",
    }
    listed = tmp_path / "places.json"
    listed.write_text(json.dumps(places))
    words = [PYTHON, str(SCRIPT), str(listed), str(tmp_path)]
    env = qgis | {"HOME": str(tmp_path)}
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    for name in places:
        picture = np.array(Image.open(tmp_path / f"{name}.png").convert("RGB"))
        painted = (picture != 255).any(axis=2).mean()
        assert painted > 0.3, f"{name}: only {painted:.0%} of the picture is painted"
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 8, f"{name} is of one colour"
