"""The map of a batch: every area coloured by the state of its parts, light enough for ten thousand of them."""

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence

import shapely
from markupsafe import Markup, escape
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from repeatpass.batches.records import Area, PartState
from repeatpass.web.views.batches import AreaMap

MANY = 400  # areas that are drawn one by one, with a name and a link each; more are drawn state by state
FINE = 800  # the drawing is this many steps wide: nothing finer can be seen
KEPT = 30
BEFORE = (PartState.FAILED, PartState.RUNNING, PartState.WAITING, PartState.CANCELLED, PartState.DONE, PartState.REUSED)
Box = tuple[float, float, float, float]


class Outlines:
    """The outlines of the areas of the batches that were looked at last; they never change."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Box, list[str]]] = OrderedDict()

    def of(self, batch: str, areas: Sequence[Area]) -> tuple[Box, list[str]]:
        """Return the box around the areas and the outline of each as an SVG path."""
        if batch not in self._known:
            self._known[batch] = outlines(areas)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return self._known[batch]


def outlines(areas: Sequence[Area]) -> tuple[Box, list[str]]:
    """Draw areas; the box is west, top, width, height, with y down, as SVG counts."""
    shapes = [shape(area.geometry) for area in areas]
    west, south, east, north = shapely.total_bounds(shapely.GeometryCollection(shapes)).tolist()
    margin = max(0.06 * max(east - west, north - south), 0.5)
    west, east = max(-180.0, west - margin), min(180.0, east + margin)
    south, north = max(-90.0, south - margin), min(90.0, north + margin)
    if east - west > 3.2 * (north - south):  # a strip is given some sky
        middle = (north + south) / 2
        half = (east - west) / 6.4
        south, north = max(-90.0, middle - half), min(90.0, middle + half)
    step = max(east - west, north - south) / FINE
    digits = 0 if step > 1 else 1 if step > 0.1 else 2 if step > 0.01 else 3 if step > 0.001 else 4
    return (west, -north, east - west, north - south), [_outline(each, step, digits) for each in shapes]


def _outline(geometry: BaseGeometry, step: float, digits: int) -> str:
    if geometry.length < 2 * step or geometry.area == 0:  # a point or a line is drawn as wide as can be seen
        geometry = geometry.buffer(4 * step, quad_segs=2)
    elif shapely.get_num_coordinates(geometry) > 12:
        geometry = geometry.simplify(step / 2)
    return "".join(_ring(ring.coords, digits) for ring in _rings(geometry))


def _rings(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type == "Polygon" and not part.is_empty:
            yield part.exterior
            yield from part.interiors


def _ring(points: Sequence[tuple[float, ...]], digits: int) -> str:
    steps = " ".join(f"{x:.{digits}f} {-y:.{digits}f}" for x, y, *_ in points[:-1])
    return f"M{steps}z"


def state_of(counts: Counter[PartState]) -> PartState:
    """The state that an area is shown in: that of its parts which most needs to be seen."""
    return next((state for state in BEFORE if counts[state]), PartState.WAITING)


def draw(
    areas: Sequence[Area], known: tuple[Box, list[str]], by_area: Mapping[int, Counter[PartState]], href: str
) -> AreaMap:
    """Draw the map; *href* with the area's number appended is where a single area leads."""
    box, paths = known
    states = [state_of(by_area.get(area.number, Counter())) for area in areas]
    many = len(areas) > MANY
    shapes = _by_state(states, paths) if many else _one_by_one(areas, states, paths, by_area, href)
    caption = f"{len(areas):,} areas; each in the colour of that of its parts which most needs to be seen."
    return AreaMap(box=box, shapes=Markup(shapes), caption=caption, linked=bool(href) and not many)


def _by_state(states: Sequence[PartState], paths: Sequence[str]) -> str:
    drawn = []
    for state in dict.fromkeys(states):
        outline = "".join(path for path, own in zip(paths, states, strict=True) if own is state)
        drawn.append(f'<path class="{state}" d="{outline}"/>')
    return "".join(drawn)


def _one_by_one(
    areas: Sequence[Area],
    states: Sequence[PartState],
    paths: Sequence[str],
    by_area: Mapping[int, Counter[PartState]],
    href: str,
) -> str:
    drawn = []
    for area, state, path in zip(areas, states, paths, strict=True):
        counts = by_area.get(area.number, Counter())
        words = ", ".join(f"{count} {each}" for each, count in counts.items()) or "planned"
        said = f"{escape(area.name)}: {words}"
        shown = f'<path class="{state}" d="{path}"><title>{said}</title></path>'
        drawn.append(
            f'<a href="{escape(href)}{area.number}" tabindex="-1" aria-label="{said}">{shown}</a>' if href else shown
        )
    return "".join(drawn)
