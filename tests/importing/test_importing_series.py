"""Series of the slide era: a real house, real runs, every value with its passport to the file that it came from."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.houses import indicator, notebook, working_house
from tests.importing import samples

from repeatpass.assembly import House
from repeatpass.core.times import parse_time
from repeatpass.demo.filling import Filling
from repeatpass.importing import Fate, Report, Said
from repeatpass.importing.room import Importing
from repeatpass.indicators.records import Value
from repeatpass.runs.records import Run
from repeatpass.server import make_app
from repeatpass.verification.passport import passport_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with working_house(tmp_path_factory.mktemp("importing") / "home") as opened:
        yield opened


def brought(house: House, *places: Path, said: Said | None = None) -> Report:
    """Import, and wait for the runs."""
    importing = Importing(house.adding, house.shelf, house.indicators, house.submitting, house.collecting)
    return importing.carry_out(house.owner, list(places), said, lambda run: ended(house, run))


def ended(house: House, run: Run) -> Run:
    return house.runs.wait(run.id, 120)


def states(report: Report) -> dict[str, str]:
    return {each.kind: each.state for each in report.made}


@pytest.fixture(scope="module")
def ships(house: House, tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Path]:
    """Dirty rows of one harbour, with the restrictions beside them."""
    folder = tmp_path_factory.mktemp("ships")
    samples.write_csv(folder / "ships.csv", [*samples.CLEAN, *samples.DIRTY])
    samples.write_json(folder / "lockdown_data.json", samples.LOCKDOWN)
    said = Said(licence="CC-BY-4.0", units={"E1": "1"}, contact="team@example.org")
    return brought(house, folder, said=said), folder


def test_every_row_of_a_csv_becomes_a_value_or_is_named_with_its_line(house: House, ships: tuple[Report, Path]) -> None:
    report, _folder = ships
    assert states(report) == {"collection": "new", "notebook": "new", "indicator": "new", "values": "new"}
    values = {each.time.date().isoformat(): each for each in house.indicators.current("e1")}
    assert {day: each.value for day, each in values.items()} == {
        "2020-03-01": 96, "2020-03-08": 101.5, "2020-03-15": 140, "2020-03-22": None,
    }  # fmt: skip
    assert [values[day].flag for day in sorted(values)] == ["red: low", "blue: normal", "green: high", "black"]
    assert {each.reference for each in values.values()} == {120}
    assert sorted(each.value or 0 for each in house.indicators.held("e1")) == [110, 130]  # a person chooses
    told = [each for each in report.dropped if each.line > 1 and each.file == "ships.csv"]
    unreadable = [each for each in told if each.fate is Fate.DROPPED]
    assert [(each.line, each.fate) for each in told if each not in unreadable] == [
        (5, Fate.CHANGED), (9, Fate.CHANGED), (10, Fate.CHANGED),
    ]  # fmt: skip
    assert [(each.line, each.field) for each in unreadable] == [(7, "Measurement Value"), (8, "Time")]
    assert "“1,204” is no number" in unreadable[0].reason
    says = next(each.says for each in report.made if each.kind == "indicator")
    assert says == (
        "rows: 9, values: 6, places: 1, periods: 2, repeated rows: 1, rows that disagree: 2, gaps: 1, unreadable: 2; "
        "flags: 1 × black, 2 × blue: normal, 2 × green: high, 1 × red: low"
    )


def test_what_cannot_be_held_is_named_by_file_and_field(ships: tuple[Report, Path]) -> None:
    report, _folder = ships
    fields = {(each.file, each.field) for each in report.dropped}
    named = ("Input Data", "Reference time", "Update Frequency", "Colour of the sky")
    assert {("ships.csv", name) for name in named} <= fields
    assert "licence" not in {field for _file, field in fields}  # a person said it


def test_the_periods_are_those_of_the_country_and_the_others_are_named(
    house: House, ships: tuple[Report, Path]
) -> None:
    periods = house.indicators.indicator("e1").periods
    assert [(each.kind, f"{each.start:%m-%d}", f"{each.end:%m-%d}") for each in periods] == [
        ("restriction-high", "03-18", "05-04"), ("restriction-low", "05-04", "06-08"),
    ]  # fmt: skip
    reasons = [each.reason for each in ships[0].dropped if each.file == "lockdown_data.json"]
    assert any("this has “2020-11-02” and “none”" in each for each in reasons)
    assert any("known are 1 (low) and 2 (high)" in each for each in reasons)


def test_every_value_has_a_passport_to_the_file(house: House, ships: tuple[Report, Path]) -> None:
    time = parse_time("2020-03-08")
    passport = passport_of(house.indicators, house.runs, house.repeats, "e1", "be3", time)
    told = json.dumps(passport.to_json(), default=str)
    asset = next(each for each in house.catalog.assets("eodash-e1") if each.key == "ships.csv")
    assert house.files.read(asset.checksum) == (ships[1] / "ships.csv").read_bytes()
    assert asset.checksum in told
    collection = house.catalog.collection("eodash-e1").body
    assert (collection["license"], collection["providers"][0]["name"]) == ("CC-BY-4.0", "ESA / Example team")
    found = house.indicators.indicator("e1")
    assert found.finding == "Ships, North Sea Port, Ghent, BE: 96 to 140, 1 March 2020 to 15 March 2020."
    assert (found.agencies, found.sensors, found.contact) == (["ESA"], ["Sentinel-1"], "team@example.org")
    assert found.places[0].geometry == {"type": "Point", "coordinates": [3.74, 51.09]}


def test_the_same_again_changes_nothing(house: House, ships: tuple[Report, Path]) -> None:
    said = Said(licence="CC-BY-4.0", units={"E1": "1"}, contact="team@example.org")
    before = house.indicators.stamp("e1"), house.catalog.stamp(), len(house.indicators.deliveries("e1"))
    report = brought(house, ships[1], said=said)
    assert set(states(report).values()) == {"unchanged"}
    assert before == (house.indicators.stamp("e1"), house.catalog.stamp(), len(house.indicators.deliveries("e1")))


def test_a_corrected_file_makes_new_revisions_whose_reason_says_so(house: House, tmp_path: Path) -> None:
    for number in ("12", "13"):
        brought(house, samples.write_json(tmp_path / "AT1-N7.json", samples.air(("2020-01-01", number, ""))))
    [value] = house.indicators.current("n7")
    assert (value.value, value.revision) == (13, 2)
    assert "the data" in value.reason
    assert house.catalog.collection("eodash-n7").version == "2"


@dataclass(frozen=True, kw_only=True)
class Air:
    """Series of one place that were imported, the values then, and those of another place that came later."""

    first: Report
    values: list[Value]
    later: Report


@pytest.fixture(scope="module")
def air(house: House, tmp_path_factory: pytest.TempPathFactory) -> Air:
    folder = tmp_path_factory.mktemp("air")
    first = brought(house, samples.write_air(folder / "first"))
    values = house.indicators.current("n1")
    more = samples.write_json(folder / "later" / "IT2-N1.json", samples.air(("2020-01-01", "12", "")))
    return Air(first=first, values=values, later=brought(house, more))


def test_json_series_take_their_places_from_the_overview_and_later_files_add_to_them(house: House, air: Air) -> None:
    assert states(air.first)["values"] == "new", air.first
    assert [(each.value, each.reference, each.lower, each.upper) for each in air.values] == [
        (50.5, 51, 40.25, 60.5), (47, 51, 40.25, 60.5),
    ]  # fmt: skip
    known = house.indicators.indicator("n1")
    assert (known.unit, known.title, known.places[0].name) == ("µmol/m²", "Nitrogen dioxide", "Vienna, AT")
    assert (known.places[0].geometry or {})["type"] == "Polygon"
    assert house.catalog.collection("eodash-n1").body["license"] == "other"
    said = {(each.field, each.reason.split(";")[0]) for each in air.first.dropped}
    assert ("licence", "No licence is stated.") in said
    assert ("", "1 rows tell of indicators without a series.") in said
    assert {each.place for each in house.indicators.current("n1")} == {"at1", "it2"}
    assert house.catalog.collection("eodash-n1").version == "2"
    assert any("No coordinates are given for IT2" in each.reason for each in air.later.dropped)


def test_the_pages_and_the_exported_catalogue_show_what_was_imported(
    house: House, ships: tuple[Report, Path], air: Air
) -> None:
    client = TestClient(make_app(house, Filling(done=True)), base_url="http://127.0.0.1:8765")
    html = {"accept": "text/html"}
    for path in (
        "/indicators/e1",
        "/indicators/n1",
        "/indicators/n1?place=it2",
        "/collections/eodash-e1",
        "/notebooks/eodash-e1",
    ):
        assert client.get(path, headers=html).status_code == 200, path
    assert "High restrictions (BEL)" in client.get("/indicators/e1", headers=html).text
    assert "notebooks/eodash-e1" in client.get("/collections/eodash-e1", headers=html).text  # it opens the files
    for path in ("/eodash/catalog.json", "/stac/collections/eodash-e1", "/indicators/n1.json", "/indicators"):
        assert client.get(path).status_code == 200, path
    listed = {each["id"] for each in client.get("/eodash/catalog.json").json()["links"] if each["rel"] == "child"}
    assert {"e1", "n1"} <= listed  # both ways


def test_nothing_of_somebody_else_is_overwritten(house: House, tmp_path: Path) -> None:
    house.shelf.add(house.owner, "warmth", notebook("1"))
    house.indicators.apply(house.owner, indicator("e7"))
    report = brought(house, samples.write_json(tmp_path / "AT1-E7.json", samples.air(("2020-01-01", "12", ""))))
    assert [each.reason for each in report.refused] == [
        "There is an indicator “e7” already, which the notebook “warmth” makes."
    ]
    assert not house.catalog.known(["eodash-e7"])
