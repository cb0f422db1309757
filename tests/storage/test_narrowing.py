"""Lists of runs narrowed by process and by duration, on both databases."""

from dataclasses import replace
from datetime import timedelta

from tests.storage.rooms import NOTHING, SCIENTIST, Rooms, make_run

from repeatpass.core.times import now
from repeatpass.runs.asked import Asked, keep_asked
from repeatpass.runs.records import State
from repeatpass.runs.room import Wanted


def ids(rooms: Rooms, **wanted: object) -> list[str]:
    """The ids of the runs in such a list, sorted."""
    return sorted(run.id for run in rooms.runs.page(Wanted(**wanted))[0])  # type: ignore[arg-type]


def test_runs_are_found_by_the_process_they_were_asked_for(rooms: Rooms) -> None:
    notebook = rooms.runs.enqueue(SCIENTIST, make_run(id="plain")).legs.notebook
    asked = Asked(run="asked", process="execute-notebook", outputs={"sum": {}})
    rooms.runs.enqueue(SCIENTIST, make_run(id="asked"), lambda connection: keep_asked(connection, asked))
    assert ids(rooms, process=(notebook,)) == ["plain"]
    assert ids(rooms, process=("execute-notebook",)) == ["asked"]
    assert ids(rooms, process=(notebook, "execute-notebook")) == ["asked", "plain"]
    assert ids(rooms, process=("nothing",)) == []
    assert rooms.runs.asked(["plain", "asked", "nothing"]) == {"asked": asked}


def test_runs_are_found_by_how_long_they_took(rooms: Rooms) -> None:
    for number, seconds in enumerate((0.5, 30, 7200)):
        rooms.runs.enqueue(SCIENTIST, make_run(id=f"r{number}", created=now() + timedelta(seconds=number)))
        begun = rooms.runs.claim("w")
        assert begun is not None and begun.started is not None
        ended = begun.to(State.SUCCEEDED, finished=begun.started + timedelta(seconds=seconds), message="Done.")
        rooms.runs.finish(replace(ended), NOTHING)
    rooms.runs.enqueue(SCIENTIST, make_run(id="waits"))
    assert ids(rooms, shortest=0.0) == ["r0", "r1", "r2"]
    assert ids(rooms, shortest=29.9) == ["r1", "r2"]
    assert ids(rooms, longest=0.6) == ["r0"]
    assert ids(rooms, shortest=1.0, longest=7200.5, states=(State.SUCCEEDED,)) == ["r1", "r2"]


def test_a_run_under_way_lasts_until_now(rooms: Rooms) -> None:
    rooms.runs.enqueue(SCIENTIST, make_run(id="running"))
    rooms.runs.claim("w")
    assert ids(rooms, longest=60.0) == ["running"]
    assert ids(rooms, shortest=60.0) == []
