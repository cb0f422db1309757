"""What a part of the house failed on is shown, and told again once the cause is mended."""

import json
import sys
from pathlib import Path

import pytest
from tests.served import command, small_home

from repeatpass.assembly import open_house
from repeatpass.runs.records import Purpose, State
from repeatpass.settings import Settings
from repeatpass.upkeep.doctor import examine

pytestmark = pytest.mark.slow


def test_values_that_could_not_be_collected_come_when_the_event_is_retried(tmp_path: Path) -> None:
    settings = Settings(home=small_home(tmp_path / "home"), environment=sys.prefix, demo=False)
    house = open_house(settings)
    house.worker.start()  # it carries out runs; nobody delivers events yet
    asked = house.submitting.submit(house.owner, "warmth", {"number": 1}, purpose=Purpose.UPDATE, subject="warmth")
    assert house.runs.wait(asked.id, 90).state is State.SUCCEEDED
    (output,) = house.runs.provenance(asked.id).outputs
    content = house.files.read(output.checksum)
    house.files.remove(output.checksum)
    while not house.events.set_aside():
        house.events.deliver()
    (said,) = (finding.words for finding in examine(house) if finding.what == "events")
    assert said.endswith("repeatpass events retry tells them again.")
    house.runner.shutdown()
    house.close()

    listed = json.loads(command(settings.home, "events", "list", "--json").stdout)
    (aside,) = (each for each in listed if each["listener"] == "indicators.collect")
    assert aside["event"]["subject"] == asked.id
    again = command(settings.home, "events", "retry")
    assert again.returncode == 1
    assert f"indicators.collect failed again on event {aside['event']['id']}" in " ".join(again.stdout.split())

    house = open_house(settings)
    house.files.put_bytes(content)
    house.close()
    number = str(aside["event"]["id"])
    assert "indicators.collect has taken event" in command(settings.home, "events", "retry", number).stdout
    house = open_house(settings)
    assert house.events.set_aside() == []
    assert [value.run for value in house.indicators.current("warmth")] == [asked.id]
    house.close()
    unknown = command(settings.home, "events", "retry", "99999")
    assert (unknown.returncode, "events list names those that are" in " ".join(unknown.stderr.split())) == (2, True)
