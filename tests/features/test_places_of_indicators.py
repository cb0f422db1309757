"""The places of the indicators as features, in a house that works; and that a backup holds features, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from tests.houses import indicator, notebook, working_house
from tests.served import command
from tests.storage.rooms import SCIENTIST

from repeatpass.assembly import House
from repeatpass.assembly.places import COLLECTION
from repeatpass.catalog.search.cql2 import from_text
from repeatpass.core.errors import Forbidden
from repeatpass.features import Wanted
from repeatpass.features.crs import areas_of
from repeatpass.runs.records import Purpose
from repeatpass.upkeep.backup import read_backup, write_backup

PUBLISH = """
import pandas as pd, repeatpass
repeatpass.publish(pd.DataFrame({"place": ["here"], "time": ["2020-05-01"], "value": [4.5]}), "values", unit="K")
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with working_house(tmp_path_factory.mktemp("house") / "home") as opened:
        opened.shelf.add(opened.owner, "warmth", notebook(PUBLISH))
        opened.indicators.apply(opened.owner, indicator())
        yield opened


def test_places_are_offered_with_their_newest_values(house: House) -> None:
    with pytest.raises(Forbidden):
        house.places.offer(SCIENTIST)
    known = house.places.offer(house.owner)
    assert (known.number, known.extent) == (2, (0.0, 0.0, 10.0, 0.0))
    assert house.catalog.collection(COLLECTION).title == "Places of the indicators"
    asked = house.submitting.submit(house.owner, "warmth", {}, purpose=Purpose.UPDATE, subject="warmth")
    assert house.runs.wait(asked.id, 60).state == "succeeded"
    house.collecting.collect(asked.id)
    house.events.wake()
    for _ in range(2):  # as a listener is told, once or twice
        house.places.changed()
    known = house.features.known(COLLECTION)
    [here] = house.features.search(known, Wanted(area=areas_of((-1, -1, 1, 1)))).features
    assert (here.id, here.properties["value"], here.properties["unit"]) == ("warmth.here", 4.5, "K")
    assert here.properties["time"] == "2020-05-01T00:00:00Z"
    assert house.features.search(known, Wanted(filter=from_text("value IS NULL"))).matched == 1


def test_nothing_is_made_where_nobody_asked(tmp_path: Path) -> None:
    with working_house(tmp_path / "home") as other:
        other.indicators.apply(other.owner, indicator())
        other.places.changed()
        assert other.features.sets() == {}


def test_a_restored_house_has_the_features_and_finds_them(house: House, tmp_path: Path) -> None:
    house.places.offer(house.owner)
    file = tmp_path / "house.backup"
    write_backup(house, file, Console(quiet=True))
    read_backup(file, tmp_path / "restored", Console(quiet=True))
    with working_house(tmp_path / "restored") as restored:
        known = restored.features.known(COLLECTION)
        found = restored.features.search(known, Wanted(area=areas_of((-1, -1, 11, 1)))).features
        assert [each.id for each in found] == ["warmth.here", "warmth.there"]


def test_the_command_line_adds_and_lists(tmp_path: Path) -> None:
    (tmp_path / "huts.csv").write_text("name,lon,lat\nEagle,11.5,47.25\nFalcon,11.6,47.3\n")
    home = tmp_path / "home"
    added = command(home, "features", "add", "huts", str(tmp_path / "huts.csv"))
    assert "2 features were added to huts." in added.stdout, added.stderr
    assert "huts  2 features  Point  OGC:CRS84" in command(home, "features", "list").stdout
    wrong = command(home, "features", "add", "huts", str(tmp_path / "huts.txt"))
    assert (wrong.returncode, "There is no file" in wrong.stderr) == (2, True)
    assert (
        "huts offers 2 features." in command(home, "features", "offer", "huts").stdout
    )  # entered, and left as they are
    assert "offers 0 places" in command(home, "features", "places").stdout
