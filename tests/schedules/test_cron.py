"""The slots of a schedule, on the days on which clocks are put forward and back too."""

from datetime import UTC, datetime, timedelta

import pytest

from repeatpass.core.errors import Invalid
from repeatpass.indicators.timing import Timing, check_timing
from repeatpass.schedules.cron import jitter_of, missed, next_slot

ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)


def slots(timing: Timing, after: datetime, count: int) -> list[str]:
    found, moment = [], after
    for _ in range(count):
        slot = next_slot(timing, moment, ANCHOR)
        assert slot is not None and slot > moment
        found.append(f"{slot:%m-%d %H:%M}")
        moment = slot
    return found


def test_a_time_that_does_not_exist_in_spring_is_due_when_the_hour_is_over() -> None:
    rome = Timing(cron="30 2 * * *", timezone="Europe/Rome")
    start = datetime(2026, 3, 27, 12, tzinfo=UTC)
    assert slots(rome, start, 4) == ["03-28 01:30", "03-29 01:00", "03-30 00:30", "03-31 00:30"]


def test_a_time_that_exists_twice_in_autumn_is_due_once() -> None:
    rome = Timing(cron="30 2 * * *", timezone="Europe/Rome")
    start = datetime(2026, 10, 23, 12, tzinfo=UTC)
    assert slots(rome, start, 3) == ["10-24 00:30", "10-25 00:30", "10-26 01:30"]
    between = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    assert slots(rome, between, 1) == ["10-26 01:30"]


def test_every_hour_is_every_hour_also_when_the_clocks_change() -> None:
    rome = Timing(cron="0 * * * *", timezone="Europe/Rome")
    assert slots(rome, datetime(2026, 10, 24, 23, 30, tzinfo=UTC), 4) == [
        "10-25 00:00", "10-25 01:00", "10-25 02:00", "10-25 03:00",
    ]  # fmt: skip
    assert slots(rome, datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 2) == ["03-29 01:00", "03-29 02:00"]


def test_monthly_repeats_keep_their_day() -> None:
    monthly = Timing(every="P1M")
    anchor = datetime(2026, 1, 31, 6, tzinfo=UTC)
    assert next_slot(monthly, anchor, anchor) == datetime(2026, 2, 28, 6, tzinfo=UTC)
    assert next_slot(monthly, datetime(2026, 3, 1, tzinfo=UTC), anchor) == datetime(2026, 3, 31, 6, tzinfo=UTC)
    assert next_slot(monthly, datetime(2126, 3, 1, tzinfo=UTC), anchor) == datetime(2126, 3, 31, 6, tzinfo=UTC)


def test_missed_slots_are_counted() -> None:
    daily = Timing(cron="0 6 * * *")
    due = datetime(2026, 5, 1, 6, tzinfo=UTC)
    assert missed(daily, due, due, ANCHOR) == 1
    assert missed(daily, due, due + timedelta(days=3, hours=1), ANCHOR) == 4
    assert missed(Timing(cron="* * * * *"), due, due + timedelta(days=365), ANCHOR) == 1000


def test_jitter_is_the_same_for_one_schedule_and_spread_over_many() -> None:
    timing = Timing(cron="0 6 * * *", jitter="PT10M")
    found = {jitter_of(f"update-{number}", timing) for number in range(100)}
    assert jitter_of("update-1", timing) == jitter_of("update-1", timing)
    assert len(found) > 80
    assert timedelta() <= min(found) and max(found) <= timedelta(minutes=10)


@pytest.mark.parametrize(
    ("timing", "words"),
    [
        (
            Timing(cron="61 * * * *"),
            "cron “61 \\* \\* \\* \\*” cannot be read \\(Bad minute\\); it has five fields: minute",
        ),
        (Timing(cron="0 6 * *"), "It has 4 fields"),
        (Timing(cron="0 0 31 2 *"), "cron “0 0 31 2 \\*” cannot be read"),
        (Timing(cron="0 6 * * *", timezone="Mars/Olympus"), "timezone “Mars/Olympus” is not known; write an IANA name"),
        (Timing(cron="0 6 * * *", jitter="P2D"), "jitter “P2D” is longer than a day"),
        (Timing(every="P0D"), "“P0D” is not a duration; write it as P1M"),
        (Timing(), "neither when"),
    ],
)
def test_a_timing_that_cannot_be_kept_is_refused(timing: Timing, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        check_timing(timing)
