"""Quotas hold at their edge, for two at once, on both databases."""

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa
from tests.storage.rooms import EDITOR, NOTHING, SCIENTIST, Rooms, make_run

from repeatpass.access import SYSTEM
from repeatpass.core.errors import Exhausted, Forbidden, Invalid
from repeatpass.core.times import now
from repeatpass.runs.claiming import Capacity
from repeatpass.runs.execution import Usage
from repeatpass.runs.owning import Owning
from repeatpass.runs.records import Run, State
from repeatpass.runs.room import Wanted
from repeatpass.workspaces import ledger
from repeatpass.workspaces.records import Quota
from repeatpass.workspaces.store import kept_files

GB = 10**9


def queued(rooms: Rooms, **known: object) -> Run:
    return rooms.runs.enqueue(SCIENTIST, make_run(**known))


def finished(rooms: Rooms, own: Owning, files: dict[str, int], cpu_s: float = 0.0, **known: object) -> Run:
    """Return a run that left *files*, checksum to bytes."""
    queued(rooms, **known)
    run = rooms.runs.claim("w")
    assert run is not None
    ended = run.to(State.SUCCEEDED, finished=now(), usage=Usage(cpu_s=cpu_s))
    return rooms.runs.finish(ended, NOTHING, lambda connection: own.counting.enter(connection, run, files))


def test_of_two_who_submit_at_the_edge_one_is_refused(rooms: Rooms, own: Owning) -> None:
    own.quotas.set(SYSTEM, SCIENTIST.id, {"queued": 5})
    for _ in range(4):
        queued(rooms)
    start, refused, taken = threading.Barrier(4), [], []

    def submit() -> None:
        start.wait()
        try:
            taken.append(queued(rooms))
        except Exhausted as error:
            refused.append(error.message)

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(refused)) == (1, 3)
    assert own.counting.used(SCIENTIST.id).queued == 5
    assert "5 runs of 5 that may wait at once are waiting" in refused[0]
    assert "repeatpass quotas set" in refused[0]


def test_a_refused_run_leaves_nothing_behind(rooms: Rooms, own: Owning) -> None:
    own.quotas.set(SYSTEM, SCIENTIST.id, {"queued": 1})
    queued(rooms)
    with pytest.raises(Exhausted):
        queued(rooms, id="refused")
    assert rooms.runs.page(Wanted())[1] == 1


def test_another_person_and_the_house_itself_are_not_held_to_it(rooms: Rooms, own: Owning) -> None:
    own.quotas.set(SYSTEM, SCIENTIST.id, {"queued": 1})
    queued(rooms)
    rooms.runs.enqueue(EDITOR, make_run(EDITOR))
    own.quotas.defaults = Quota(queued=1)
    for _ in range(3):
        rooms.runs.enqueue(SYSTEM, make_run(SYSTEM))
    with pytest.raises(Exhausted):
        rooms.runs.enqueue(EDITOR, make_run(EDITOR))


def test_what_several_runs_left_is_counted_once_and_freed_with_the_last(rooms: Rooms, own: Owning) -> None:
    first = finished(rooms, own, {"sha256:a": 100, "sha256:b": 50})
    finished(rooms, own, {"sha256:a": 100, "sha256:c": 7})
    assert own.counting.used(SCIENTIST.id).kept_bytes == 157
    with rooms.database.write() as connection:
        assert ledger.remove(connection, SCIENTIST.id, {"sha256:a", "sha256:b"}) == 50
        assert ledger.total(connection, SCIENTIST.id) == 107
        assert ledger.remove(connection, SCIENTIST.id, {"sha256:a", "sha256:c"}) == 107
        assert ledger.remove(connection, SCIENTIST.id, {"sha256:a"}) == 0
        assert ledger.total(connection, SCIENTIST.id) == 0
    assert first.state is State.SUCCEEDED


def test_results_over_the_quota_are_not_kept_and_nothing_of_them_is_counted(rooms: Rooms, own: Owning) -> None:
    own.quotas.set(SYSTEM, SCIENTIST.id, {"kept_bytes": 3 * GB})
    finished(rooms, own, {"sha256:a": 2 * GB})
    with pytest.raises(Exhausted, match=r"results \(2 GB\) do not fit into the 3 GB .* 2 GB are used"):
        finished(rooms, own, {"sha256:b": 2 * GB})
    assert own.counting.used(SCIENTIST.id).kept_bytes == 2 * GB
    with rooms.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(kept_files)).scalar() == 1
    assert own.counting.used(SCIENTIST.id).running == 1  # it has not ended: its worker keeps the log alone


def test_who_has_used_up_their_space_or_time_cannot_submit(rooms: Rooms, own: Owning) -> None:
    own.quotas.set(SYSTEM, SCIENTIST.id, {"kept_bytes": 2 * GB})
    finished(rooms, own, {"sha256:a": 2 * GB})
    with pytest.raises(Exhausted, match="2 GB of 2 GB for kept results are used"):
        queued(rooms)
    own.quotas.set(SYSTEM, SCIENTIST.id, {"kept_bytes": 0, "cpu_s": 100.0})
    finished(rooms, own, {}, cpu_s=101.0)
    with pytest.raises(Exhausted, match="101 of 100 CPU seconds in 24 hours"):
        queued(rooms)


def test_runs_over_the_number_at_once_wait_and_others_pass_them(rooms: Rooms, own: Owning) -> None:
    own.quotas.set(SYSTEM, SCIENTIST.id, {"running": 1})
    capacity = Capacity(busy=own.counting.busy)
    for id in ("sam1", "sam2"):
        queued(rooms, id=id)
    rooms.runs.enqueue(EDITOR, make_run(EDITOR, id="edith1"))
    taken = [run.id if (run := rooms.runs.claim("w", capacity)) else None for _ in range(3)]
    assert taken == ["sam1", "edith1", None]
    rooms.runs.finish(rooms.runs.run("sam1").to(State.CANCELLED, finished=now()), NOTHING)
    last = rooms.runs.claim("w", capacity)
    assert last is not None
    assert last.id == "sam2"


def test_a_quota_can_return_to_the_default_and_is_set_by_operators_alone(own: Owning) -> None:
    own.quotas.defaults = Quota(queued=7, running=2)
    own.quotas.set(SYSTEM, SCIENTIST.id, {"queued": 9})
    assert own.quotas.of(SCIENTIST.id) == Quota(queued=9, running=2)
    assert own.quotas.set(SYSTEM, SCIENTIST.id, {"queued": None}) == own.quotas.defaults
    assert replace(own.quotas.of(SYSTEM.id)) == Quota()
    with pytest.raises(Forbidden):
        own.quotas.set(SCIENTIST, SCIENTIST.id, {"queued": 0})
    with pytest.raises(Invalid, match="it must be 0"):
        own.quotas.set(SYSTEM, SCIENTIST.id, {"queued": -1})
    with pytest.raises(Invalid, match="A quota has no “space”; it has kept_bytes"):
        own.quotas.set(SYSTEM, SCIENTIST.id, {"space": 1})
