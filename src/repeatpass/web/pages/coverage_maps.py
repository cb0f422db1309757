"""Where data lie, as boxes on a map: of a collection, of a page of items, of one item."""

from collections.abc import Sequence

from repeatpass.catalog.records import Collection
from repeatpass.catalog.registry.contents import Contents
from repeatpass.catalog.registry.reading import NOWHERE, box_in
from repeatpass.web import frames
from repeatpass.web.framing import NAMES, framed, pole_of
from repeatpass.web.polar import pole_view
from repeatpass.web.views import MapView, Place
from repeatpass.web.views.figures import Extent

BASE_MAP = "Base map: Natural Earth."


def coverage_of(collection: Collection, contents: Contents) -> MapView | None:
    """Where the data of a collection lie; None where no place is stated."""
    whole = box_in(collection.body)
    if whole is None or collection.body.get(NOWHERE):
        return None
    return boxes_map(collection.title, [box for box in contents.boxes if box[0] <= box[2]] or [whole], whole)


def boxes_map(title: str, boxes: Sequence[Extent], whole: Extent) -> MapView:
    """Boxes in degrees on the map of the world around *whole*, or about a pole where *whole* lies there."""
    parts = _parts(boxes)
    pole = pole_of(whole)
    frame = framed(whole) if pole else None
    return MapView(
        title=title,
        projection=pole or frames.WORLD,
        extent=frame.extent if frame else (-180.0, -90.0, 180.0, 90.0),
        view=frame.view if frame else _view(whole),
        alt=f"Map: {title} covers {len(boxes)} {'area' if len(boxes) == 1 else 'areas'}",
        places=tuple(Place(id=str(at), title="Extent", href="", box=box) for at, box in enumerate(parts)),
        caption=f"Outlines of the data. {NAMES[pole or frames.WORLD]}.",
        attribution=BASE_MAP,
        pole=pole_view(pole, parts),
    )


def union(boxes: Sequence[Extent]) -> Extent:
    """The box around boxes; all longitudes where one of them crosses the antimeridian."""
    west, south, east, north = (list(side) for side in zip(*boxes, strict=True))
    crossing = any(left > right for left, right in zip(west, east, strict=True))
    return (-180.0, min(south), 180.0, max(north)) if crossing else (min(west), min(south), max(east), max(north))


def _parts(boxes: Sequence[Extent]) -> list[Extent]:
    """Boxes that cross the antimeridian are drawn as two."""
    halves = [[box] if box[0] <= box[2] else [(box[0], box[1], 180.0, box[3]), (-180.0, box[1], box[2], box[3])]
              for box in boxes]  # fmt: skip
    return [each for pair in halves for each in pair]


def _view(box: Extent) -> Extent:
    """The part of the world that is shown: the data with much around them, twice as wide as high."""
    west, south, east, north = box
    if west > east or east - west > 150 or north - south > 75:
        return (-180.0, -90.0, 180.0, 90.0)
    half = max(east - west, 2 * (north - south), 10.0) * 0.9
    middle, height = (west + east) / 2, (south + north) / 2
    half = min(half, 90.0)
    height = min(max(height, -90 + half / 2), 90 - half / 2)
    return (middle - half, height - half / 2, middle + half, height + half / 2)
