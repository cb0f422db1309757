"""From a slot of the clock to values: planned, run, collected; missed, remembered, paused, asked for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from repeatpass.access.records import Actor, Role
from repeatpass.assembly import open_house
from repeatpass.core.errors import Conflict, Forbidden, Invalid, NotFound
from repeatpass.indicators.timing import Timing
from repeatpass.runs.records import Purpose, State
from repeatpass.runs.room import Wanted
from repeatpass.schedules.records import TickState
from repeatpass.settings import Settings
from tests.houses import PUBLISH
from tests.schedules.clocks import Timed, eventually

ROWS = PUBLISH.format(rows='{"place": ["here"], "time": ["2020-01-01"], "value": [1.5]}')
SLOW = "import time\nwhile not __import__('pathlib').Path(gate).exists(): time.sleep(0.05)"
READER = Actor(id="rita", name="Rita", role=Role.READER)


def test_a_slot_of_the_clock_leads_to_a_run_and_its_values(timed: Timed) -> None:
    timed.schedule(ROWS, schedule="0 13 * * *")
    timed.tick()
    assert timed.ticks() == []  # it is noon
    timed.time.forward(hours=1)
    tick = timed.settled()
    assert (tick.state, tick.cause, tick.summary) == (TickState.DONE, "the clock", "1 run: 1 new, 0 unchanged, 0 held.")
    assert timed.values() == {("here", "2020-01-01"): 1.5}
    (value,) = timed.house.indicators.current(timed.id)
    assert value.run == tick.runs[0].id


def test_slots_that_were_missed_are_made_up_for_once(timed: Timed) -> None:
    timed.schedule(ROWS, schedule="0 13 * * *")
    timed.time.forward(days=5, hours=2)
    assert timed.settled().cause == "the clock, once for 6 times that were missed"
    timed.tick()
    assert len(timed.ticks()) == 1
    assert timed.house.scheduling.schedules.schedule(timed.update).due == datetime(2026, 3, 7, 13, tzinfo=UTC)


def test_a_clock_that_is_put_back_does_no_slot_twice(timed: Timed) -> None:
    timed.schedule(ROWS, schedule="0 13 * * *")
    timed.time.forward(hours=1)
    timed.settled()
    timed.time.forward(hours=-1)
    timed.tick()
    timed.time.forward(hours=1)
    timed.tick()
    assert len(timed.ticks()) == 1


def test_what_comes_due_while_a_run_is_under_way_is_remembered_once(timed: Timed, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    timed.schedule(f"gate = {str(gate)!r}\n{SLOW}\n{ROWS}", schedule="* * * * *")
    for _ in range(5):
        timed.time.forward(minutes=1)
        timed.tick()
    assert [tick.state for tick in timed.ticks()] == [TickState.RUNNING]
    schedule = timed.house.scheduling.schedules.schedule(timed.update)
    assert schedule.wanted == "the clock, put off until the run before had ended"
    gate.touch()
    last = timed.settled()
    assert len(timed.ticks()) == 2
    assert last.state is TickState.SKIPPED  # it had nothing new to do


def test_a_paused_schedule_waits_and_goes_on_with_the_next_slot(timed: Timed) -> None:
    timed.schedule(ROWS, schedule="0 13 * * *")
    room, owner = timed.house.scheduling.schedules, timed.house.owner
    assert room.pause(owner, timed.update, "The buoy is in repair.").note == (
        "Paused by Owner on 1 March 2026: The buoy is in repair."
    )
    timed.time.forward(days=3)
    timed.tick()
    assert timed.ticks() == []
    assert room.resume(owner, timed.update).due == datetime(2026, 3, 4, 13, tzinfo=UTC)
    timed.time.forward(hours=1)
    assert timed.settled().cause == "the clock"


def test_a_schedule_begins_when_it_is_asked_to_even_paused(timed: Timed) -> None:
    timed.schedule(ROWS, schedule={"cron": "0 13 * * *", "paused": True})
    room = timed.house.scheduling.schedules
    assert room.schedule(timed.update).note == "Paused in the indicator's definition."
    room.run_now(timed.house.owner, timed.update)
    tick = timed.settled()
    assert (tick.cause, tick.state) == ("asked by Owner", TickState.DONE)
    with pytest.raises(Forbidden):
        room.run_now(READER, timed.update)
    with pytest.raises(NotFound, match="There is no schedule update-cold; repeatpass schedules list names them"):
        room.pause(timed.house.owner, "update-cold")


def test_an_update_that_a_person_asked_for_is_waited_for(timed: Timed, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    timed.schedule(f"gate = {str(gate)!r}\n{SLOW}\n{ROWS}", schedule="0 13 * * *")
    owner, house = timed.house.owner, timed.house
    asked = house.submitting.submit(owner, timed.id, purpose=Purpose.UPDATE, subject=timed.id)
    timed.time.forward(hours=1)
    timed.tick()
    timed.tick()
    (tick,) = timed.ticks()
    assert tick.summary.startswith(f"Waiting. Run {asked.id} is an update of the same indicator")
    gate.touch()
    assert timed.settled().summary.startswith(f"Nothing new: run {asked.id}")


def test_a_run_that_fails_is_said_and_tried_again_at_the_next_slot(timed: Timed) -> None:
    timed.schedule("1 / 0", schedule="0 13 * * *")
    timed.time.forward(hours=1)
    tick = timed.settled()
    assert tick.state is TickState.FAILED
    assert "ZeroDivisionError" in tick.summary
    timed.time.forward(days=1)
    assert timed.settled().state is TickState.FAILED
    assert len(timed.ticks()) == 2


def test_one_schedule_in_trouble_keeps_no_other_from_its_turn(timed: Timed) -> None:
    timed.apply(id="a-ghost", schedule="0 13 * * *")  # its notebook is not on the shelf
    timed.schedule(ROWS, schedule="0 13 * * *")
    timed.time.forward(hours=1)
    assert timed.settled().state is TickState.DONE
    assert timed.settled("update-a-ghost").summary == "There is no notebook “a-ghost” on the shelf."


def test_a_definition_that_changes_changes_the_schedule(timed: Timed) -> None:
    timed.schedule(ROWS, schedule="0 13 * * *")
    timed.apply(schedule="0 15 * * *")
    room = timed.house.scheduling.schedules
    assert room.schedule(timed.update).due == datetime(2026, 3, 1, 15, tzinfo=UTC)
    timed.apply()
    assert room.schedules() == []
    with pytest.raises(Invalid, match="schedule: cron “0 25 \\* \\* \\*” cannot be read \\(Bad hour\\)"):
        timed.apply(schedule="0 25 * * *")


def test_a_notebook_runs_on_the_clock_without_an_indicator(timed: Timed) -> None:
    timed.schedule("x = 1", id="plain")
    room, owner = timed.house.scheduling.schedules, timed.house.owner
    room.add(owner, "plain", Timing(cron="0 13 * * *"), {})
    with pytest.raises(Conflict, match="There is a schedule run-plain already"):
        room.add(owner, "plain", Timing(cron="0 14 * * *"), {})
    timed.time.forward(hours=1)
    assert timed.settled("run-plain").summary == "1 run."
    timed.time.forward(days=1)
    assert timed.settled("run-plain").state is TickState.SKIPPED
    room.remove(owner, "run-plain")
    assert room.schedules() == []


def test_the_house_repeats_its_own_indicators(timed: Timed, monkeypatch: pytest.MonkeyPatch) -> None:
    room = timed.house.scheduling.schedules
    monkeypatch.setattr(room, "repeat", "P7D")  # as REPEATPASS_REPEAT says it
    timed.schedule(ROWS)
    run = timed.house.submitting.submit(timed.house.owner, timed.id, purpose=Purpose.UPDATE, subject=timed.id)
    assert timed.house.runs.wait(run.id, 60).state is State.SUCCEEDED
    timed.house.collecting.collect(run.id)
    timed.time.moment = datetime(2100, 1, 1, tzinfo=UTC)  # whenever the tests run, the verdict is older
    tick = timed.settled(f"repeat-{timed.id}")
    assert tick.summary == "1 run repeated: 1 identical."
    assert [repeat.original for repeat in timed.house.repeats.recent()].count(run.id) == 1
    timed.apply(repeat="never")
    assert timed.id not in {each.subject for each in room.schedules()}


def test_how_often_the_house_repeats_is_a_setting(tmp_path: Path) -> None:
    house = open_house(Settings(home=tmp_path / "home", demo=False, repeat="P7D"))
    assert house.scheduling.schedules.repeat == "P7D"
    house.close()


@pytest.mark.parametrize("when", ["planned", "asked"])
def test_what_a_server_left_in_the_middle_of_a_tick_is_finished_once(timed: Timed, when: str) -> None:
    timed.schedule(ROWS, schedule="0 13 * * *")
    timed.time.forward(hours=1)
    left = open_house(timed.house.settings, timed.time)  # a server that is never heard of again
    try:
        ticking = left.scheduling.ticking
        if when == "planned":  # it died after the tick was written down, before anything was asked for
            object.__setattr__(ticking.advancing, "submitting", None)
        ticking.pass_once()
        (tick,) = timed.ticks()
        assert not tick.state.final
    finally:
        left.close()
    assert timed.settled().summary == "1 run: 1 new, 0 unchanged, 0 held."
    assert timed.house.runs.page(Wanted(subject=timed.id, purpose=Purpose.UPDATE))[1] == 1
    assert len(timed.ticks()) == 1


def test_the_clock_of_a_house_goes_by_itself(timed: Timed) -> None:
    timed.schedule(ROWS, schedule="0 13 * * *")
    timed.house.scheduling.start()
    try:
        timed.time.forward(hours=1)
        timed.house.scheduling.clock.wake()
        assert eventually(timed.values, 60) == {("here", "2020-01-01"): 1.5}
    finally:
        timed.house.scheduling.stop()
