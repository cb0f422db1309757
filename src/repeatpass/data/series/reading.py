"""Reading a field in blocks: memory stays bounded, chunks are unpacked once, and nobody waits for ever."""

import time as clock
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from repeatpass.core.errors import Exhausted
from repeatpass.data.series.fields import Field
from repeatpass.data.series.totals import Totals
from repeatpass.data.series.weights import Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK_VALUES = 8_000_000  # of a block that is summed: 32 MB as they are read, some 200 while they are summed
BLOCK_UNPACKED = 64_000_000  # values that are unpacked for one block


class TooLong(Exhausted):
    """The answer takes longer than it may."""

    kind = "series-too-long"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """When reading must have ended."""

    seconds: float
    start: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """One that begins now."""
        return cls(seconds=seconds, start=clock.monotonic())

    def check(self) -> None:
        """Raise TooLong once it has passed."""
        if clock.monotonic() - self.start > self.seconds:
            raise TooLong(
                f"This took longer than the {self.seconds:g} seconds that a series may take. Take a smaller area or a shorter "
                "time; where a copy in long chunks is being made, ask again later."
            )


def runs_of(places: Sequence[int]) -> Iterator[slice]:
    """Join *places* (rising) into stretches that can be read at once."""
    start = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[at - 1] + 1:
            yield slice(places[start], places[at - 1] + 1)
            start = at


def blocks(field: Field, times: slice, rows: slice, columns: slice) -> Iterator[tuple[slice, slice]]:
    """Cut a window into blocks of times and rows along the field's chunks."""
    long, high, wide = field.chunks
    width, height = columns.stop - columns.start, rows.stop - rows.start
    across = _touched(columns, wide) * wide
    tall = _whole(min(BLOCK_VALUES // (long * width), BLOCK_UNPACKED // (long * across)), high, height)
    down = _touched(slice(rows.start, min(rows.stop, rows.start + tall)), high) * high
    most = _whole(
        min(BLOCK_VALUES // (tall * width), BLOCK_UNPACKED // (down * across)), long, times.stop - times.start
    )
    for top in _cuts(rows, tall, high):
        for first in _cuts(times, most, long):
            yield first, top


def _touched(window: slice, chunk: int) -> int:
    return int((window.stop - 1) // chunk - window.start // chunk + 1)


def _whole(number: int, chunk: int, length: int) -> int:
    """As many whole chunks as *number* holds, at least one; not more than *length* needs."""
    return min(max(chunk, number // chunk * chunk), length + chunk)


def _cuts(window: slice, step: int, chunk: int) -> Iterator[slice]:
    """Cut a window at multiples of *chunk*, every *step*."""
    start = window.start
    while start < window.stop:
        stop = min(window.stop, start // chunk * chunk + step)
        yield slice(start, stop)
        start = stop


def add_area(
    totals: Totals, field: Field, wanted: Sequence[tuple[int, int]], parts: Sequence[Part], deadline: Deadline
) -> None:
    """Add to *totals* what *field* has inside *parts*; *wanted*: pairs of a time's place in the field and in the totals."""
    target = dict(wanted)
    for stretch in runs_of([place for place, _ in wanted]):
        for part in parts:
            for times, rows in blocks(field, stretch, part.rows, part.columns):
                deadline.check()
                weights = part.weights[rows.start - part.rows.start : rows.stop - part.rows.start]
                inside = weights > 0
                if inside.any():
                    values = _flat(field.read(times, rows, part.columns), inside)
                    totals.add(_targets(times, target), values, weights[inside])


def _flat(values: "NDArray[Any]", inside: "NDArray[Any]") -> "NDArray[Any]":
    return values.reshape(len(values), -1) if inside.all() else values[:, inside]


def _targets(times: slice, target: dict[int, int]) -> Any:
    import numpy as np

    return np.fromiter((target[place] for place in range(times.start, times.stop)), dtype="int64")


def at_cell(
    field: Field, wanted: Sequence[tuple[int, int]], cell: tuple[int, int], result: "NDArray[Any]", deadline: Deadline
) -> None:
    """Put into *result* (time,) the values of one cell, where there are any."""
    import numpy as np

    rows, columns = (slice(place, place + 1) for place in cell)
    target = dict(wanted)
    for stretch in runs_of([place for place, _ in wanted]):
        for times, _ in blocks(field, stretch, rows, columns):
            deadline.check()
            found = field.read(times, rows, columns)[:, 0, 0].astype("float64")
            there, places = np.isfinite(found), _targets(times, target)
            result[places[there]] = found[there]
