"""Which files of a layer cover a place at a time, quickly, however many there are."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from repeatpass.data.records import Box, Layer, Source
from repeatpass.kit.memory import Remembered

MOST = 2_000_000  # files whose places are held
FEW = 16  # files that are looked at one by one


class Covering:
    """Looks files up by time and place."""

    def __init__(self) -> None:
        self._places: Remembered[_Places] = Remembered(MOST, lambda each: len(each.boxes))

    def find(self, layer: Layer, times: Sequence[str], box: Box | None) -> list[tuple[Source, str]]:
        """Return the files that touch *box* (degrees; None: all), with the time to read of each, the newest first.

        *times*: the newest last; empty for a layer without times.
        """
        if len(layer.sources) <= FEW:
            pairs = _pairs(layer.sources, times)
            return [(source, time) for source, time in pairs if box is None or touching(source.bbox, box)]
        key = (layer.id, layer.stamp)
        places = self._places.get(key)
        if places is None:
            places = _Places(layer.sources)
            self._places.put(key, places)
        return _pairs([layer.sources[number] for number in places.within(times, box)], times)


class _Places:
    """The files of a layer by time, and their boxes in a tree."""

    def __init__(self, sources: Sequence[Source]) -> None:
        from shapely import STRtree, box

        self.times: dict[str, set[int]] = defaultdict(set)
        self.boxes: list[int] = []  # the file of each box: one that crosses the antimeridian has two
        shapes: list[Any] = []
        for number, source in enumerate(sources):
            for time in source.times:
                self.times[time].add(number)
            west, south, east, north = source.bbox
            for left, right in [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]:
                shapes.append(box(left, south, right, north))
                self.boxes.append(number)
        self.tree = STRtree(shapes)

    def within(self, times: Sequence[str], wanted: Box | None) -> list[int]:
        """Return the numbers of the files of these times that touch the box, in order."""
        from shapely import box

        known = set().union(*(self.times.get(time, set()) for time in times)) if times else set(self.boxes)
        if wanted is None:
            return sorted(known)
        west, south, east, north = wanted
        near: set[int] = set()
        for left, right in spans(west, east):
            near |= {self.boxes[each] for each in self.tree.query(box(left, south, right, north))}
        return sorted(known & near)


def _pairs(sources: Sequence[Source], times: Sequence[str]) -> list[tuple[Source, str]]:
    if not times:
        return [(source, "") for source in sources]
    wanted = list(reversed(times))
    if len(wanted) == 1:
        return [(source, wanted[0]) for source in sources if wanted[0] in source.times]
    places = {time: place for place, time in enumerate(wanted)}
    found = [(places[time], source, time) for source in sources for time in source.times if time in places]
    return [(source, time) for _, source, time in sorted(found, key=lambda each: each[0])]


def touching(one: Box, other: Box) -> bool:
    """Whether two boxes in degrees share anything; west > east means across the antimeridian."""
    if one[3] < other[1] or other[3] < one[1]:
        return False
    return any(a <= d and c <= b for a, b in spans(one[0], one[2]) for c, d in spans(other[0], other[2]))


def spans(west: float, east: float) -> list[tuple[float, float]]:
    """Return longitudes from *west* to *east* as one or two spans within −180 to 180, whichever turn they are on."""
    east = east + 360 if east < west else east
    if east - west >= 360:
        return [(-180.0, 180.0)]
    turn = (west + 180) // 360 * 360
    west, east = west - turn, east - turn
    return [(west, east)] if east <= 180 else [(west, 180.0), (-180.0, east - 360)]
