"""Only what is missing, or rests on inputs that have changed, is computed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from repeatpass.core.errors import Invalid
from repeatpass.runs.records import Purpose
from repeatpass.runs.room import Wanted
from repeatpass.schedules.planning import check_taking
from repeatpass.schedules.records import TickState
from repeatpass.schedules.stretches import Steps, by_stretch, for_all_places, missing
from tests.houses import PUBLISH
from tests.schedules.clocks import COUNT, WINDOW, Timed

ROWS = PUBLISH.format(rows='{"place": ["here"], "time": ["2020-01-01"], "value": [1.5]}')
BY_WINDOW: dict[str, Any] = {
    "schedule": "0 13 * * *",
    "update": {"start": "start", "end": "end", "since": "2026-01-01"},
    "cadence": "P1M",
    "range": [-100, 100],
    "places": [{"id": "here", "name": "Here", "geometry": {"type": "Point", "coordinates": [0, 0]}}],
}


def count_of(timed: Timed) -> str:
    return COUNT.replace('"sea"', f'"{timed.sea_id}"')


def by_window(timed: Timed, **more: str) -> dict[str, Any]:
    schedule = {"cron": "0 13 * * *", "on_new_data": [timed.sea_id]}
    return BY_WINDOW | {"schedule": schedule, "update": BY_WINDOW["update"] | more}


def updates(timed: Timed) -> int:
    return timed.house.runs.page(Wanted(subject=timed.id, purpose=Purpose.UPDATE))[1]


def test_a_notebook_without_such_parameters_is_run_whole_and_not_again_while_nothing_changes(timed: Timed) -> None:
    timed.schedule(ROWS, schedule="0 13 * * *")
    timed.time.forward(hours=1)
    first = timed.settled()
    timed.time.forward(days=1)
    tick = timed.settled()
    assert tick.state is TickState.SKIPPED
    assert tick.summary == f"Nothing new: run {first.runs[0].id} of {tick_date()} did the same, " + (
        "and nothing that it reads has changed since."
    )
    assert updates(timed) == 1


def tick_date() -> str:
    return datetime.now(UTC).date().isoformat()


def test_a_new_item_leads_to_a_run_of_the_missing_time_only(timed: Timed) -> None:
    timed.sea({"2026-01": 1.0, "2026-02": 2.0}, "1")
    timed.schedule(count_of(timed), parameters=WINDOW, **by_window(timed))
    timed.time.forward(hours=1)
    first = timed.settled()
    assert [run.parameters for run in first.runs] == [{"start": "2026-01-01", "end": "2026-03-01"}]
    assert first.runs[0].why == "missing: 2026-01-01 to 2026-03-01 at every place"
    timed.time.moment = datetime(2026, 4, 2, 8, tzinfo=UTC)
    timed.sea({"2026-01": 1.0, "2026-02": 2.0, "2026-03": 3.0}, "2")
    second = timed.settled()
    assert second.cause == f"new data in {timed.sea_id}"
    assert [run.parameters for run in second.runs] == [{"start": "2026-03-01", "end": "2026-04-01"}]
    assert second.summary == "1 run: 1 new, 0 unchanged, 0 held."
    assert [timed.values()["here", f"2026-0{month}-01"] for month in (1, 2, 3)] == [1.0, 2.0, 3.0]


def test_a_time_that_is_missing_is_not_tried_again_until_there_are_new_data(timed: Timed) -> None:
    timed.sea({"2026-01": 1.0}, "1")  # February is over, and there is no item of it
    timed.schedule(count_of(timed), parameters=WINDOW, **by_window(timed))
    timed.time.forward(hours=1)
    timed.settled()
    timed.time.forward(days=1)
    assert [run.parameters["start"] for run in timed.settled().runs] == ["2026-02-01"]
    timed.time.forward(days=1)
    assert timed.settled().summary.startswith("Nothing new: run tick-")
    timed.sea({"2026-01": 1.0, "2026-02": 2.0}, "2")
    timed.time.forward(days=1)
    assert timed.settled().summary == "1 run: 1 new, 0 unchanged, 0 held."


def test_a_value_whose_input_has_changed_is_made_again_and_waits_for_a_person(timed: Timed) -> None:
    timed.sea({"2026-01": 1.0, "2026-02": 2.0}, "1")
    timed.schedule(count_of(timed), parameters=WINDOW, **by_window(timed, every="P1M"))
    timed.time.forward(hours=1)
    assert len(timed.settled().runs) == 2
    timed.sea({"2026-01": 1.0, "2026-02": 2.5}, "2")
    timed.time.forward(days=1)
    tick = timed.settled()
    assert [run.parameters["start"] for run in tick.runs] == ["2026-02-01"]
    assert tick.runs[0].why.startswith("missing, or made from inputs that have changed since")
    assert tick.summary == "1 run: 0 new, 0 unchanged, 1 held."
    (held,) = timed.house.indicators.held(timed.id)
    assert held.reason == "It would change 2.0 to 2.5 K."
    assert timed.values()["here", "2026-02-01"] == 2.0
    timed.time.forward(days=1)
    assert timed.settled().summary.startswith("Nothing new")
    assert len(timed.house.indicators.held(timed.id)) == 1


@pytest.mark.parametrize(
    ("update", "words"),
    [
        ({"start": "begin"}, "update.start “begin” is not a parameter of the notebook, which takes: end, start"),
        ({"start": "start", "place": "end"}, ""),
    ],
)
def test_what_a_notebook_cannot_take_is_named(timed: Timed, update: dict[str, str], words: str) -> None:
    timed.schedule(COUNT, parameters=WINDOW, **BY_WINDOW | {"update": update | {"since": "2026-01-01"}})
    indicator = timed.house.indicators.indicator(timed.id)
    assert indicator.update is not None
    schema = timed.house.shelf.find(timed.id).schema
    if words:
        with pytest.raises(Invalid, match=words):
            check_taking(indicator.update, schema)
        timed.time.forward(hours=1)
        tick = timed.settled()
        assert tick.state is TickState.FAILED
        assert words in tick.summary
    else:
        check_taking(indicator.update, schema)


JAN, FEB, MAR, APR = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4))


def test_stretches_are_as_few_as_can_be() -> None:
    steps = Steps(JAN, "P1M", datetime(2026, 7, 15, tzinfo=UTC))
    known = {"here": [JAN, MAR], "there": [JAN, MAR], "far": []}
    found = missing(steps, known, {"here": [JAN]})
    assert [s.words for s in by_stretch(found, "")] == [
        "2026-01-01 to 2026-03-01 at here",
        "2026-01-01 to 2026-07-01 at far",
        "2026-02-01 to 2026-03-01 at there",
        "2026-04-01 to 2026-07-01 at here, there",
    ]
    assert [s.words for s in by_stretch(for_all_places(found), "P3M")] == [
        "2026-01-01 to 2026-04-01 at every place",
        "2026-04-01 to 2026-07-01 at every place",
    ]


def test_a_value_within_a_step_fills_it_wherever_it_lies() -> None:
    steps = Steps(JAN, "P1M", APR)
    found = missing(steps, {"here": [datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC)]}, {})
    assert found == {"here": [(FEB, MAR)]}
