"""The queue on both databases."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from tests.storage.rooms import EDITOR, NOTHING, READER, SCIENTIST, Rooms, make_run

from repeatpass.access import ANYONE
from repeatpass.core.errors import Conflict, Forbidden, NotFound
from repeatpass.core.times import now
from repeatpass.runs.execution import Failure, Usage
from repeatpass.runs.records import Provenance, RunInput, State, UnrecordedRead, WrongState
from repeatpass.runs.room import Wanted


def test_the_oldest_queued_run_is_taken_first(rooms: Rooms) -> None:
    moment = now()
    for age in (1, 3, 2):
        rooms.runs.enqueue(SCIENTIST, make_run(id=f"r{age}", created=moment - timedelta(seconds=age)))
    taken = [run.id for _ in range(3) if (run := rooms.runs.claim("w"))]
    assert taken == ["r3", "r2", "r1"]
    assert rooms.runs.claim("w") is None


def test_two_workers_never_take_the_same_run(rooms: Rooms) -> None:
    for number in range(60):
        rooms.runs.enqueue(SCIENTIST, make_run(id=f"r{number}"))
    taken: list[str] = []

    def work(name: str) -> None:
        while run := rooms.runs.claim(name):
            taken.append(run.id)

    workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # PostgreSQL passes over rows that are being taken: one may be left for the next look.
    while run := rooms.runs.claim("last"):
        taken.append(run.id)
    assert Counter(taken) == Counter(f"r{number}" for number in range(60))


def test_a_run_comes_back_as_it_was_kept(rooms: Rooms) -> None:
    asked = rooms.runs.enqueue(SCIENTIST, make_run(parameters={"days": 14, "x": [8.5], "ø": None}))
    assert rooms.runs.run(asked.id) == asked
    begun = rooms.runs.claim("w")
    assert begun is not None
    failure = Failure(cell=1, source="1/0", ename="ZeroDivisionError", evalue="division by zero", traceback=("a", "b"))
    ended = begun.to(
        State.FAILED, finished=now(), message="No.", failure=failure, usage=Usage(cpu_s=1.5, read_bytes=2**40)
    )
    read = RunInput(
        run=asked.id,
        collection="c",
        version="1",
        item="",
        asset="data",
        href="/x",
        size=2**40,
        checksum="sha256:0",
        media_type="a/b",
        cell=None,
    )
    past = UnrecordedRead(run=asked.id, kind="file", name="/etc/hosts", cell=3)
    rooms.runs.finish(ended, Provenance(outputs=(), inputs=[read], unrecorded=[past]))
    assert rooms.runs.run(asked.id) == ended
    assert rooms.runs.provenance(asked.id) == Provenance(outputs=[], inputs=[read], unrecorded=[past])


def test_a_run_is_finished_once(rooms: Rooms) -> None:
    run = rooms.succeeded("x")
    with pytest.raises(WrongState):
        rooms.runs.finish(run, NOTHING)
    assert len(rooms.runs.provenance(run.id).outputs) == 1


def test_an_id_is_given_once(rooms: Rooms) -> None:
    rooms.runs.enqueue(SCIENTIST, make_run(id="mine"))
    with pytest.raises(Conflict, match="There is a run mine already"):
        rooms.runs.enqueue(EDITOR, make_run(id="mine"))
    assert rooms.runs.run("mine").actor == SCIENTIST.id


def test_who_may_not_run_queues_nothing(rooms: Rooms) -> None:
    for actor in (ANYONE, READER):
        with pytest.raises(Forbidden):
            rooms.runs.enqueue(actor, make_run(actor))
    assert rooms.runs.page(Wanted()) == ([], 0)


def test_another_actors_run_cannot_be_cancelled(rooms: Rooms) -> None:
    run = rooms.runs.enqueue(SCIENTIST, make_run())
    with pytest.raises(Forbidden, match="belongs to sam"):
        rooms.runs.cancel_queued(EDITOR, run.id)
    assert rooms.runs.cancel_queued(SCIENTIST, run.id).state is State.CANCELLED
    assert rooms.runs.claim("w") is None


def test_a_run_that_has_begun_cannot_be_taken_out_of_the_queue(rooms: Rooms) -> None:
    run = rooms.runs.enqueue(SCIENTIST, make_run())
    rooms.runs.claim("w")
    with pytest.raises(WrongState):
        rooms.runs.cancel_queued(SCIENTIST, run.id)


def test_a_cancel_is_heard_by_a_worker_elsewhere(rooms: Rooms) -> None:
    run = rooms.runs.enqueue(SCIENTIST, make_run())
    assert rooms.runs.asked_to_cancel(run.id) == ""
    rooms.runs.ask_to_cancel(SCIENTIST, run.id)
    assert rooms.runs.asked_to_cancel(run.id) == "Sam"


def test_the_runs_of_a_dead_worker_are_taken_over_by_one_other(rooms: Rooms) -> None:
    for number in range(3):
        rooms.runs.enqueue(SCIENTIST, make_run(id=f"r{number}", created=now() + timedelta(seconds=number)))
    for worker in ("dead", "dead", "alive"):
        rooms.runs.claim(worker)
    left = rooms.runs.abandoned({"dead"}, {"alive", "me"})
    assert sorted(run.id for run in left) == ["r0", "r1"]
    assert rooms.runs.take_over(left[0], "me")
    assert not rooms.runs.take_over(left[0], "another")


def test_a_list_of_runs_can_be_narrowed_and_paged(rooms: Rooms) -> None:
    for number in range(5):
        rooms.runs.enqueue(SCIENTIST, make_run(id=f"r{number}", created=now() + timedelta(seconds=number)))
    page, total = rooms.runs.page(Wanted(states=(State.QUEUED,), limit=2, offset=1))
    assert ([run.id for run in page], total) == (["r3", "r2"], 5)
    assert rooms.runs.page(Wanted(notebook="other"))[1] == 0
    assert rooms.runs.counts()[State.QUEUED] == 5


def test_gc_is_told_of_every_file_that_a_run_rests_on(rooms: Rooms) -> None:
    run = rooms.succeeded("x", purpose="execute", subject="")
    needed = rooms.runs.needed_files()
    assert {run.legs.source, run.legs.context} <= needed
    assert {output.checksum for output in rooms.runs.provenance(run.id).outputs} <= needed


def test_there_is_no_run_of_an_unknown_id(rooms: Rooms) -> None:
    with pytest.raises(NotFound):
        rooms.runs.run("nothing")
