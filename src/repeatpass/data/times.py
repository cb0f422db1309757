"""Which of a layer's times is meant. A time is a moment, or the beginning of an interval that the layer knows the end of."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from repeatpass.core.errors import NotFound
from repeatpass.core.times import parse_time
from repeatpass.data.records import Layer

INSTANT, DAY = timedelta(microseconds=1), timedelta(days=1)
AGES = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))


class NoSuchTime(NotFound):
    """The layer has nothing at this time."""

    kind = "no-such-time"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """From a moment to another, both included."""

    first: datetime
    last: datetime

    def meets(self, other: "Span") -> bool:
        """Say whether they share a moment."""
        return self.first <= other.last and other.first <= self.last

    def distance(self, moment: datetime) -> timedelta:
        """Return how far *moment* lies outside."""
        return max(self.first - moment, moment - self.last, timedelta())


def chosen_times(layer: Layer, text: str, *, nearest: bool = False) -> tuple[str, ...]:
    """Return the times of *layer* that *text* means, newest last.

    *text* is empty or ``current`` (the newest), a moment, a part of one such as ``2010-03`` (the newest in that month),
    or an interval ``2010-01/2010-03`` with ``..`` for an open end (all in it). A time that begins an interval is meant
    by every moment in it, and by every interval that meets it. With *nearest* a moment that does not exist means the
    time closest to it. A layer without times has none to choose from, whatever is asked for. Raise NoSuchTime, naming
    times that exist; Invalid where *text* is no time.
    """
    if not layer.times:
        _require_time(text)
        return ()
    if text in ("", "current", "latest"):
        return (layer.latest,)
    if "/" in text:
        return _between(layer, text)
    if text in layer.times:
        return (text,)
    return (_moment(layer, text, nearest),)


def chosen_time(layer: Layer, text: str, *, nearest: bool = False) -> str:
    """Return the one time that *text* means: of an interval the newest; empty where the layer has no time."""
    found = chosen_times(layer, text, nearest=nearest)
    return found[-1] if found else ""


def span_of(layer: Layer, time: str) -> Span:
    """Return what one of the layer's times covers."""
    first, end = parse_time(time), layer.ends.get(time)
    return Span(first=first, last=parse_time(end) if end else first)


def _require_time(text: str) -> None:
    for part in text.split("/", 1) if text not in ("", "current", "latest") else ():
        if part.strip() not in ("", ".."):
            parse_time(part)


def _between(layer: Layer, text: str) -> tuple[str, ...]:
    start, _, end = (part.strip() for part in text.partition("/"))
    first = AGES[0] if start in ("", "..") else parse_time(start)
    last = AGES[1] if end in ("", "..") else _part(end).last
    asked = Span(first=first, last=last)
    found = tuple(time for time in layer.times if span_of(layer, time).meets(asked))
    if not found:
        raise NoSuchTime(
            f"{layer.id} has nothing in {text}; it goes from {layer.times[0]} to {layer.latest}.", time=text
        )
    return found


def _moment(layer: Layer, text: str, nearest: bool) -> str:
    if "T" not in text:
        within = [time for time in layer.times if time.startswith(text)]
        if within and len(text) in (4, 7, 10):
            return within[-1]
    asked = _part(text)
    covering = [time for time in layer.ends if span_of(layer, time).meets(asked)]
    if covering:
        return max(covering)  # of several the one that began last
    closest = min(layer.times, key=lambda time: span_of(layer, time).distance(asked.first))
    if nearest or parse_time(closest) == asked.first:
        return closest
    raise NoSuchTime(f"{layer.id} has nothing at {text}; the closest time is {closest}.", time=text, closest=closest)


def _part(text: str) -> Span:
    """What a moment, a day, a month or a year covers."""
    first, length = parse_time(text), len(text.strip())
    if length == 10 and first < AGES[1] - DAY:
        return Span(first=first, last=first + DAY - INSTANT)
    if length not in (4, 7) or first.year == AGES[1].year:
        return Span(first=first, last=first)
    months = first.year * 12 + first.month - 1 + (12 if length == 4 else 1)
    return Span(first=first, last=datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC) - INSTANT)
