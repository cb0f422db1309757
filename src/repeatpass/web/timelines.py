"""Axes of time: where a stretch lies on one, and which years are written below it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from repeatpass.catalog.registry import Entry
from repeatpass.core.times import now
from repeatpass.web import words
from repeatpass.web.views.collections import Stretch, Tick, TimeBar

STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
TICKS = 6
THIN = 0.4  # per cent: a moment is still to be seen
Axis = tuple[float, float]  # first and last moment, in years


def years(moment: datetime) -> float:
    """A moment as a year with a fraction."""
    first = datetime(moment.year, 1, 1, tzinfo=UTC)
    return moment.year + (moment - first).total_seconds() / (366 * 86400)


def axis_of(entries: Iterable[Entry]) -> Axis | None:
    """The years that all entries together lie in."""
    known = [each for each in entries if each.start is not None]
    if not known:
        return None
    first = min(years(each.start) for each in known if each.start)
    last = max(years(each.end or now()) for each in known)
    return _widened(first, last)


def _widened(first: float, last: float) -> Axis:
    return (first, last) if last - first > 0.02 else (first - 0.5, first + 0.5)


def stretch_of(start: datetime | None, end: datetime | None, axis: Axis | None, label: str) -> Stretch | None:
    """Where a stretch lies on *axis*; None where no beginning is stated."""
    if start is None or axis is None:
        return None
    width = axis[1] - axis[0]
    left = 100 * (years(start) - axis[0]) / width
    right = 100 * (years(end or now()) - axis[0]) / width
    wide = max(THIN, min(100.0, right) - max(0.0, left))
    return Stretch(
        left=round(min(max(0.0, left), 100 - wide), 2), width=round(wide, 2), label=label, ongoing=end is None
    )


def ticks_of(axis: Axis | None) -> tuple[Tick, ...]:
    """Round years on *axis*; of less than two years, months."""
    if axis is None:
        return ()
    first, last = axis
    if last - first < 2:
        return _months(axis)
    step = next((each for each in STEPS if (last - first) / each <= TICKS), STEPS[-1])
    marks = range(int(-(-first // step)) * step, int(last) + 1, step)
    return tuple(Tick(left=round(100 * (year - first) / (last - first), 2), label=str(year)) for year in marks)


def _months(axis: Axis) -> tuple[Tick, ...]:
    first, last = axis
    every = [(year, month) for year in range(int(first), int(last) + 1) for month in range(1, 13)]
    inside = [(y, m) for y, m in every if first <= y + (m - 1) / 12 <= last]
    chosen = inside[:: max(1, -(-len(inside) // TICKS))]
    return tuple(
        Tick(left=round(100 * (y + (m - 1) / 12 - first) / (last - first), 2), label=f"{words.MONTHS[m - 1][:3]} {y}")
        for y, m in chosen
    )


def time_bar(start: datetime | None, end: datetime | None, counted: Sequence[tuple[int, int, int]]) -> TimeBar | None:
    """The bar of a collection; *counted* are year, month and how many items begin in it."""
    if start is None:
        return None
    axis = _widened(years(start), years(end or now()))
    first, last = words.month(start), words.month(end) if end else "today"
    label = first if first == last else f"{first} to {last}"
    stretch = stretch_of(start, end, axis, label)
    if stretch is None:
        return None
    total = sum(number for *_, number in counted)
    bars = _bars(counted, axis) if total > 2 else ()
    by = "month" if axis[1] - axis[0] <= 12 else "year"
    caption = f"{words.plural(total, 'item')}; the height of a bar tells how many begin in a {by}." if bars else ""
    return TimeBar(stretch=stretch, ticks=ticks_of(axis), bars=bars, caption=caption)


def _bars(counted: Sequence[tuple[int, int, int]], axis: Axis) -> tuple[tuple[float, float, float, str], ...]:
    first, last = axis
    monthly = last - first <= 12
    found: dict[tuple[int, int], int] = {}
    for year, month, number in counted:
        key = (year, month if monthly else 1)
        found[key] = found.get(key, 0) + number
    most, width = max(found.values()), 100 * (1 / 12 if monthly else 1) / (last - first)
    bars = []
    for (year, month), number in sorted(found.items()):
        left = 100 * (year + (month - 1) / 12 - first) / (last - first)
        name = f"{words.MONTHS[month - 1]} {year}" if monthly else str(year)
        start = min(max(0.0, left), 99.6)
        wide = max(THIN, min(width * 0.82, 100 - start))
        bars.append(
            (round(start, 2), round(wide, 2), round(number / most, 3), f"{name}: {words.plural(number, 'item')}")
        )
    return tuple(bars)
