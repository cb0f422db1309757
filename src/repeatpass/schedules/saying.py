"""Schedules in words, for pages and the command line."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from repeatpass.indicators.timing import Timing
from repeatpass.schedules.records import Kind, Schedule, Tick

DURATIONS = {
    "P1Y": "every year", "P3M": "every three months", "P1M": "every month", "P1W": "every week", "P7D": "every week",
    "P1D": "every day", "PT1H": "every hour", "P30D": "every 30 days",
}  # fmt: skip
PART = re.compile(r"(\d+)([YMWDHS])")
UNITS = {"Y": "year", "W": "week", "D": "day", "H": "hour", "S": "second"}
DOES = {Kind.UPDATE: "Update", Kind.REPEAT: "Repeat", Kind.RUN: "Run"}


def every_words(duration: str) -> str:
    """An ISO 8601 duration as people say it: every 40 days."""
    if duration in DURATIONS:
        return DURATIONS[duration]
    date, _, time = duration.removeprefix("P").partition("T")
    parts = [_part(count, UNITS.get(unit, "month")) for count, unit in PART.findall(date)]
    parts += [_part(count, UNITS.get(unit, "minute")) for count, unit in PART.findall(time)]
    return f"every {' and '.join(parts)}"


def _part(count: str, unit: str) -> str:
    return f"{count} {unit}{'s' * (count != '1')}"


def timing_words(timing: Timing) -> str:
    """When something is done, in a sentence without its full stop."""
    parts = []
    if timing.cron:
        parts.append(f"{cron_words(timing.cron)}, {timing.timezone}")
    elif timing.every:
        parts.append(every_words(timing.every).capitalize())
    waits = [*timing.collections, *(source.name for source in timing.sources)]
    if waits:
        parts.append(f"{'when' if parts else 'When'} there are new data in {', '.join(waits)}")
    return "; ".join(parts)


def cron_words(cron: str) -> str:
    """A cron expression as people say it: At 06:30 on Monday."""
    try:
        return CronSim(cron, datetime(2026, 1, 1)).explain()
    except Exception:  # kept by an older version: as it is written
        return cron


def due_words(schedule: Schedule) -> str:
    """When it is due next."""
    if schedule.paused:
        return schedule.note or "Paused."
    if schedule.wanted:
        return f"Begins now: {schedule.wanted}."
    if schedule.due is None:
        return schedule.note or "When there are new data."
    return f"{schedule.due:%-d %B %Y, %H:%M} UTC{_local(schedule)}"


def _local(schedule: Schedule) -> str:
    zone = schedule.timing.timezone
    if zone == "UTC" or schedule.due is None:
        return ""
    return f" ({schedule.due.astimezone(ZoneInfo(zone)):%H:%M} in {zone.rpartition('/')[2].replace('_', ' ')})"


def cause_words(tick: Tick) -> str:
    """Why a tick began, as the beginning of a sentence."""
    return tick.cause[:1].upper() + tick.cause[1:]
