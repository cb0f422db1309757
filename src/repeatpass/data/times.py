"""Which of a layer's times is meant."""

from datetime import datetime

from repeatpass.core.errors import NotFound
from repeatpass.core.times import parse_time
from repeatpass.data.records import Layer


class NoSuchTime(NotFound):
    """The layer has nothing at this time."""

    kind = "no-such-time"


def chosen_times(layer: Layer, text: str, *, nearest: bool = False) -> tuple[str, ...]:
    """Return the times of *layer* that *text* means, newest last.

    *text* is empty or ``current`` (the newest), a moment, a part of one such as ``2010-03`` (the newest in that month),
    or an interval ``2010-01/2010-03`` with ``..`` for an open end (all in it). With *nearest* a moment that does not
    exist means the one closest to it. Raise NoSuchTime, naming times that exist; Invalid where *text* is no time.
    """
    if not layer.times:
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


def _between(layer: Layer, text: str) -> tuple[str, ...]:
    start, _, end = (part.strip() for part in text.partition("/"))
    first = None if start in ("", "..") else parse_time(start)
    last = None if end in ("", "..") else parse_time(end)
    found = [
        time
        for time in layer.times
        if (first is None or _at(time) >= first)
        and (last is None or _at(time) <= last or (len(end) < 11 and time.startswith(end)))
    ]
    if not found:
        raise NoSuchTime(
            f"{layer.id} has nothing in {text}; it goes from {layer.times[0]} to {layer.latest}.", time=text
        )
    return tuple(found)


def _moment(layer: Layer, text: str, nearest: bool) -> str:
    if "T" not in text:
        within = [time for time in layer.times if time.startswith(text)]
        if within and len(text) in (4, 7, 10):
            return within[-1]
    moment = parse_time(text)
    closest = min(layer.times, key=lambda time: abs(_at(time) - moment))
    if nearest or _at(closest) == moment:
        return closest
    raise NoSuchTime(f"{layer.id} has nothing at {text}; the closest time is {closest}.", time=text, closest=closest)


def _at(time: str) -> datetime:
    return parse_time(time)
