"""A notebook that is withdrawn: no longer offered, while all that stands on it goes on working."""

from pathlib import Path

import pytest
from tests.houses import PUBLISH, indicator, notebook, working_house

from repeatpass.access import Actor, Role
from repeatpass.core.errors import Forbidden, NotFound
from repeatpass.runs.records import Purpose
from repeatpass.verification.comparison.records import Verdict

ROWS = '[{"place": "here", "time": "2020-01-01", "value": 3.0}]'
SAM = Actor(id="sam", name="Sam", role=Role.SCIENTIST)


def test_what_ran_can_be_read_and_repeated_and_adding_it_again_offers_it_again(tmp_path: Path) -> None:
    content = notebook(PUBLISH.format(rows=ROWS))
    with working_house(tmp_path) as house:
        house.shelf.add(house.owner, "warmth", content)
        house.indicators.apply(house.owner, indicator())
        asked = house.submitting.submit(house.owner, "warmth", purpose=Purpose.UPDATE, subject="warmth")
        run = house.runs.wait(asked.id, 60)
        house.events.deliver()
        assert house.shelf.withdraw(house.owner, "warmth").withdrawn is not None
        assert house.shelf.withdraw(house.owner, "warmth").withdrawn == house.shelf.notebook("warmth").withdrawn
        assert house.shelf.notebooks() == []
        for name in ("warmth", f"warmth@{run.legs.revision[:8]}"):
            with pytest.raises(NotFound, match=r"was withdrawn on .* Its runs and their passports stay"):
                house.submitting.submit(house.owner, name)
        assert house.shelf.find(run.name).file == run.legs.source
        repeat = house.repeating.repeat(house.owner, run.id, {})
        while (found := house.repeats.repeat(repeat.id)).verdict is None:
            house.events.wake()
            [house.runs.wait(each, 1) for each in found.runs]
        assert found.verdict is Verdict.IDENTICAL
        house.shelf.add(house.owner, "warmth", content)
        assert [each.id for each in house.shelf.notebooks()] == ["warmth"]
        assert house.runs.wait(house.submitting.submit(house.owner, "warmth").id, 60).state == "succeeded"


def test_only_the_owner_or_an_operator_withdraws(tmp_path: Path) -> None:
    with working_house(tmp_path) as house:
        house.shelf.add(house.owner, "ours", notebook("1"))
        with pytest.raises(Forbidden, match="belongs to owner"):
            house.shelf.withdraw(SAM, "ours")
        with pytest.raises(NotFound, match="no notebook “nothing”"):
            house.shelf.withdraw(house.owner, "nothing")
        assert house.shelf.notebook("ours").withdrawn is None
