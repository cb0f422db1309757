"""Which run is taken next: by priority, then age, within the memory of the machine."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.storage.rooms import NOTHING, SCIENTIST, Rooms, make_run

from repeatpass.core.times import now
from repeatpass.runs.claiming import Capacity, claim_statement
from repeatpass.runs.records import State

GIB = 1024**3
HERE = "machine-1m81gpr94ffmm1p1ym33"
BESIDE = "machine-1m81h0000000000000zz"
ELSEWHERE = "other-1m81h0000000000000yy"


def queue(rooms: Rooms, id: str, memory: int = 0, priority: int = 0, age: float = 0.0) -> None:
    limits = {"memory_bytes": memory * GIB}
    created = now() - timedelta(seconds=age)
    rooms.runs.enqueue(SCIENTIST, make_run(id=id, limits=limits, priority=priority, created=created))


def take(rooms: Rooms, worker: str = HERE, memory: int = 8) -> str:
    run = rooms.runs.claim(worker, Capacity(memory_bytes=memory * GIB))
    return run.id if run else ""


def end(rooms: Rooms, id: str) -> None:
    rooms.runs.finish(rooms.runs.run(id).to(State.CANCELLED, finished=now()), NOTHING)


def test_a_higher_priority_goes_first_and_within_one_the_older(rooms: Rooms) -> None:
    queue(rooms, "part1", priority=-1, age=30)
    queue(rooms, "single2", age=10)
    queue(rooms, "single1", age=20)
    queue(rooms, "urgent", priority=5)
    assert [take(rooms) for _ in range(5)] == ["urgent", "single1", "single2", "part1", ""]


def test_runs_whose_memory_together_is_more_than_the_machine_has_wait(rooms: Rooms) -> None:
    for number in range(3):
        queue(rooms, f"r{number}", memory=4, age=10 - number)
    assert [take(rooms), take(rooms, BESIDE), take(rooms)] == ["r0", "r1", ""]
    assert take(rooms, ELSEWHERE) == "r2"  # another machine has memory of its own
    end(rooms, "r0")
    queue(rooms, "r3", memory=4)
    assert take(rooms) == "r3"


def test_a_large_run_is_not_overtaken_by_small_ones_for_ever(rooms: Rooms) -> None:
    queue(rooms, "under way", memory=4, age=30)
    queue(rooms, "large", memory=8, age=20)
    queue(rooms, "small", memory=1, age=10)
    assert [take(rooms), take(rooms)] == ["under way", ""]
    end(rooms, "under way")
    assert [take(rooms), take(rooms)] == ["large", ""]
    end(rooms, "large")
    assert take(rooms) == "small"


def test_a_run_that_never_fits_here_is_left_to_a_larger_machine(rooms: Rooms) -> None:
    queue(rooms, "huge", memory=64, age=10)
    queue(rooms, "small", memory=1)
    assert [take(rooms), take(rooms)] == ["small", ""]
    assert take(rooms, ELSEWHERE, memory=128) == "huge"


def test_taking_the_next_run_looks_it_up_in_the_index(rooms: Rooms) -> None:
    if not rooms.database.is_sqlite:
        pytest.skip("SQLite says how it looks a row up in words that can be compared")
    with rooms.database.write() as connection:
        statement = claim_statement(rooms.database, connection, HERE, Capacity(memory_bytes=8 * GIB))
        bound = statement.compile(connection, compile_kwargs={"literal_binds": True})
        plan = "; ".join(row[3] for row in connection.execute(sa.text(f"explain query plan {bound}")))
    assert plan.count("ix_runs_state_priority_created") >= 2
    assert "SCAN runs" not in plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan
