"""What runs left is kept, announced and deleted, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.storage.rooms import EDITOR, SCIENTIST, Rooms, make_run

from repeatpass.access import SYSTEM
from repeatpass.core.errors import Conflict, Forbidden, Gone, Invalid
from repeatpass.core.times import now
from repeatpass.runs.owning import Owning
from repeatpass.runs.records import Provenance, Purpose, Run, RunOutput, State
from repeatpass.runs.retention import NOTICE, require_kept
from repeatpass.runs.store import runs

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def left(rooms: Rooms, own: Owning, checksum: str = "sha256:" + "a" * 64, size: int = 100, **known: object) -> Run:
    """Return a run that ended and left one file."""
    asked = rooms.runs.enqueue(SCIENTIST, make_run(**known))
    run = rooms.runs.claim("w")
    assert run is not None and run.id == asked.id
    output = RunOutput(
        run=run.id, name="values", path="values.csv", kind="table", media_type="text/csv", title="Values", unit="",
        cell=1, checksum=checksum, size=size,
    )  # fmt: skip
    provenance = Provenance(outputs=[output], inputs=[], unrecorded=[])
    ended = run.to(State.SUCCEEDED, finished=now(), log="sha256:" + "b" * 64, executed="sha256:" + "c" * 64)
    return rooms.runs.finish(ended, provenance, lambda c: own.counting.enter(c, run, {checksum: size}))


def aged(rooms: Rooms, run: Run, **moments: datetime) -> None:
    with rooms.database.write() as connection:
        connection.execute(runs.update().where(runs.c.id == run.id).values(**moments))


def test_after_a_deletion_the_record_stays_and_gc_may_take_the_files(rooms: Rooms, own: Owning) -> None:
    run = left(rooms, own)
    kept = {"sha256:" + letter * 64 for letter in "abc"}
    assert kept <= rooms.runs.needed_files()
    gone = own.retention.delete(SCIENTIST, run.id)
    assert gone.deleted and gone.deleted_by == SCIENTIST.id
    assert (gone.state, gone.legs, gone.finished) == (run.state, run.legs, run.finished)
    assert rooms.runs.provenance(run.id).outputs[0].name == "values"
    assert not kept & rooms.runs.needed_files()
    assert run.legs.source in rooms.runs.needed_files()
    assert own.counting.used(SCIENTIST.id).kept_bytes == 0
    with pytest.raises(Gone, match=r"were deleted on .* by sam; its record stays"):
        require_kept(gone)
    assert own.retention.delete(SCIENTIST, run.id).deleted == gone.deleted


def test_a_file_that_another_run_left_too_is_kept(rooms: Rooms, own: Owning) -> None:
    first, second = left(rooms, own), left(rooms, own)
    own.retention.delete(SCIENTIST, first.id)
    assert "sha256:" + "a" * 64 in rooms.runs.needed_files()
    assert own.counting.used(SCIENTIST.id).kept_bytes == 100
    own.retention.delete(SCIENTIST, second.id)
    assert own.counting.used(SCIENTIST.id).kept_bytes == 0


def test_what_values_or_repeats_rest_on_cannot_be_deleted(rooms: Rooms, own: Owning) -> None:
    from tests.houses import indicator

    rooms.indicators.apply(EDITOR, indicator())
    update = rooms.succeeded("place,time,value\nhere,2020-01-01,1.5\n")
    rooms.collecting.collect(update.id)
    original = left(rooms, own)
    repeat = left(rooms, own, purpose=Purpose.REPEAT, subject=original.id)
    for id, words in (
        (update.id, "a value of the indicator “warmth”"),
        (original.id, f"the repeat by run {repeat.id}"),
        (repeat.id, f"the verdict on run {original.id}"),
    ):
        with pytest.raises(Conflict, match=words):
            own.retention.delete(SYSTEM, id)
        with pytest.raises(Conflict, match=words):
            own.retention.keep_until(SYSTEM, id, now() + timedelta(days=1))
    assert rooms.runs.run(update.id).deleted is None


def test_only_its_owner_or_an_operator_deletes_and_only_what_has_ended(rooms: Rooms, own: Owning) -> None:
    run = left(rooms, own)
    waiting = rooms.runs.enqueue(SCIENTIST, make_run())
    for attempt in (own.retention.delete, own.retention.keep):
        with pytest.raises(Forbidden):
            attempt(EDITOR, run.id)
    with pytest.raises(Conflict, match="is queued; cancel it first"):
        own.retention.delete(SCIENTIST, waiting.id)
    with pytest.raises(Invalid, match="has passed"):
        own.retention.keep_until(SCIENTIST, run.id, LONG_AGO)
    own.retention.delete(SYSTEM, run.id)
    with pytest.raises(Gone):
        own.retention.keep(SCIENTIST, run.id)


def test_a_day_that_was_set_is_listed_and_then_kept_to(rooms: Rooms, own: Owning) -> None:
    soon, later, pinned = left(rooms, own), left(rooms, own), left(rooms, own)
    for run, days in ((later, 20), (soon, 10), (pinned, 15)):
        own.retention.keep_until(SCIENTIST, run.id, now() + timedelta(days=days))
    own.retention.keep(SCIENTIST, pinned.id)
    assert [run.id for run in own.retention.expiring(owner=SCIENTIST.id)] == [soon.id, later.id]
    assert own.retention.sweep() == []
    aged(rooms, soon, kept_until=LONG_AGO)
    assert [run.id for run in own.retention.sweep()] == [soon.id]
    gone = rooms.runs.run(soon.id)
    assert gone.deleted and gone.deleted_by == SYSTEM.id
    assert rooms.runs.run(pinned.id).kept_by == SCIENTIST.id
    assert own.retention.sweep() == []


def test_trials_of_before_are_announced_a_week_ahead_and_nothing_else_is(rooms: Rooms, own: Owning) -> None:
    old, part, repeated = left(rooms, own), left(rooms, own, batch="b1"), left(rooms, own)
    left(rooms, own, purpose=Purpose.REPEAT, subject=repeated.id)
    update = left(rooms, own, purpose=Purpose.UPDATE, subject="warmth")
    for run in (old, part, repeated, update):
        aged(rooms, run, finished=LONG_AGO)
    assert own.retention.sweep() == []
    announced = own.retention.expiring()
    assert [run.id for run in announced] == [old.id]
    assert announced[0].kept_until and announced[0].kept_until > now() + NOTICE - timedelta(minutes=1)
    assert own.retention.until(old) and own.retention.until(part) is None and own.retention.until(update) is None


def test_what_something_has_come_to_rest_on_is_kept_for_ever_instead(rooms: Rooms, own: Owning) -> None:
    run = left(rooms, own)
    own.retention.keep_until(SCIENTIST, run.id, now() + timedelta(days=1))
    left(rooms, own, purpose=Purpose.REPEAT, subject=run.id)
    aged(rooms, run, kept_until=LONG_AGO)
    assert own.retention.sweep() == []
    assert (rooms.runs.run(run.id).kept_until, rooms.runs.run(run.id).kept_by) == (None, SYSTEM.id)


def test_the_largest_come_first_without_those_that_are_deleted(rooms: Rooms, own: Owning) -> None:
    made = [left(rooms, own, f"sha256:{size:064d}", size) for size in (5, 50, 500)]
    own.retention.delete(SCIENTIST, made[2].id)
    assert [(run.id, size) for run, size in own.retention.largest(SCIENTIST.id)] == [(made[1].id, 50), (made[0].id, 5)]
