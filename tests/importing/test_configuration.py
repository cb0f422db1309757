"""A v5 catalogue's configuration: what becomes an entry, and what is dropped, with file, field and reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.houses import working_house
from tests.importing.samples import write_json

from repeatpass.assembly import House
from repeatpass.demo.filling import Filling
from repeatpass.importing import Dropped, Fate, Report
from repeatpass.importing.configuration import plan_configuration
from repeatpass.importing.room import Importing
from repeatpass.importing.sources import sources_in
from repeatpass.server import make_app

COLLECTION = """\
Name: river_discharge
Title: River discharge
EodashIdentifier: RD1
Subtitle: Every day
ShortDescription: Discharge of large rivers.
Description: rivers/discharge.md
Themes: [water]
Tags: [Rivers, Model]
DataSource:
  Spaceborne:
    Satellite: [Sentinel-3]
    Sensor: [SRAL]
  InSitu: [Gauges]
Agency: [ESA]
License: CC-BY-4.0
Provider:
  - Name: Example hydrology
    Url: https://hydrology.example.org
    Roles: [producer, steward]
Citation:
  DOI: https://doi.org/10.1234/abcd
  Citation: Example et al. (2021)
References:
  - Name: About the model
    Url: https://hydrology.example.org/model
Services:
  - Name: EOxHub Notebook
    Title: Discharge in a notebook
    Url: https://notebooks.example.org/discharge.ipynb
Stories:
  - Name: Floods
    Id: floods
Process:
  Name: Discharge of a river
  JsonForm: https://example.org/form.json
Image: rivers/discharge.png
Colorlegend: {title: Discharge, domain: [0, 100], range: [white, blue]}
Resources:
  - Name: WMS
    EndPoint: https://maps.example.org/wms
    LayerId: discharge
    Styles: blues
    Dimensions: {ELEVATION: 0}
    OverwriteBBox: [5, 45, 15, 55]
    Times: ["2021-03-01", "2021-01-01", "2021-02-01"]
    WMSIntervalsBetweenDates: true
  - Name: marinedatastore
    EndPoint: https://wmts.example.org/ocean
    LayerId: level
  - Name: GeoDB
    EndPoint: https://geodb.example.org
    Database: eodash
    CollectionId: discharge
  - Name: Custom-Endpoint
  - Name: WMS
    EndPoint: maps/relative
Flavour: strange
"""
SCENES = """\
Name: flood_maps
Title: Flood maps
Description: Water of a flood.
Resources:
  - Name: COG source
    EndPoint: https://data.example.org/floods
    Bbox: [10, 40, 12, 42]
    Style: styles/water.json
    TimeEntries:
      - Time: "2021-07-15"
        Assets: [{Identifier: water, File: 20210715.tif}]
      - Time: "2021-07-16"
        Assets: [{Identifier: water, File: 20210716.tif}]
      - Time: someday
        Assets: [{Identifier: water, File: none.tif}]
"""
INDICATOR = """\
Name: rivers
Title: Rivers
Description: Rivers and floods.
License:
  - Title: Terms of use
    Url: https://example.org/terms
Collections: [river_discharge, flood_maps, glaciers]
Hidden: [flood_maps]
"""
LAYER = {"id": "Relief", "name": "Shaded relief", "url": "https://tiles.example.org/{z}/{x}/{y}.png",
         "protocol": "xyz", "attribution": "Example survey", "visible": True}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with working_house(tmp_path_factory.mktemp("configuration") / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue as its repository lays it out."""
    root = tmp_path_factory.mktemp("catalogue")
    for name, text in {
        "collections/river_discharge.yaml": COLLECTION, "collections/flood_maps.yaml": SCENES,
        "indicators/rivers.yaml": INDICATOR, "stories/floods.md": "# Floods\n",
        "catalogs/example.yaml": "id: example\ntitle: Example\ncollections: [rivers, snow]\nstories_endpoint: {raw_url: x}\n",
    }.items():  # fmt: skip
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    write_json(root / "layers" / "baselayers" / "relief.json", [LAYER])
    return root


@pytest.fixture(scope="module")
def report(house: House, folder: Path) -> Report:
    return brought(house, folder)


def brought(house: House, *places: Path) -> Report:
    importing = Importing(house.adding, house.shelf, house.indicators, house.submitting, house.collecting)
    return importing.carry_out(house.owner, list(places), None, lambda run: run)


def kept(folder: Path) -> Path:
    """A folder for the stories, hidden from the import itself."""
    made = folder / ".kept"
    made.mkdir(exist_ok=True)
    return made


def reasons(report: Report, file: str) -> dict[str, Dropped]:
    return {each.field: each for each in report.dropped if each.file == file}


def test_collections_become_entries_with_their_services_as_links(house: House, report: Report) -> None:
    assert not report.refused
    body = house.catalog.collection("river_discharge").body
    links = {link["rel"]: link for link in body["links"] if link["rel"] != "service" and "eodash:story" not in link}
    assert links["wms"] == {
        "rel": "wms", "href": "https://maps.example.org/wms", "title": "River discharge (WMS)", "type": "image/png",
        "wms:layers": ["discharge"], "wms:styles": ["blues"], "wms:dimensions": {"ELEVATION": "0"},
        "eodash:times": ["2021-01-01T00:00:00Z", "2021-02-01T00:00:00Z", "2021-03-01T00:00:00Z"],
    }  # fmt: skip
    assert links["wmts"]["wmts:layer"] == "level"
    assert links["example"]["href"] == "https://notebooks.example.org/discharge.ipynb"
    assert links["about"]["title"] == "About the model"
    service = next(link for link in body["links"] if link["rel"] == "service")
    assert (service["eodash:resource"], service["eodash:CollectionId"]) == ("GeoDB", "discharge")
    assert body["extent"] == {
        "spatial": {"bbox": [[5, 45, 15, 55]]},
        "temporal": {"interval": [["2021-01-01T00:00:00Z", "2021-03-01T00:00:00Z"]]},
    }
    assert (body["license"], body["sci:doi"], body["description"]) == (
        "CC-BY-4.0", "10.1234/abcd", "Discharge of large rivers.",
    )  # fmt: skip
    assert body["summaries"] == {"platform": ["Sentinel-3"], "instruments": ["SRAL"]}
    assert body["keywords"] == ["water", "Rivers", "Model", "ESA", "Gauges"]
    assert body["providers"][0]["roles"] == ["producer"]
    assert body["eox:colorlegend"]["title"] == "Discharge"


def test_files_by_time_become_items(house: House, report: Report) -> None:
    items = house.catalog.items("flood_maps")
    assert [each.id for each in items] == ["20210715T000000Z", "20210716T000000Z"]
    assert items[0].body["assets"]["water"]["href"] == "https://data.example.org/floods/20210715.tif"
    assert items[0].body["bbox"] == [10, 40, 12, 42]


def test_an_indicator_leads_to_its_collections_and_a_layer_to_its_tiles(house: House, report: Report) -> None:
    links = house.catalog.collection("rivers").body["links"]
    assert [link["href"] for link in links if link["rel"] == "related"] == [
        "/collections/river_discharge", "/collections/flood_maps",
    ]  # fmt: skip
    assert links[0] | {"rel": "license"} == links[0]
    layer = house.catalog.collection("relief").body["links"][0]
    assert (layer["rel"], layer["href"], layer["attribution"]) == ("xyz", LAYER["url"], "Example survey")


def test_every_field_that_is_dropped_is_named_with_line_and_reason(report: Report) -> None:
    found = reasons(report, "river_discharge.yaml")
    assert set(found) == {
        "Description", "Process", "Image", "Resources[0].WMSIntervalsBetweenDates", "Provider[0].Roles[1]",
        "Resources[3]", "Resources[4]", "Flavour",
    }  # fmt: skip
    lines = COLLECTION.splitlines()
    assert all(each.line for each in found.values())
    assert lines[found["Process"].line - 1] == "Process:"
    assert "“steward”: STAC knows producer" in found["Provider[0].Roles[1]"].reason
    assert lines[found["Resources[0].WMSIntervalsBetweenDates"].line - 1].strip() == "WMSIntervalsBetweenDates: true"
    assert "names no endpoint" in found["Process"].reason
    assert found["Process"].todo.startswith("Write a notebook")
    assert "maps/relative" in found["Resources[4]"].reason
    assert set(reasons(report, "flood_maps.yaml")) == {
        "Resources[0].TimeEntries[2]", "Resources[0].Style", "License",
    }  # fmt: skip
    assert set(reasons(report, "rivers.yaml")) == {"Collections[2]", "Hidden"}
    assert set(reasons(report, "example.yaml")) == {"collections[1]", "stories_endpoint"}
    story = reasons(report, "floods.md")[""]
    assert (story.fate, story.todo.startswith("Read it at /collections/eodash-stories")) == (Fate.CHANGED, True)


def test_stories_are_kept_as_they_are_and_entries_link_to_them(house: House, report: Report) -> None:
    [asset] = house.catalog.assets("eodash-stories")
    assert (asset.key, house.files.path(asset.checksum).read_text()) == ("floods.md", "# Floods\n")
    links = house.catalog.collection("river_discharge").body["links"]
    [story] = [link for link in links if "eodash:story" in link]
    assert (story["href"], story["title"]) == (f"/files/{asset.checksum}", "Story: Floods")


def test_what_was_made_is_valid_stac(house: House, report: Report) -> None:
    from repeatpass.entries.documents import checked

    for id in ("river_discharge", "flood_maps", "rivers", "relief"):
        body = dict(house.catalog.collection(id).body)
        problems: list[object] = []
        assert checked(body | {"version": "1"}, "collection", id, problems) is not None, problems  # type: ignore[arg-type]
    for item in house.catalog.items("flood_maps"):
        alone = {
            name: value for name, value in item.body.items() if name != "collection"
        }  # its link is made when shown
        assert checked(alone, "item", item.id, []) is not None


@pytest.mark.parametrize(("fields", "field", "reason"), [
    ("License: see the web page", "License", "no SPDX identifier"),
    ("Resources: [{Name: WMS, EndPoint: 'https://a.example', OverwriteBBox: [0, 0, 999, 9]}]",
     "Resources[0].OverwriteBBox", "[0, 0, 999, 9] is no west, south, east, north"),
    ("Collections: rivers", "Collections", "Nothing here reads"),
    ("Provider: [{Url: 'https://a.example'}]", "Provider[0]", "It has no Name"),
])  # fmt: skip
def test_what_is_said_wrongly_is_dropped_with_its_reason(tmp_path: Path, fields: str, field: str, reason: str) -> None:
    (tmp_path / "odd.yaml").write_text(f"Name: odd\nTitle: Odd\n{fields}\n")
    plan, _themes = plan_configuration(sources_in([tmp_path])[0], kept(tmp_path))
    assert [each.name for each in plan.entries] == ["odd.yaml"]
    assert any(each.field == field and each.line == 3 and reason in each.reason for each in plan.dropped), plan.dropped


@pytest.mark.parametrize(("name", "text", "reason"), [
    ("a.yaml", "Name: '---'\nTitle: T\n", "It needs Name and Title."),
    ("layers/b.yaml", "id: b\nurl: ftp://x\nprotocol: xyz\n", "It needs id, url and a protocol"),
    ("layers/c.yaml", "id: c\nurl: https://x.example\nprotocol: magic\n", "It needs id, url and a protocol"),
    ("d.yaml", "Name: d\nTitle: T\nCitation: {DOI: nonsense}\n", ""),
])  # fmt: skip
def test_an_entry_that_cannot_be_made_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / "layers").mkdir()
    (tmp_path / name).write_text(text)
    plan, _themes = plan_configuration(sources_in([tmp_path])[0], kept(tmp_path))
    assert [reason in each.reason for each in plan.refused] == ([True] if reason else [])


def test_a_description_in_a_file_beside_is_taken(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "discharge.md").write_text("Water that *flows*.")
    (tmp_path / "river.yaml").write_text(COLLECTION)
    plan, themes = plan_configuration(sources_in([tmp_path])[0], kept(tmp_path))
    assert (plan.entries[0].body or {})["description"] == "Water that *flows*."
    assert {each.field: each.fate for each in plan.dropped}["Description"] is Fate.CHANGED
    assert "" not in {each.field for each in plan.dropped}
    assert themes == {"RD1": ["water"]}


def test_the_pages_show_services_and_members(house: House, report: Report) -> None:
    client = TestClient(make_app(house, Filling(done=True)), base_url="http://127.0.0.1:8765")
    html = {"accept": "text/html"}
    assert "https://maps.example.org/wms" in client.get("/collections/river_discharge", headers=html).text
    page = client.get("/collections/rivers", headers=html).text
    assert "Brings together" in page
    assert "/collections/flood_maps" in page
    for id in ("flood_maps", "relief"):
        assert client.get(f"/collections/{id}", headers=html).status_code == 200
        assert client.get(f"/stac/collections/{id}/items").status_code == 200


def test_the_same_configuration_again_changes_nothing(house: House, folder: Path, report: Report) -> None:
    before = house.catalog.stamp()
    again = brought(house, folder)
    assert {each.state for each in again.made} == {"unchanged"}
    assert house.catalog.stamp() == before
    assert list(again.dropped) == list(report.dropped)
