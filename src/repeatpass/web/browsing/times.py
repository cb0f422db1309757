"""Times of layers in words: as fine as the layer's times differ."""

from collections.abc import Sequence

from repeatpass.core.times import parse_time
from repeatpass.data.records import Layer
from repeatpass.web import words


def said(time: str, times: Sequence[str]) -> str:
    """*time* in words; its day is left out where each month has one time, its hour where each day has one."""
    if not time:
        return ""
    moment, daily, hourly = parse_time(time), is_daily(times), is_hourly(times)
    if hourly:
        return f"{words.day(moment)}, {moment:%H:%M} UTC"
    return words.day(moment) if daily else words.month(moment)


def named(layer: Layer, time: str) -> str:
    """One of the layer's times in words; one that begins an interval with its day, or its hour where intervals are short."""
    end = layer.ends.get(time)
    if not end:
        return said(time, layer.times)
    return said(time, (time, end) if end[:10] == time[:10] else (time,))


def covered(layer: Layer, time: str) -> str:
    """What a time that begins an interval covers, in words; empty for a moment."""
    end = layer.ends.get(time)
    if not end:
        return ""
    first, last = (said(each, (time, end) if end[:10] == time[:10] else (each,)) for each in (time, end))
    return f"covers {first} to {last}"


def is_hourly(times: Sequence[str]) -> bool:
    """Whether some day has several times."""
    return len({time[:10] for time in times}) < len(times)


def is_daily(times: Sequence[str]) -> bool:
    """Whether days are worth saying: they differ, or there are few."""
    days = {time[:10] for time in times}
    return len(times) < 3 or len({day[8:] for day in days}) > 1 or len({day[:7] for day in days}) < len(days)


def span(times: Sequence[str]) -> str:
    """How many times, and from when to when."""
    if not times:
        return "no time stated"
    if len(times) == 1:
        return said(times[0], times)
    first, last = times[0][:4], times[-1][:4]
    return f"{len(times):,} times, {first}" + ("" if first == last else f" to {last}")


def short(time: str, times: Sequence[str]) -> str:
    """The shortest text that still means *time* alone."""
    return time if is_hourly(times) else time[:10]
