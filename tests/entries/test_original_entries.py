"""Entries as the original registry keeps them: what becomes of each field, and what is said of what is wrong."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.entries.validating_stac_documents import validate

from repeatpass.entries import Draft, Level
from repeatpass.entries.original import entry_schema, read_entry
from repeatpass.entries.original.texts import box_of_text, interval_of_text, spdx_of

REGISTRY = Path(__file__).parent / "registry"
ENTRIES = sorted(REGISTRY.glob("*.y*ml"))
BROKEN = {"table-of-places.yaml", "nameless.yaml"}


def read(name: str) -> Draft:
    return read_entry((REGISTRY / name).read_text(), name, REGISTRY)


def said(draft: Draft, level: Level) -> list[str]:
    return [str(each) for each in draft.remarks if each.level is level]


def body(name: str) -> dict[str, Any]:
    found = read(name)
    assert found.body is not None, said(found, Level.ERROR)
    return dict(found.body)


@pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.name)
def test_every_entry_is_taken_or_says_precisely_why_not(path: Path) -> None:
    draft = read(path.name)
    assert draft.ok == (path.name not in BROKEN)
    assert all(each.line > 0 for each in draft.remarks)
    for each in draft.remarks:
        if each.level is Level.ERROR:
            assert each.fix, each


def test_a_whole_entry_becomes_a_stac_collection_and_loses_nothing() -> None:
    made = body("alpine-snow-cover.yaml")
    assert (made["id"], made["title"], made["license"]) == ("alpine-snow-cover", "Alpine Snow Cover", "CC-BY-4.0")
    assert made["keywords"] == ["open data", "sentinel hub", "raster", "systematic", "snow", "derived data"]
    assert made["extent"]["spatial"]["bbox"] == [[4.9, 43.6, 16.6, 48.4]]
    assert made["extent"]["temporal"]["interval"] == [["2016-09-01T00:00:00Z", None]]
    assert made["cube:dimensions"]["t"]["step"] == "P1D"
    assert made["summaries"]["bands"][0] == {
        "name": "FSC", "description": "Fractional snow cover", "eo:center_wavelength": 1.61, "gsd": 20,
        "nodata": 255, "raster:scale": 0.01,
    }  # fmt: skip
    assert made["providers"] == [
        {"name": "Institute of Snow", "url": "https://snow.example.org/", "roles": ["producer"]},
        {"name": "Sentinel Hub", "url": "https://www.sentinel-hub.com/", "roles": ["processor", "host"],
         "description": "The Alps, since 2016"},
    ]  # fmt: skip
    assert (made["created"], made["updated"]) == ("2021-05-18T00:00:00Z", "2022-07-12T00:00:00Z")
    assert made["experimental"] is True
    left = made["repeatpass:entry"]
    assert {"Resolution", "UpdateFrequency", "Contact", "OpenEOPID", "CRS", "BandInformation"} <= set(left)
    assert left["Resources"][1] == {"Group": "xcube Resources", "DatasetName": "alpine-snow"}  # two elements, joined


def test_links_lead_to_documentation_examples_licence_scripts_and_tiles() -> None:
    links = {(each["rel"], each["href"]): each for each in body("alpine-snow-cover.yaml")["links"]}
    assert ("license", "https://creativecommons.org/licenses/by/4.0/") in links
    assert ("about", "https://snow.example.org/algorithm.pdf") in links
    assert links["example", "https://notebooks.example.org/curated/snow.ipynb"]["type"] == "application/x-ipynb+json"
    publication = links["example", "https://doi.org/10.1000/snow"]
    assert (publication["title"], publication["repeatpass:group"]) == ("Thirty winters over the Alps", "Publications")
    assert links["processing-expression", "https://scripts.example.org/snow/fsc.js"]["sentinelhub:layer_name"] == "FSC"
    tiles = links["wmts", "https://services.sentinel-hub.com/ogc/wmts/11111111-2222-3333-4444-555555555555"]
    assert (tiles["wmts:layer"], tiles["wmts:dimensions"]) == (["FSC"], {"warnings": "true"})


def test_files_beside_an_entry_come_with_it_however_their_names_are_written() -> None:
    draft = read("alpine-snow-cover.yaml")
    assert {(each.key, each.path.name) for each in draft.files} == {
        ("thumbnail", "alpine-snow-cover.png"), ("readme", "readme.md"),
    }  # fmt: skip
    assert draft.body is not None
    assert draft.body["assets"]["thumbnail"]["roles"] == ["thumbnail"]


def test_no_file_outside_the_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    text = "Name: a\nDescription: b\nImage: ../secret.png\n"
    assert read_entry(text, "a.yaml", tmp_path / "inside").files == []


def test_a_name_that_no_address_can_hold_is_changed_and_told() -> None:
    draft = read("Field_Parcels+2018.yml")
    assert draft.body is not None
    assert draft.body["id"] == "field_parcels-plus2018"
    assert any("cannot be part of an address" in each for each in said(draft, Level.NOTE))


def test_extents_in_words_are_read_and_told() -> None:
    made = body("Field_Parcels+2018.yml")
    assert made["extent"]["spatial"]["bbox"] == [[2.54, 50.67, 5.92, 51.51]]
    assert made["extent"]["temporal"]["interval"] == [["2018-01-01T00:00:00Z", "2018-12-31T23:59:59Z"]]
    assert [each["name"] for each in made["table:columns"]] == ["crop", "area"]
    assert "Pricing" in made["repeatpass:entry"]


def test_a_lost_minus_sign_is_found_with_its_line() -> None:
    (found,) = [each for each in read("lake-colour.yaml").remarks if "lost minus sign" in each.message]
    lines = (REGISTRY / "lake-colour.yaml").read_text().splitlines()
    assert "96.63, 141.12" in lines[found.line - 1]
    assert body("lake-colour.yaml")["cube:dimensions"]["lon"]["extent"] == [-96.63, 141.12]


def test_a_misspelt_field_is_taken_for_what_it_means() -> None:
    draft = read("lake-colour.yaml")
    assert any("taken as CustomScripts" in each for each in said(draft, Level.WARNING))
    assert any(each["href"] == "https://scripts.example.org/lakes" for each in body("lake-colour.yaml")["links"])
    assert set(body("lake-colour.yaml")["cube:variables"]) == {"forel_ule", "count"}


def test_tabs_are_read_as_space_and_each_is_told() -> None:
    draft = read("harbour-traffic.yaml")
    (found,) = [each for each in draft.remarks if "tab" in each.message]
    assert "\t" in (REGISTRY / "harbour-traffic.yaml").read_text().splitlines()[found.line - 1]
    assert body("harbour-traffic.yaml")["summaries"]["bands"] == [{"name": "VV", "description": "Backscatter in VV"}]


def test_what_is_not_known_is_said_and_not_made_up() -> None:
    draft = read("harbour-traffic.yaml")
    made = body("harbour-traffic.yaml")
    assert made["repeatpass:nowhere"] is True
    assert made["extent"]["temporal"]["interval"] == [[None, None]]
    assert made["license"] == "other"
    warned = "\n".join(said(draft, Level.WARNING))
    assert "“Harbours of the world” is no box" in warned
    assert "“On request” holds no date" in warned
    assert "“2022/12/10” is no day" in warned
    assert "created" not in made


def test_text_without_a_field_is_told_with_its_line_and_what_to_do() -> None:
    (error,) = read("table-of-places.yaml").remarks
    assert (error.line, error.level) == (7, Level.ERROR)
    assert "To access the data" in error.message
    assert "Indent it" in error.fix


def test_missing_and_misformed_fields_are_each_told() -> None:
    remarks = "\n".join(map(str, read("nameless.yaml").remarks))
    assert "“Name” is missing. Add it: Full name of the collection." in remarks
    assert 'Tags: This is text ("open data"); it is left out. Write a list.' in remarks
    assert "Extent.spatial.bbox[0]" in remarks
    assert "nameless.yaml:8" in remarks


def test_what_people_write_otherwise_than_the_rule_is_understood_or_kept_as_it_stands() -> None:
    draft, made = read("crops-of-all.yaml"), body("crops-of-all.yaml")
    assert made["providers"][0] == {
        "name": "Crop Office", "url": "https://crops.example.org/", "roles": ["producer", "host"],
    }  # fmt: skip
    assert any("lacks a bracket" in each for each in said(draft, Level.WARNING))
    assert {
        "rel": "license",
        "href": "https://crops.example.org/licence",
        "type": "text/html",
        "title": "Licence",
    } in made["links"]
    assert made["repeatpass:license_title"] == "Crop licence"
    assert made["cube:dimensions"]["t"]["extent"] == ["2019-01-01T00:00:00Z", "2021-12-31T00:00:00Z"]
    kept = made["repeatpass:entry"]
    assert kept["GeographicalCoverage"] == ["Austria", "Belgium"]
    assert kept["TemporalAvailability"]["Table"]["Rows"][1]["Description"] == 2019
    assert kept["BandInformation"] == ["wrong"]  # of no use, and not lost
    assert "Example" in kept


def test_boxes_and_times_that_cannot_be_are_told_and_left_out() -> None:
    draft = read("upside-down.yaml")
    warned = "\n".join(said(draft, Level.WARNING))
    assert "South (48) lies north of north (46)" in warned
    assert "The longitudes 10 and 197" in warned
    assert "begins (2020-12-31T00:00:00Z) after it ends" in warned
    assert "stands here a second time (first in line 4)" in warned
    assert "“provider” is no role" in warned
    assert "has no protocol" in warned
    assert draft.body is not None
    assert draft.body["extent"]["temporal"]["interval"] == [["2020-01-01T00:00:00Z", "2020-12-31T00:00:00Z"]]


BOMB = "\n".join(["k0: &k0 [1, 1]", *(f"k{n}: &k{n} [*k{n - 1}, *k{n - 1}]" for n in range(1, 40))])
ALL_WRONG = """Name: a
Description: b
Resources: text
Configurations: [1, {href: 3}]
Tags: {a: b}
Summaries: [1]
CubeDimensions: {x: 3, y: {type: spatial}}
DataAtWork: {Tutorials: [{Title: x}]}
WMTS: x
BandInformation: {Table: {Columns: [], Rows: 3}}
Extent: 3
Image: [1]
AdditionalInfoExternal: x
"""
ODD = {
    "nothing": "", "text": "just text", "a list": "- a\n- b", "cut": "Name: [", "itself": "a: &a [*a]", "bomb": BOMB,
    "indents": "Name: x\n  Description: y\n\tTags: z", "colons": "Name: a: b", "huge": "x" * 2_000_000, "nul": "Name: \x00",
    "python": "Name: !!python/object/apply:os.system ['true']\nDescription: x", "kinds": "Name: 5\nDescription: 2020-01-01",
    "all wrong": ALL_WRONG,
}  # fmt: skip


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_nothing_that_is_written_makes_the_reader_stumble(text: str) -> None:
    draft = read_entry(text, "odd.yaml")
    assert draft.ok or any(each.level is Level.ERROR and each.message for each in draft.remarks)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-01-01 - 2020-12-01", ("2019-01-01T00:00:00Z", "2020-12-01T23:59:59Z")),
        ("April 1999 - ongoing", ("1999-04-01T00:00:00Z", None)),
        ("October 2014- ongoing", ("2014-10-01T00:00:00Z", None)),
        ("2000 to present", ("2000-01-01T00:00:00Z", None)),
        ("['1979-01-05', '2018-12-31']", ("1979-01-05T00:00:00Z", "2018-12-31T23:59:59Z")),
        ("12 August 2016 - 20 October 2020", ("2016-08-12T00:00:00Z", "2020-10-20T23:59:59Z")),
        ("June 23, 2015 - ongoing", ("2015-06-23T00:00:00Z", None)),
        ("daily", None),
    ],
)
def test_times_in_words_are_understood(text: str, expected: Any) -> None:
    assert interval_of_text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-180, -90., 180, 90.", (-180, -90, 180, 90)),
        ("(-96.63°, -25.25°, 141.12°, 48.75°)", (-96.63, -25.25, 141.12, 48.75)),
        ("(179.9569°W, -179.95833°E, -89.95761°S, 89.958336°N)", None),
        ("Lower Mekong: [10.4, 104.9 : 8.9, 106.1]", None),
        ("Global", None),
        ("0, 30, 40, 20", None),
    ],
)
def test_boxes_in_words_are_understood_only_where_they_are_certain(text: str, expected: Any) -> None:
    assert box_of_text(text) == expected


def test_licences_are_known_by_their_addresses_and_names() -> None:
    assert spdx_of("released under CC BY-NC 4.0 license, allowing") == "CC-BY-NC-4.0"
    assert spdx_of("https://creativecommons.org/licenses/by-sa/4.0/") == "CC-BY-SA-4.0"
    assert spdx_of("https://creativecommons.org/publicdomain/zero/1.0/") == "CC0-1.0"
    assert spdx_of("free for all") == ""


def test_the_schema_is_one_and_every_field_of_it_says_what_it_is_for() -> None:
    jsonschema.Draft202012Validator.check_schema(entry_schema())
    assert all("description" in each for each in entry_schema()["properties"].values())


@pytest.mark.parametrize("path", [path for path in ENTRIES if path.name not in BROKEN], ids=lambda path: path.name)
def test_what_is_made_is_valid_by_the_schemas_that_stac_and_its_extensions_publish(path: Path) -> None:
    validate(body(path.name))
