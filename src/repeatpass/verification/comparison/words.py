"""Short phrases for people: numbers, places in time, lists."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice


def number(value: float, unit: str = "") -> str:
    """Return *value* with three significant digits and its unit, e.g. ``0.03 °C``."""
    return f"{value:.3g} {unit}".rstrip()


def count(many: int, noun: str) -> str:
    """Return e.g. ``1 row``, ``2 rows`` or ``3 entries``."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{many} {noun if many == 1 else plural}"


def names(items: Sequence[str], most: int = 3) -> str:
    """Return e.g. ``a, b and c`` or ``a, b, c and 4 more``."""
    shown, rest = list(islice(items, most)), len(items) - most
    if rest > 0:
        shown.append(f"{rest} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def moment(label: str, labels: Sequence[str]) -> str:
    """Return the time *label* as people say it among all its fellow *labels*.

    In a monthly series (every label on the same day of the month, and no month
    twice) that is ``Dec 2007``; anywhere else the date, with the time if it has one.
    """
    when = _parsed(label)
    if when is None:
        return label
    fellows = [_parsed(other) for other in set(labels)]
    if None in fellows:
        return _plain(label, when)
    known = [fellow for fellow in fellows if fellow is not None]
    months = {(fellow.year, fellow.month) for fellow in known}
    steady = len({fellow.day for fellow in known}) == 1 and len(months) == len(known) > 1
    return when.strftime("%b %Y") if steady else _plain(label, when)


def _plain(label: str, when: datetime) -> str:
    midnight = (when.hour, when.minute, when.second, when.microsecond) == (0, 0, 0, 0)
    return when.date().isoformat() if midnight else label


def _parsed(label: str) -> datetime | None:
    try:
        return datetime.fromisoformat(label)
    except ValueError:
        return None
