"""Which places and times an indicator lacks, and the fewest stretches of time that make them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from repeatpass.core.durations import parse_duration, seconds_of
from repeatpass.core.times import iso_short

MOST = 200_000  # steps of one record; a daily one of 500 years has fewer


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A stretch of time at some places: from *start* to *end*, which is not part of it."""

    places: tuple[str, ...]
    start: datetime
    end: datetime

    @property
    def words(self) -> str:
        """What it is, for people."""
        return f"{iso_short(self.start)} to {iso_short(self.end)} at {', '.join(self.places)}"


@dataclass(frozen=True, slots=True)
class Steps:
    """The regular times of a record: the *first*, and one every *cadence* (ISO 8601 duration) up to a moment.

    A value filed under a time stands for the step that begins there, so the last step is the last that is over.
    """

    first: datetime
    cadence: str
    moment: datetime

    def starts(self) -> list[datetime]:
        """The beginnings of all steps, and the end of the last: one more than there are steps."""
        step, found, number = parse_duration(self.cadence), [self.first], 1
        while number < MOST:
            following: datetime = self.first + step * number
            if following > self.moment:
                break
            found.append(following)
            number += 1
        return found

    def numbered(self, times: Iterable[datetime], starts: Sequence[datetime]) -> set[int]:
        """The numbers of the steps in which *times* lie."""
        length = seconds_of(self.cadence)
        found = set()
        for time in times:
            number = int((time - self.first).total_seconds() / length)
            for near in (number, number - 1, number + 1):  # months differ in length
                if 0 <= near < len(starts) - 1 and starts[near] <= time < starts[near + 1]:
                    found.add(near)
        return found


def missing(
    steps: Steps, known: Mapping[str, Iterable[datetime]], again: Mapping[str, Iterable[datetime]]
) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return, for each place, the stretches without a time of *known*, together with the steps of *again*."""
    starts, found = steps.starts(), {}
    for place, times in known.items():
        lacking = set(range(len(starts) - 1)) - steps.numbered(times, starts)
        lacking |= steps.numbered(again.get(place, ()), starts)
        found[place] = [(starts[a], starts[b + 1]) for a, b in _together(sorted(lacking))]
    return found


def _together(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Join numbers that follow each other."""
    for _, group in groupby(enumerate(numbers), lambda entry: entry[1] - entry[0]):
        members = [number for _, number in group]
        yield members[0], members[-1]


def by_stretch(found: Mapping[str, Sequence[tuple[datetime, datetime]]], longest: str) -> list[Stretch]:
    """Join the places that lack the same stretch, cut into pieces no longer than *longest* (empty: any length)."""
    places: dict[tuple[datetime, datetime], list[str]] = {}
    for place, stretches in found.items():
        for stretch in stretches:
            places.setdefault(stretch, []).append(place)
    return [
        Stretch(places=tuple(names), start=start, end=end)
        for stretch, names in sorted(places.items())
        for start, end in _cut(stretch, longest)
    ]


def for_all_places(
    found: Mapping[str, Sequence[tuple[datetime, datetime]]],
) -> dict[str, list[tuple[datetime, datetime]]]:
    """Join what any place lacks, for a notebook that computes all places at once; the key is “every place”."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(stretch for stretches in found.values() for stretch in stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return {"every place": joined}


def _cut(stretch: tuple[datetime, datetime], longest: str) -> Iterator[tuple[datetime, datetime]]:
    start, end = stretch
    if not longest:
        yield stretch
        return
    step = parse_duration(longest)
    while start < end:
        following: datetime = min(start + step, end)
        yield start, following
        start = following
