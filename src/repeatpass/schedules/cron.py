"""The slots of a schedule: when it is due next, how many were missed, and how much later it begins than the slot says."""

import hashlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from repeatpass.core.durations import parse_duration, seconds_of
from repeatpass.core.errors import Invalid
from repeatpass.indicators.timing import Timing

MOST = 1000  # slots that are counted as missed


def next_slot(timing: Timing, after: datetime, anchor: datetime) -> datetime | None:
    """Return the first slot after a moment, in UTC; None if the clock has nothing to do with it.

    A cron expression is read in its zone, as Debian's cron does: a time that does not exist on the day on which
    summer time begins is due when that hour is over, one that exists twice in autumn is due once. Slots *every*
    so long are counted from *anchor*.
    """
    if timing.cron:
        return _next_cron(timing, after)
    return _next_interval(timing.every, after, anchor) if timing.every else None


def _next_cron(timing: Timing, after: datetime) -> datetime | None:
    try:
        times = CronSim(timing.cron, after.astimezone(ZoneInfo(timing.timezone)))
        for found in times:
            # In the hour that autumn repeats, the walk begins with the first of the two and may step back.
            if (slot := found.astimezone(UTC)) > after:
                return slot
    except (CronSimError, OSError, ValueError, KeyError) as error:
        raise Invalid(f"“{timing.cron}” in {timing.timezone} cannot be read: {error}.") from None
    return None


def _next_interval(every: str, after: datetime, anchor: datetime) -> datetime:
    step = parse_duration(every)
    number = max(0, int((after - anchor).total_seconds() / seconds_of(every)) - 1)
    while True:
        slot: datetime = anchor + step * number
        if slot > after:
            return slot
        number += 1


def missed(timing: Timing, due: datetime, moment: datetime, anchor: datetime) -> int:
    """Return how many slots there are from *due* to *moment*, both included; a thousand at most."""
    count, slot = 0, due
    while slot <= moment and count < MOST:
        count += 1
        following = next_slot(timing, slot, anchor)
        if following is None:
            break
        slot = following
    return count


def jitter_of(schedule: str, timing: Timing) -> timedelta:
    """Return how much later than its slots a schedule begins: always the same for one id, spread over all of them."""
    if not timing.jitter:
        return timedelta()
    number = int.from_bytes(hashlib.sha256(schedule.encode()).digest()[:8])
    return timedelta(seconds=number % (int(seconds_of(timing.jitter)) + 1))
