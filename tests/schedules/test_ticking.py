"""From a slot of the clock to values: planned, run, collected; missed, remembered, paused, asked for."""

from repeatpass.schedules.records import TickState
from tests.houses import PUBLISH
from tests.schedules.clocks import Timed

ROWS = PUBLISH.format(rows='{"place": ["here"], "time": ["2020-01-01"], "value": [1.5]}')


def test_a_slot_of_the_clock_leads_to_a_run_and_its_values(timed: Timed) -> None:
    timed.schedule(ROWS, schedule="0 13 * * *")
    timed.tick()
    assert timed.ticks() == []  # it is noon
    timed.time.forward(hours=1)
    tick = timed.settled()
    assert (tick.state, tick.cause, tick.summary) == (TickState.DONE, "the clock", "1 run: 1 new, 0 unchanged, 0 held.")
    assert timed.values() == {("here", "2020-01-01"): 1.5}
    assert timed.house.indicators.value("warmth", "here", timed.house.indicators.current("warmth")[0].time).run == (
        tick.runs[0].id
    )
