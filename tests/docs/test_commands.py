"""The command line on a real home: what a person types, and what is said."""

import json
from pathlib import Path

import pytest
from tests.houses import PUBLISH, indicator, notebook, working_house
from typer.testing import CliRunner

from repeatpass.cli.main import app
from repeatpass.runs.records import Purpose


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an indicator, one of whose two values is out of range and held."""
    home = tmp_path_factory.mktemp("home")
    rows = '[{"place": "here", "time": "2020-01-01", "value": 3.0}, {"place": "there", "time": "2020-01-01", "value": 99.0}]'
    with working_house(home) as house:
        house.shelf.add(house.owner, "warmth", notebook(PUBLISH.format(rows=rows)))
        house.indicators.apply(house.owner, indicator())
        run = house.submitting.submit(house.owner, "warmth", purpose=Purpose.UPDATE, subject="warmth")
        house.collecting.collect(house.runs.wait(run.id, 60).id)
    return home


def said(home: Path, *words: str, code: int = 0) -> str:
    answer = CliRunner().invoke(app, [*words, "--home", str(home)])
    assert answer.exit_code == code, (answer.output, answer.exception)
    return answer.output


def test_a_held_value_is_listed_with_its_reason_and_released_with_another(home: Path) -> None:
    assert "outside of the plausible range" in " ".join(said(home, "indicators", "held", "warmth").split())
    words = ("indicators", "release", "warmth/there/2020-01-01", "--revision", "1", "--reason", "Checked by hand.")
    assert "is 99.0 now, revision 2" in said(home, *words)
    assert said(home, "indicators", "held", "warmth").strip() == "Nothing is held."
    shown = json.loads(said(home, "passport", "warmth/there/2020-01-01", "--json"))
    assert [each["state"] for each in shown["history"]] == ["held", "released"]
    assert "Checked by hand." in shown["value"]["reason"]


def test_lists_are_tables_for_people_and_json_for_programs(home: Path) -> None:
    for noun in ("notebooks", "indicators", "runs"):
        assert "warmth" in said(home, noun, "list")
        assert json.loads(said(home, noun, "list", "--json"))


def test_an_empty_house_says_how_to_make_the_first_thing(tmp_path: Path) -> None:
    assert "notebooks add FILE" in said(tmp_path, "notebooks", "list")
    assert "indicators apply FILE" in said(tmp_path, "indicators", "list").replace("\n", " ")
