"""A cube as a run: real house, real kernel; registered with its origin, opened in either layout, repeated, refused."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.houses import working_house

from repeatpass.access import SYSTEM
from repeatpass.access.records import Role
from repeatpass.api.stac.documents import Documents
from repeatpass.assembly import House
from repeatpass.core.errors import Conflict, Forbidden, Invalid
from repeatpass.cubes.generator import NOTEBOOK, shelve
from repeatpass.demo.filling import register
from repeatpass.demo.preparing import prepare
from repeatpass.runs.records import Run, State

pytestmark = pytest.mark.slow

BODY: dict[str, Any] = {
    "id": "tropics",
    "title": "Warm water and haze in the tropics",
    "area": [-180, -5, 180, 5],
    "resolution": 1,
    "time": {"start": "2006-04", "end": "2006-09", "step": "P1M"},
    "variables": {
        "sst": {"collection": "ostia-sst-monthly", "variable": "surface_temperature", "units": "K"},
        "turbidity": {"collection": "linke-turbidity"},
    },
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that works, with two real collections."""
    home = tmp_path_factory.mktemp("cubes") / "home"
    with working_house(home) as made:
        for collection in prepare(home / "drafts", only=["ostia-sst-monthly", "linke-turbidity"]):
            register(made, collection)
        yield made


def ended(house: House, body: dict[str, Any]) -> Run:
    """Make a cube, wait for the run's end and for the news of it to be delivered."""
    run = house.runs.wait(house.cubes.make(house.owner, body).id, 240)
    until = time.monotonic() + 30
    while house.events.waiting() and time.monotonic() < until:
        time.sleep(0.05)
    return run


@pytest.fixture(scope="module")
def made(house: House) -> Run:
    """The run that made a cube of two collections on one grid."""
    run = ended(house, BODY)
    assert run.state is State.SUCCEEDED, run.failure
    return run


def test_the_cube_is_a_collection_of_the_one_who_asked_with_both_layouts_and_its_origin(
    house: House, made: Run
) -> None:
    found = house.catalog.collection("tropics")
    (item,) = house.catalog.items("tropics")
    assert (found.owner, found.version, found.title) == ("owner", "1", BODY["title"])
    assert found.body["repeatpass:made_by"] == f"/runs/{made.id}"
    assert "Met Office" in [each["name"] for each in found.body["providers"]]
    assert {link["href"] for link in item.body["links"]} >= {f"/runs/{made.id}", "/stac/collections/ostia-sst-monthly"}
    layouts = {
        file.key: item.body["assets"][file.key].get("repeatpass:layout") for file in house.catalog.assets("tropics")
    }
    assert layouts == {"data": "map", "series": "series", "cube": None}
    assert item.body["properties"]["cube:variables"]["sst"]["unit"] == "K"


def test_its_passport_names_every_input_and_nothing_unknown(house: House, made: Run) -> None:
    provenance = house.runs.provenance(made.id)
    assert {read.collection for read in provenance.inputs} == {"ostia-sst-monthly", "linke-turbidity"}
    assert provenance.fully_known
    assert {output.path: output.media_type for output in provenance.outputs} == {
        "cube.json": "application/json",
        "map.zarr.zip": "application/vnd.zarr+zip",
        "series.zarr.zip": "application/vnd.zarr+zip",
    }


def test_its_description_is_stac(house: House, made: Run) -> None:
    pydantic = pytest.importorskip("stac_pydantic", reason="stac-pydantic is not installed")
    documents, assets = Documents("http://127.0.0.1"), house.catalog.assets("tropics")
    pydantic.Collection.model_validate(documents.collection(house.catalog.collection("tropics"), assets))
    (item,) = house.catalog.items("tropics")
    whole = documents.item(item, assets)
    pydantic.Item.model_validate(whole)
    assert [link["rel"] for link in whole["links"]].count("derived_from") == 2


def test_a_notebook_opens_the_layout_it_asks_for(
    house: House, made: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import repeatpass
    from repeatpass.kit.errors import UnknownData

    context = house.contexts.written_out(house.contexts.current(), "test")
    (tmp_path / "context.json").write_text(json.dumps(context.to_json()))
    monkeypatch.setenv("REPEATPASS_CONTEXT", str(tmp_path / "context.json"))
    usual, series = repeatpass.open("tropics"), repeatpass.open("tropics", layout="series")
    assert usual["sst"].encoding["chunks"][0] == 1 and series["sst"].encoding["chunks"][0] == 6
    assert repeatpass.open("tropics", layout="map")["sst"].encoding["chunks"] == usual["sst"].encoding["chunks"]
    assert repeatpass.open("linke-turbidity", layout="series") is not None  # a collection in one layout has no other
    with pytest.raises(UnknownData, match="use 'map' or 'series'"):
        repeatpass.open("tropics", layout="time")
    ostia = repeatpass.open("ostia-sst-monthly")["surface_temperature"]
    assert abs(float(usual["sst"].mean()) - float(ostia[:6].mean())) < 0.3
    assert np.isfinite(usual["turbidity"]).all()


def test_a_repeat_is_identical_and_registers_nothing(house: House, made: Run) -> None:
    repeat = house.repeating.repeat(SYSTEM, made.id)
    until = time.monotonic() + 240
    while house.repeats.repeat(repeat.id).verdict is None and time.monotonic() < until:
        time.sleep(0.2)
    found = house.repeats.repeat(repeat.id)
    assert found.verdict == "identical", found.summary
    assert house.catalog.collection("tropics").version == "1"


def test_the_same_again_is_the_same_version_and_a_change_is_a_new_one(house: House) -> None:
    body = BODY | {"id": "changing", "time": BODY["time"] | {"end": "2006-06"}}
    assert house.registering.run_finished(ended(house, body).id) is not None
    assert house.catalog.collection("changing").version == "1"
    run = ended(house, body | {"layouts": ["series"], "time": BODY["time"] | {"end": "2006-05"}})
    assert run.state is State.SUCCEEDED
    found = house.catalog.collection("changing")
    assert found.version == "2" and found.body["repeatpass:made_by"] == f"/runs/{run.id}"
    assert {file.key for file in house.catalog.assets("changing")} == {"data", "cube"}
    assert len(house.catalog.assets("changing", "1")) == 3  # passports rest on the older one


def test_a_cube_never_takes_the_place_of_observations_or_of_somebody_elses(house: House, made: Run) -> None:
    with pytest.raises(Conflict, match="collection of observations that nobody made here"):
        house.cubes.make(house.owner, BODY | {"id": "ostia-sst-monthly"})
    other = house.access.add_user(SYSTEM, "ada", "Ada", Role.SCIENTIST)
    with pytest.raises(Forbidden, match="belongs to owner"):
        house.cubes.make(other, BODY)
    # The same through the notebook alone, which knows no rights: the run succeeds, the collection stays.
    shelve(house.shelf)
    empty = {"bounds": [], "chunks": {}, "keywords": [], "description": ""}
    run = house.submitting.submit(other, NOTEBOOK, empty | BODY)
    assert house.runs.wait(run.id, 240).state is State.SUCCEEDED
    before = house.catalog.collection("tropics")
    assert house.registering.run_finished(run.id) is None
    assert house.catalog.collection("tropics") == before


def test_a_wrong_specification_is_refused_before_anything_runs(house: House) -> None:
    with pytest.raises(Invalid, match=r"variables.sst.collection: there is no collection 'nothing'; there are: linke"):
        house.cubes.make(house.owner, BODY | {"variables": {"sst": {"collection": "nothing"}}})
    with pytest.raises(Invalid, match=r"^time.step: 'monthly' cannot be used"):
        house.cubes.make(house.owner, BODY | {"time": BODY["time"] | {"step": "monthly"}})


def test_a_run_whose_source_lies_elsewhere_fails_with_the_sentence(house: House) -> None:
    run = ended(house, BODY | {"id": "nowhere", "area": [0, 40, 20, 60]})
    assert run.state is State.FAILED and run.failure is not None
    assert "variables.sst: ostia-sst-monthly has no data in this area" in run.failure.evalue
    assert "nowhere" not in {each.id for each in house.catalog.collections()}


def test_the_command_checks_a_cube(house: House, tmp_path: Path) -> None:
    file = tmp_path / "cube.yaml"
    file.write_text(json.dumps(BODY | {"id": "by-command", "layouts": ["map"]}))
    checked = command(house, "cubes", "check", str(file))
    assert "10 x 360 cells of 1 in EPSG:4326" in checked.stdout and "6 steps of P1M" in checked.stdout
    file.write_text(json.dumps(BODY | {"id": "by-command", "resolution": -1}))
    wrong = command(house, "cubes", "check", str(file))
    assert wrong.returncode == 2 and "resolution: -1 cannot be used: it must be greater than 0" in " ".join(
        wrong.stderr.split()
    )


def command(house: House, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line against the house's home."""
    environ = os.environ | {"REPEATPASS_HOME": str(house.settings.home), "COLUMNS": "200"}
    return subprocess.run(
        [str(Path(sys.executable).with_name("repeatpass")), *words], env=environ, capture_output=True, text=True
    )
