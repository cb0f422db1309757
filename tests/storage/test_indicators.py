"""Values on both databases: insert-only, through the gates, each traced to its run."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.houses import indicator
from tests.storage.rooms import EDITOR, READER, SCIENTIST, Rooms

from repeatpass.core.errors import Forbidden, Invalid, NotFound
from repeatpass.core.times import now
from repeatpass.indicators.definition import read_definition
from repeatpass.indicators.records import ValueState
from repeatpass.indicators.store import values
from repeatpass.runs.records import Purpose

MAY = datetime(2020, 5, 1, tzinfo=UTC)


def everything(rooms: Rooms) -> list[Any]:
    with rooms.database.read() as connection:
        return list(connection.execute(sa.select(values).order_by(values.c.id)))


def test_a_delivery_becomes_values_that_name_their_run(warm: Rooms) -> None:
    delivery = warm.delivered("here,2020-05-01,1.5\nthere,2020-05-01T12:00:00Z,-2\nhere,2020-06-01,")
    assert (delivery.released, delivery.unchanged, delivery.held) == (3, 0, 0)
    value = warm.indicators.value("warmth", "here", MAY)
    assert (value.value, value.run, value.revision, value.reason) == (1.5, delivery.run, 1, "")
    assert warm.numbers()["here", "2020-06-01"] is None  # a stated gap


def test_a_number_is_kept_to_its_last_bit(warm: Rooms) -> None:
    warm.delivered(f"here,2020-05-01,{0.1 + 0.2!r}")
    assert warm.indicators.value("warmth", "here", MAY).value == 0.1 + 0.2


def test_a_run_is_collected_once_however_often_it_is_told_of(warm: Rooms) -> None:
    run = warm.succeeded("place,time,value\nhere,2020-05-01,1\n")
    first = warm.collecting.collect(run.id)
    assert warm.collecting.collect(run.id) == first
    assert len(everything(warm)) == 1


def test_two_collectors_at_once_lose_and_double_nothing(warm: Rooms) -> None:
    runs = [warm.succeeded(f"place,time,value\nhere,2020-05-01,{n}\nthere,2020-0{n}-01,{n}\n").id for n in range(1, 6)]
    problems: list[Exception] = []

    def collect(order: list[str]) -> None:
        try:
            for run in order:
                warm.collecting.collect(run)
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=collect, args=(order,)) for order in (runs, runs[::-1], runs[2:] + runs[:2])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert [v.revision for v in warm.indicators.history("warmth", "here", MAY)] == [1, 2, 3, 4, 5]
    assert len(everything(warm)) == 10


def test_values_are_only_ever_added(warm: Rooms) -> None:
    warm.delivered("here,2020-05-01,1")
    before = everything(warm)
    warm.delivered("here,2020-05-01,2")
    assert everything(warm)[: len(before)] == before
    old, new = warm.indicators.history("warmth", "here", MAY)
    assert (old.value, new.value, new.revision) == (1, 2, 2)
    assert new.reason == "Computed again with nothing changed; the result differs."
    assert warm.numbers() == {("here", "2020-05-01"): 2}
    assert warm.indicators.value("warmth", "here", MAY, revision=1).value == 1


def test_a_superseding_value_says_which_leg_changed(warm: Rooms) -> None:
    from dataclasses import replace

    from tests.storage.rooms import LEGS

    warm.delivered("here,2020-05-01,1")
    warm.delivered("here,2020-05-01,2", legs=replace(LEGS, revision="a" * 64, context="sha256:" + "4" * 64))
    warm.delivered("here,2020-05-01,3", legs=replace(LEGS, revision="a" * 64), parameters={"days": 2})
    reasons = [value.reason for value in warm.indicators.history("warmth", "here", MAY)]
    assert reasons == [
        "",
        "Changed since: the notebook, the data.",
        "Changed since: the data, the parameters.",
    ]


def test_the_same_value_again_is_no_new_revision(warm: Rooms) -> None:
    warm.delivered("here,2020-05-01,1")
    again = warm.delivered("here,2020-05-01,1\nhere,2020-06-01,2")
    assert (again.released, again.unchanged) == (1, 1)


def test_a_later_run_fills_gaps(warm: Rooms) -> None:
    warm.delivered("here,2020-05-01,\nhere,2020-07-01,3")
    warm.delivered("here,2020-05-01,1\nhere,2020-06-01,2")
    assert warm.numbers() == {("here", "2020-05-01"): 1, ("here", "2020-06-01"): 2, ("here", "2020-07-01"): 3}


@pytest.mark.parametrize("purpose", [Purpose.REPEAT, Purpose.EXECUTE])
def test_a_repeat_or_a_trial_never_publishes(warm: Rooms, purpose: Purpose) -> None:
    run = warm.succeeded("place,time,value\nhere,2020-05-01,1\n", purpose=purpose)
    assert warm.collecting.collect(run.id) is None
    assert warm.numbers() == {}


LATER = "the day after tomorrow"  # said in words, since the names of tests must not change at midnight
HELD = [
    ("nowhere,2020-05-01,1", "The place “nowhere” is not one of the indicator's."),
    (f"here,{LATER},1", "lies in the future"),
    ("here,2020-05-01,11", "11 K is outside of the plausible range -10 to 10."),
    ("here,2020-05-01,inf", "The value is infinite."),
    (f"{'x' * 200},2020-05-01,1", "is not one of the indicator's."),
    (",2020-05-01,1", "is not one of the indicator's."),
]


@pytest.mark.parametrize(("row", "reason"), HELD)
def test_a_row_that_fails_a_gate_is_held_with_its_reason_and_the_rest_goes_live(
    warm: Rooms, row: str, reason: str
) -> None:
    row = row.replace(LATER, (now() + timedelta(days=2)).date().isoformat())
    delivery = warm.delivered(f"{row}\nthere,2020-05-01,1")
    assert (delivery.released, delivery.held) == (1, 1)
    assert warm.numbers() == {("there", "2020-05-01"): 1}
    (held,) = warm.indicators.held("warmth")
    assert held.state is ValueState.HELD
    assert reason in held.reason


def test_values_that_contradict_each_other_in_one_delivery_are_all_held(warm: Rooms) -> None:
    delivery = warm.delivered("here,2020-05-01,1\nhere,2020-05-01T00:00:00Z,2\nhere,2020-06-01,3")
    assert (delivery.released, delivery.held) == (1, 2)
    assert {value.reason for value in warm.indicators.held("warmth")} == {
        "The delivery has 2 values for here at 2020-05-01."
    }


REFUSED = [
    ({"table": "place,time,value\nhere,2020-05-01,1\n", "unit": "°C"}, "The delivery is in “°C”, the indicator in “K”"),
    ({"table": "place,time\nhere,2020-05-01\n"}, "lacks the column value"),
    ({"table": "place,time,value\n"}, "has no rows"),
    ({"table": "place,time,value\nhere,yesterday,1\n"}, "Line 2 of the delivery cannot be read"),
    ({"table": "place,time,value\nhere,2020-05-01,warm\n"}, "Line 2 of the delivery cannot be read"),
    ({"table": "\x89PNG\n"}, "lacks the column"),
    ({"table": "place,time,value\nhere,2020-05-01,1\n", "name": "else"}, "no output called “values”; it left else"),
]


@pytest.mark.parametrize(("delivery", "reason"), REFUSED)
def test_a_delivery_that_cannot_be_taken_as_a_whole_says_why(
    warm: Rooms, delivery: dict[str, str], reason: str
) -> None:
    warm.delivered("here,2020-05-01,7")
    refused = warm.delivered("", **delivery)
    assert (refused.released, refused.held) == (0, 0)
    assert reason in refused.reason
    assert warm.numbers() == {("here", "2020-05-01"): 7}


def test_a_held_value_never_replaces_a_good_one(warm: Rooms) -> None:
    warm.delivered("here,2020-05-01,1")
    warm.delivered("here,2020-05-01,99")
    assert warm.numbers() == {("here", "2020-05-01"): 1}
    assert warm.indicators.value("warmth", "here", MAY).value == 1
    assert warm.indicators.summary(warm.indicators.indicator("warmth")).held == 1


def test_a_good_value_that_comes_later_overtakes_a_held_one(warm: Rooms) -> None:
    warm.delivered("here,2020-05-01,99")
    warm.delivered("here,2020-05-01,2")
    assert warm.numbers() == {("here", "2020-05-01"): 2}
    assert warm.indicators.held("warmth") == []


def test_an_editor_releases_a_held_value_for_a_reason(warm: Rooms) -> None:
    warm.delivered("here,2020-05-01,1")
    warm.delivered("here,2020-05-01,99")
    with pytest.raises(Forbidden):
        warm.indicators.release(SCIENTIST, "warmth", "here", MAY, 2, "It was hot.")
    with pytest.raises(Invalid, match="Say why"):
        warm.indicators.release(EDITOR, "warmth", "here", MAY, 2, " ")
    with pytest.raises(Invalid, match="is not held"):
        warm.indicators.release(EDITOR, "warmth", "here", MAY, 1, "It was hot.")
    released = warm.indicators.release(EDITOR, "warmth", "here", MAY, 2, "It was hot.")
    assert (released.value, released.revision) == (99, 3)
    assert released.reason == "Released by Edith: It was hot."
    assert warm.numbers() == {("here", "2020-05-01"): 99}
    assert [value.state for value in warm.indicators.history("warmth", "here", MAY)] == ["released", "held", "released"]


def test_a_value_of_an_unknown_place_cannot_be_released(warm: Rooms) -> None:
    warm.delivered("nowhere,2020-05-01,1")
    with pytest.raises(Invalid, match="Add “nowhere” to the places"):
        warm.indicators.release(EDITOR, "warmth", "nowhere", MAY, 1, "It is there.")


def test_applying_the_same_definition_again_changes_nothing(rooms: Rooms) -> None:
    assert rooms.indicators.apply(EDITOR, indicator())[1]
    stamp = rooms.indicators.stamp("warmth")
    assert not rooms.indicators.apply(EDITOR, indicator())[1]
    assert rooms.indicators.stamp("warmth") == stamp
    assert rooms.indicators.apply(EDITOR, indicator(title="Warmer"))[1]
    assert rooms.indicators.stamp("warmth") != stamp


def test_a_place_that_has_values_stays(warm: Rooms) -> None:
    warm.delivered("there,2020-05-01,1")
    here = indicator()["places"][:1]  # type: ignore[index]
    with pytest.raises(Invalid, match="there of “warmth” has values"):
        warm.indicators.apply(EDITOR, indicator(places=here))


def test_who_is_no_editor_changes_no_indicator(rooms: Rooms) -> None:
    for actor in (READER, SCIENTIST):
        with pytest.raises(Forbidden):
            rooms.indicators.apply(actor, indicator())
    with pytest.raises(NotFound):
        rooms.indicators.indicator("warmth")


def test_a_definition_that_is_wrong_names_the_field() -> None:
    with pytest.raises(Invalid, match="status"):
        read_definition("id: x\nstatus: alive\n", "x.yaml")
    with pytest.raises(Invalid, match=r"x\.yaml is not YAML in line 2"):
        read_definition("id: x\n: : :\n - ]", "x.yaml")


def test_the_database_counts_current_values_and_neither_revisions_nor_held_ones(warm: Rooms) -> None:
    assert warm.indicators.counts() == {"warmth": 0}
    warm.delivered("here,2020-05-01,1\nthere,2020-05-01,2\nhere,2020-06-01,99")  # the last is out of range
    warm.delivered("here,2020-05-01,1.5")
    assert warm.indicators.counts() == {"warmth": len(warm.indicators.current("warmth"))} == {"warmth": 2}
