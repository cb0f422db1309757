"""The dimension of time: how a layer's times are listed, and which of them a request means.

06-042, annexes C and D: a time is an instant, one with less precision (``2020-05``), or ``current``. Where the layer has
no such time but goes on before and after it, the nearest is taken and a header says so.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise

from repeatpass.api.maps.refusing import Beyond, Refused
from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso, parse_time
from repeatpass.data.records import Layer
from repeatpass.data.times import NoSuchTime, chosen_time

LISTED = 1000  # times that are listed one by one even if they are regular
TICK = timedelta(seconds=1)  # intervals often end one second before the next begins
SHORT = timedelta(hours=1)
CODE = "InvalidDimensionValue"


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """The time of a layer that a request means."""

    time: str  # one of the layer's, or an interval of pictures; empty if it has none
    nearest: bool = False  # another one was asked for

    @property
    def headers(self) -> dict[str, str]:
        """The warning that the standard wants (06-042, C.4.2)."""
        return {"Warning": f"99 Nearest value used: time={self.time} ISO8601"} if self.nearest else {}


def moment(layer: Layer, asked: str) -> Moment:
    """Return the time of *layer* that *asked* means; raise Refused for what is no time, Beyond for one beyond all of them.

    *asked* is an instant, a date of any precision, ``start/end`` (of pictures all in it, the newest on top; of a cube the
    newest), ``current`` or empty (the newest of all).
    """
    if not layer.times or asked.lower() in {"", "current", "default"}:
        return Moment(time=layer.latest)
    if "," in asked:
        raise Refused(CODE, f"time is “{asked[:100]}”; a map shows one time, such as {layer.latest}.", "time")
    try:
        found = chosen_time(layer, asked)
        return Moment(time=asked if "/" in asked and layer.kind == "raster" else found)
    except NoSuchTime as error:
        if "/" in asked or not layer.times[0] < asked < layer.latest:
            raise Beyond(CODE, f"{error.message} It goes from {layer.times[0]} to {layer.latest}.", "time") from None
        return Moment(time=chosen_time(layer, asked, nearest=True), nearest=True)
    except Invalid as error:
        raise Refused(CODE, error.message, "time") from None


def listed(layer: Layer) -> tuple[str, ...]:
    """Return the times of *layer* as they are listed: one by one, or very many regular ones as ``start/end/period``.

    Intervals are ``start/end/period`` each, with how long it is; those that follow each other without a gap, each as
    long as the others, are one. A scene that took some minutes is listed by when it began.
    """
    times = layer.times
    period = _period(times) if len(times) > LISTED or (layer.ends and _without_gaps(layer)) else ""
    if period:
        return (f"{times[0]}/{layer.ends.get(times[-1], times[-1])}/{period}",)
    return tuple(_interval(each, layer.ends.get(each, "")) for each in times)


def _interval(start: str, end: str) -> str:
    if not end:
        return start
    first, beyond = parse_time(start), parse_time(end) + TICK
    if beyond.microsecond or beyond.second % 60:  # it does not end a second before a round time
        beyond -= TICK
    if beyond - first < SHORT:
        return start
    return f"{start}/{end}/{_period((iso(first), iso(beyond)))}"


def _without_gaps(layer: Layer) -> bool:
    ends = [parse_time(layer.ends[each]) for each in layer.times if each in layer.ends]
    begins = [parse_time(each) for each in layer.times[1:]]
    return len(ends) == len(layer.times) > 1 and all(
        timedelta() <= begin - end <= TICK for begin, end in zip(begins, ends, strict=False)
    )


@lru_cache(maxsize=256)
def _period(times: tuple[str, ...]) -> str:
    """The step from each time to the next, in months or years where it is such; empty where they differ."""
    moments = [parse_time(each) for each in times]
    months = {later - earlier for earlier, later in pairwise(each.year * 12 + each.month for each in moments)}
    if len(months) == 1 and months != {0} and len({(each.day, each.time()) for each in moments}) == 1:
        every = months.pop()
        return f"P{every // 12}Y" if every % 12 == 0 else f"P{every}M"
    steps = {later - earlier for earlier, later in pairwise(moments)}
    return _duration(steps.pop()) if len(steps) == 1 else ""


def _duration(step: timedelta) -> str:
    seconds = int(step.total_seconds())
    if seconds % 86400 == 0:
        return f"P{seconds // 86400}D"
    return f"PT{seconds // 3600}H" if seconds % 3600 == 0 else f"PT{seconds}S"
