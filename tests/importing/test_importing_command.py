"""The command as it is typed; bad files; a dry run that changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.importing import samples
from tests.served import command, small_home

from repeatpass.importing import Said
from repeatpass.importing.restrictions import alpha3_of
from repeatpass.importing.series import plan_series
from repeatpass.importing.sources import sources_in
from repeatpass.indicators.definition import read_definition
from repeatpass.kit.eodash import read_rows, to_values
from repeatpass.kit.errors import UnreadableData

BAD = {
    "empty.csv": (b"", "The file is empty."),
    "header.csv": (b"AOI,Time\n1,2\n", "line 1: the header lacks Measurement Value; it has AOI, Time."),
    "quotes.csv": (b'Time,Measurement Value\n"2020-01-01"x,1\n', "line 2: this is no CSV"),
    "latin.csv": (
        "Time,Measurement Value,Größe\n".encode("latin-1"),
        "line 1: this is no text in UTF-8: byte 25 cannot be read. Save it as UTF-8.",
    ),
    "BE3-E13c.json": (b'[{"time": "2020-01-01", "measur', "It is no JSON"),
    "BE4-E13c.json": (b"[]", "BE4-E13c.json holds no rows."),
    "BE5-E13c.json": (b'[{"time": "2020-01-01", "measurement_value": "1"}, 7]', "row 2: it must be an object"),
    "BE6-E13c.json": (b'[{"time": "soon", "measurement_value": "1"}]', "None of the 1 rows of E13c has a value."),
    "odd.json": (b'{"a": 1}', "It has none of the fields that are known here (a)"),
    "text.yaml": (b"- just\n- words\n", "It is none of what is known here"),
    "broken.yaml": (b"Name: x\n  Title: y: z\n", "is not YAML in line 2"),
    "entry.yaml": (b"Name: x\nDescription: y\n", "add it with repeatpass collections add."),
    "picture.png": (b"\x89PNG", "Files that end in .png are none of the original's"),
}


@pytest.mark.slow
def test_bad_files_are_named_precisely_and_keep_no_other_from_being_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, (content, _reason) in BAD.items():
        (folder / name).write_bytes(content)
    good = samples.write_csv(folder / "ships.csv", samples.CLEAN)
    files = [str(folder / name) for name in BAD]
    told = command(tmp_path / "home", "import", "eodash", str(good), *files, "--dry-run", "--json")
    assert told.returncode == 1, told.stderr
    report = json.loads(told.stdout)
    refused = {each["file"]: each["reason"] for each in report["refused"]}
    assert {name for name, (_content, reason) in BAD.items() if reason not in refused.get(name, "")} == set(), refused
    assert [(each["id"], each["state"]) for each in report["made"]] == [("e1", "planned")]
    missing = command(tmp_path / "home", "import", "eodash", str(folder / "none.csv"))
    assert (missing.returncode, "There is no file or folder" in missing.stderr) == (2, True)
    wrong = command(tmp_path / "home", "import", "eodash", str(good), "--unit", "E1")
    assert (wrong.returncode, "such as N1=µg/m³" in wrong.stderr) == (2, True)


@pytest.mark.slow
def test_the_command_imports_prints_and_changes_nothing_when_it_only_looks(tmp_path: Path) -> None:
    home = small_home(tmp_path / "home")
    file = samples.write_csv(tmp_path / "ships.csv", [*samples.CLEAN, *samples.DIRTY])
    page = tmp_path / "report.html"
    looked = command(home, "import", "eodash", str(file), "--dry-run", "--report", str(page))
    assert "<p>1 files taken" in page.read_text() and "“1,204” is no number; write 1.204 or 1204." in page.read_text()
    wrong = command(home, "import", "eodash", str(file), "--dry-run", "--report", str(tmp_path / "report.pdf"))
    assert (wrong.returncode, "must be a file that ends in .html" in " ".join(wrong.stderr.split())) == (2, True)
    assert looked.returncode == 0, looked.stderr
    assert "planned" in looked.stdout
    assert "line 7, Measurement Value: “1,204” is no number; write 1.204 or 1204." in looked.stdout
    assert "e1" not in {each["indicator"]["id"] for each in listed(home)}
    made = command(home, "import", "eodash", str(file), "--json", "--license", "CC-BY-4.0")
    assert made.returncode == 0, made.stderr
    report = json.loads(made.stdout)
    assert {each["kind"]: each["state"] for each in report["made"]}["values"] == "new"
    assert any(each["field"] == "Measurement Value" and each["line"] == 7 for each in report["dropped"])
    assert {each["indicator"]["id"]: each["values"] for each in listed(home)}["e1"] == 4
    again = json.loads(command(home, "import", "eodash", str(file), "--json", "--license", "CC-BY-4.0").stdout)
    assert {each["state"] for each in again["made"]} == {"unchanged"}


def listed(home: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(command(home, "indicators", "list", "--json").stdout)
    return found


def test_a_download_of_one_place_and_a_table_of_today_are_read_alike() -> None:
    download = (
        b"time,aoi,measurement,indicatorValue,referenceTime,dataProvider,eoSensor,colorCode,inputData\n"
        b"2020-01-01T00:00:00,51.1;3.7,7,High,,ESA,,RED,\n"
    )
    table = b"aoi,aoi_id,time,measurement_value,color_code,reference_value\n,BE3,2020-01-01,7,RED,\n"
    first = to_values(read_rows(download, "BE3-E1.csv"), "E1").table[0]
    second = to_values(read_rows(table, "BE3-E1.csv"), "E1").table[0]
    assert (first["value"], first["flag"]) == (7, "red: high")
    assert (second["place"], second["time"], second["flag"]) == ("be3", "2020-01-01T00:00:00Z", "red")


@pytest.mark.parametrize(("text", "told"), [
    ("[1,2,3]", "is not [median,std,max,min]"), ("[a,b,c,d]", "“a” is no number"), ("x", "“x” is no number"),
])  # fmt: skip
def test_a_bad_reference_is_named_and_the_value_stays(text: str, told: str) -> None:
    content = json.dumps(samples.air(("2020-01-01", "5", text))).encode()
    found = to_values(read_rows(content, "AT1-N1.json"), "N1")
    assert found.table[0]["value"] == 5
    assert [told in each.reason for each in found.left_out] == [True]


@pytest.mark.parametrize("number", ["inf", "1e999", "[1,2]", "5 km", "1_000"])
def test_what_is_no_finite_number_is_left_out(number: str) -> None:
    found = to_values(read_rows(json.dumps(samples.air(("2020-01-01", number, ""))).encode(), "AT1-N1.json"), "N1")
    assert (found.table, len(found.left_out)) == ([], 1)


def test_numbers_of_json_are_read_like_texts_and_deep_nesting_is_refused() -> None:
    found = to_values(read_rows(json.dumps(samples.air(("2020-01-01", 5.25, 4))).encode(), "AT1-N1.json"), "N1")
    assert (found.table[0]["value"], found.table[0]["reference"]) == (5.25, 4)
    with pytest.raises(UnreadableData, match="is no JSON"):
        read_rows(b"[" * 100_000, "AT1-N1.json")


def test_countries_are_known_by_two_letters_and_three() -> None:
    assert [alpha3_of(each) for each in ("BE", "bel", "CN", "US", "Narnia")] == ["BEL", "BEL", "CHN", "USA", ""]


def test_what_is_planned_can_be_applied_as_a_file(tmp_path: Path) -> None:
    sources, _refused = sources_in([samples.write_csv(tmp_path / "ships.csv", samples.CLEAN)])
    said = Said(contact="team@example.org", licence="CC-BY-4.0")
    plan = plan_series(sources, said, lambda _name: {}, {"E1": ["economy"]}, tmp_path)
    body = read_definition(yaml.safe_dump(dict(plan.series[0].definition)))  # checks it against the schema
    assert (body["themes"], body["range"], body["status"]) == (["economy"], [96.0, 140.0], "closed record")


def test_two_files_of_one_name_are_both_taken(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        samples.write_json(tmp_path / folder / "BE3-E1.json", samples.air(("2020-01-01", folder, "")))
    found, refused = sources_in([tmp_path])
    assert ([each.name for each in found], refused) == (["BE3-E1.json", "b--BE3-E1.json"], [])
