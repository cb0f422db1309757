"""The description of every collection: valid STAC, licence and makers named, nothing invented."""

import re
from pathlib import Path
from typing import Any

import pytest
from stac_pydantic import Collection, Item

from repeatpass.demo import sources
from repeatpass.demo.preparing import files, prepare
from repeatpass.demo.records import PreparedCollection, Progress
from repeatpass.kit.reading import sha256_of

Prepared = dict[str, PreparedCollection]
UNDATED = {"sentinel2-sample", "linke-turbidity", "relief"}


def test_all_nine_collections_are_prepared_and_every_step_is_reported(
    prepared: Prepared, steps: list[Progress]
) -> None:
    assert len(prepared) == 9
    assert not [step for step in steps if step.problem]
    assert (steps[0].done, steps[-1].done, steps[-1].total) == (0, 9, 9)


def test_every_description_is_valid_stac(prepared: Prepared) -> None:
    for collection in prepared.values():
        Collection.model_validate(collection.stac)
        for item in collection.items:
            Item.model_validate(item.stac)


def test_licence_makers_attribution_and_citation_are_stated(prepared: Prepared) -> None:
    for collection in prepared.values():
        stac = collection.stac
        assert stac["license"] and stac["sci:citation"] and stac["attribution"] and stac["repeatpass:license_title"]
        assert any(link["rel"] == "license" for link in stac["links"])
        assert {"producer", "host"} <= {role for each in stac["providers"] for role in each["roles"]}
        assert len(stac["description"]) > 100


def test_model_output_is_labelled_as_such_and_nothing_else_is(prepared: Prepared) -> None:
    models = {id for id, each in prepared.items() if each.kind == "model output"}
    assert models == {"a1b-north-america"}
    assert prepared["a1b-north-america"].title.startswith("Model output")


def test_sizes_and_checksums_are_those_of_the_files(prepared: Prepared) -> None:
    for collection in prepared.values():
        for owner in (collection, *collection.items):
            for asset in owner.assets:
                described = owner.stac["assets"][asset.key]
                assert asset.path.stat().st_size == asset.size == described["file:size"]
                assert sha256_of(asset.path) == asset.checksum
                assert described["file:checksum"] == "1220" + asset.checksum.removeprefix("sha256:")


def test_what_states_no_date_has_no_item_and_no_time(prepared: Prepared) -> None:
    assert {id for id, each in prepared.items() if not each.items} == UNDATED
    for id in UNDATED:
        stac = prepared[id].stac
        assert stac["extent"]["temporal"]["interval"] == [[None, None]]
        assert "Not stated by the source" in stac["description"]
        assert stac["assets"]["data"]["file:size"] > 0


def test_the_sentinel2_image_has_neither_crs_nor_place(prepared: Prepared) -> None:
    stac = prepared["sentinel2-sample"].stac
    assert not [key for key in stac["assets"]["data"] if key.startswith("proj:")]
    assert "no coordinate reference system and no date" in stac["description"]


def test_the_landsat_item_spans_the_year_that_alone_is_known(prepared: Prepared) -> None:
    (item,) = prepared["landsat7-raleigh"].items
    known = item.stac["properties"]
    assert known["datetime"] is None
    assert (known["start_datetime"], known["end_datetime"]) == ("2000-01-01T00:00:00Z", "2000-12-31T23:59:59Z")
    assert item.stac["assets"]["data"]["proj:code"] == "EPSG:32119"
    west, south, east, north = item.stac["bbox"]
    assert west < -78.64 < east and south < 35.78 < north  # the State Capitol of North Carolina


def test_extents_are_those_of_the_data(prepared: Prepared) -> None:
    def extent(id: str) -> Any:
        return prepared[id].stac["extent"]

    assert extent("ostia-sst-monthly")["temporal"]["interval"] == [["2006-04-01T00:00:00Z", "2010-09-30T23:59:59Z"]]
    assert extent("ostia-sst-monthly")["spatial"]["bbox"] == [[-180.0, -5.2778, 180.0, 4.7222]]
    assert extent("co2-mauna-loa-weekly")["temporal"]["interval"] == [["1958-03-29T00:00:00Z", "2001-12-29T00:00:00Z"]]
    assert extent("soi-darwin-monthly")["temporal"]["interval"][0][1] == "2012-12-31T23:59:59Z"


def test_the_same_packages_give_the_same_bytes(prepared: Prepared, tmp_path: Path) -> None:
    few = ["ostia-sst-monthly", "soi-darwin-monthly", "landsat7-raleigh", "sentinel2-sample", "a1b-north-america"]
    again = prepare(tmp_path, only=few)
    for collection in again:
        first = [sha256_of(path) for path in files(prepared[collection.id])]
        assert [sha256_of(path) for path in files(collection)] == first


def test_a_missing_package_is_a_sentence_and_the_rest_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sources.find_spec
    monkeypatch.setattr(sources, "find_spec", lambda name: None if name == "iris_sample_data" else real(name))
    steps: list[Progress] = []
    found = prepare(tmp_path, steps.append, only=["ostia-sst-monthly", "co2-mauna-loa-weekly"])
    assert [each.id for each in found] == ["co2-mauna-loa-weekly"]
    (problem,) = [step for step in steps if step.problem]
    assert re.search(r"iris-sample-data is not installed.*pip install .repeatpass\[demo\]", problem.message)
