"""A run is carried out even if the worker never heard that it had taken it."""

import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.houses import notebook, working_house

from repeatpass.runs import worker
from repeatpass.runs.claiming import claim_statement
from repeatpass.runs.records import State

pytestmark = pytest.mark.slow


def test_a_claim_whose_answer_was_lost_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ADOPT_S", 0.5)
    with working_house(tmp_path / "home", slots=1) as house:
        house.shelf.add(house.owner, "sum", notebook("1 + 1"))
        house.shelf.add(house.owner, "wait", notebook("import time; time.sleep(2)"))
        first = house.submitting.submit(house.owner, "wait", {}).id
        while house.runs.run(first).state is State.QUEUED:
            time.sleep(0.02)  # then the only place is taken, so that nobody else claims
        id = house.submitting.submit(house.owner, "sum", {}).id
        with house.database.write() as connection:  # what the database did, and nobody was told of
            taken = claim_statement(house.database, connection, house.worker.name, house.worker.desk.capacity)
            claimed = connection.execute(taken).mappings().all()
        assert claimed, "Somebody else was faster; the test shows nothing."
        assert house.runs.wait(id, 60).state is State.SUCCEEDED


def test_runs_that_are_looked_after_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ADOPT_S", 0.2)
    with working_house(tmp_path / "home") as house:
        house.shelf.add(house.owner, "nap", notebook("import time; time.sleep(1.5)"))
        run = house.submitting.submit(house.owner, "nap", {})
        assert house.runs.wait(run.id, 60).state is State.SUCCEEDED
        with house.database.read() as connection:
            ended = connection.execute(sa.text("select count(*) from events where name = 'run.succeeded'")).scalar_one()
        assert ended == 1
