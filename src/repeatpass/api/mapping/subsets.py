"""The parameter ``subset`` of maps: a part of the world, axis by axis, and a time (20-058, 9.4 and 10.4)."""

import re
from dataclasses import dataclass

from starlette.requests import Request

from repeatpass.api.maps.refusing import Nothing, wrong

ACROSS, DOWN = {"lon", "long", "longitude", "x", "e", "easting"}, {"lat", "latitude", "y", "n", "northing"}
TIME = {"time", "datetime", "t"}
AXIS = re.compile(r"([A-Za-z]+)\(([^()]*)\)")
END = re.compile(r'"[^"]*"|[^":]+')
Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subset:
    """What ``subset`` narrows; None and empty where it does not."""

    across: Interval | None = None  # of longitudes or eastings; the first end is more where it crosses 180 degrees
    down: Interval | None = None
    time: str = ""  # as ``datetime`` would say it

    @property
    def spatial(self) -> bool:
        """Whether it narrows the part of the world."""
        return self.across is not None or self.down is not None


def words_of(request: Request) -> dict[str, str]:
    """Return the query; several ``subset`` are one, with commas between (20-058, requirement 22 I)."""
    words = dict(request.query_params)
    if "subset" in words:
        words["subset"] = ",".join(each for each in request.query_params.getlist("subset") if each)
    return words


def subset_of(text: str) -> Subset:
    """Read ``Lat(40:60),Lon(-10:10),time("2020-05":*)``; raise Refused for what is no such thing."""
    if AXIS.sub("", text).strip(", "):
        raise wrong("subset", text, "axes with an interval, such as Lat(40:60),Lon(-10:10)")
    across, down, time = None, None, ""
    for axis, inside in AXIS.findall(text):
        name, ends = axis.lower(), [each.strip().strip('"').strip() for each in END.findall(inside)]
        if name in TIME:
            time = _time(ends, text)
        elif name in ACROSS:
            across = _interval(ends, text)
        elif name in DOWN:
            down = _interval(ends, text)
        else:
            raise wrong("subset", text, "along Lat and Lon, E and N, or time")
    return Subset(across=across, down=down, time=time)


def _time(ends: list[str], text: str) -> str:
    if not 1 <= len(ends) <= 2 or not all(ends):
        raise wrong("subset", text, 'a time in quotes, such as time("2020-05-01T00:00:00Z") or time("2020":"2021")')
    if len(ends) == 1:
        return "" if ends[0] == "*" else ends[0]
    return "/".join(".." if each == "*" else each for each in ends)


def _interval(ends: list[str], text: str) -> Interval:
    try:
        low, high = (float(each) for each in ends)
    except ValueError:
        raise wrong("subset", text, "intervals of numbers, such as Lat(40:60)") from None
    if not all(abs(each) <= 1e9 for each in (low, high)):
        raise wrong("subset", text, "intervals of numbers, such as Lat(40:60)")
    return low, high


def require_on_earth(found: Subset) -> None:
    """Raise Nothing where an interval of degrees lies wholly beyond the world (20-058, requirement 22 E)."""
    if found.down is not None and (min(found.down) > 90 or max(found.down) < -90):
        raise Nothing("There is no such latitude.")
    if found.across is not None and (min(found.across) > 360 or max(found.across) < -360):
        raise Nothing("There is no such longitude.")
