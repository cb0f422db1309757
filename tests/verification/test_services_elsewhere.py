"""Runs that ask services elsewhere: each request is an input with its digest, secrets come from the workspace alone."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from tests.houses import working_house
from tests.kit.elsewhere import Elsewhere, elsewhere
from tests.repeated import executed, repeated

from repeatpass.assembly import House
from repeatpass.verification.comparison.records import Verdict

pytestmark = pytest.mark.slow

HUB = """import repeatpass
address = "sentinelhub+%s/SENTINEL2_L2A"
found = repeatpass.open(address, bbox=(10, 40, 12, 41), bands=["B04"], size=(2, 1), secret="HUB")
repeatpass.publish(float(found.sum()), "sum")"""
TILES = """import repeatpass
found = repeatpass.open("xyz+%s/t/{z}/{x}/{y}.png", bbox=(-170, -80, 170, 80), zoom=1)
repeatpass.publish(int(found.sel(band=1).max()), "most")"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with working_house(tmp_path_factory.mktemp("home"), sandbox="off") as opened:
        opened.secrets.set(opened.owner, "HUB", "client-of-mine:open-sesame-42")
        yield opened


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with elsewhere() as state:
        yield state


def tile(value: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (256, 256), (value, 0, 0)).save(content, "PNG")
    return content.getvalue()


def mosaic(value: float) -> bytes:
    """Two cells of one band and their mask, as GeoTIFF."""
    import numpy
    import rasterio

    with rasterio.MemoryFile() as memory:
        given = {"driver": "GTiff", "width": 2, "height": 1, "count": 2, "dtype": "float32", "crs": 4326}
        with memory.open(**given, transform=rasterio.transform.from_bounds(10, 40, 12, 41, 2, 1)) as file:
            file.write(numpy.array([[[value, value]], [[1, 1]]], "float32"))
        return bytes(memory.read())


def hub(there: Elsewhere, value: float) -> None:
    """Have a stand-in of Sentinel Hub answer with *value*."""

    def token(path: str, body: bytes) -> Any:
        assert b"client_id=client-of-mine&client_secret=open-sesame-42" in body
        return {"access_token": "a.passing.token", "expires_in": 3600}

    there.answers = {
        "/auth/realms/main/protocol/openid-connect/token": token,
        "/api/v1/process": lambda path, body: (200, {"Content-Type": "image/tiff"}, mosaic(value)),
    }


def test_a_request_to_a_service_is_an_input_with_its_digest_and_the_secret_is_nowhere(
    house: House, there: Elsewhere
) -> None:
    hub(there, 3)
    provenance = house.runs.provenance(executed(house, "hub", HUB % there.url).id)
    (read,) = provenance.inputs
    assert (read.collection, read.href) == ("remote:http", f"{there.url}/api/v1/process")
    assert read.asset.startswith("request sha256:") and read.checksum.startswith("sha256:")
    assert provenance.fully_known, provenance.unrecorded
    told = json.dumps([read.href, read.item, read.asset, read.version])
    assert "open-sesame" not in told and "passing" not in told


def test_a_repeat_names_the_request_whose_answer_has_changed(house: House, there: Elsewhere) -> None:
    hub(there, 3)
    run = executed(house, "changing-hub", HUB % there.url)
    assert repeated(house, run).verdict is Verdict.IDENTICAL
    hub(there, 4)
    repeat = repeated(house, run)
    assert (repeat.verdict, repeat.cause) == (Verdict.DIFFERENT, "inputs")
    assert "/api/v1/process/request sha256:" in repeat.summary and "has other bytes" in repeat.summary


def test_tiles_fetched_side_by_side_are_one_input_and_a_changed_one_is_told(house: House, there: Elsewhere) -> None:
    for column in (0, 1):
        for row in (0, 1):
            there.put(f"/t/1/{column}/{row}.png", tile(column + row), "image/png")
    run = executed(house, "tiles", TILES % there.url)
    provenance = house.runs.provenance(run.id)
    (read,) = provenance.inputs
    assert read.href == there.url + "/t/1/{x}/{y}.png" and read.checksum.startswith("parts-sha256:")
    assert provenance.fully_known, provenance.unrecorded
    there.put("/t/1/1/1.png", tile(9), "image/png")
    repeat = repeated(house, run)
    assert (repeat.verdict, repeat.cause) == (Verdict.DIFFERENT, "inputs")
    assert "/t/1/{x}/{y}.png" in repeat.summary
