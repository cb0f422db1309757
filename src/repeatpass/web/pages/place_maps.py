"""The features of a collection as dots, lines and areas on the map of its page."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.features.records import FeatureSet, NoFeatures, Wanted
from repeatpass.web import frames, words
from repeatpass.web.framing import ANTARCTIC, ARCTIC, EARTH, EDGE, Framed, framed
from repeatpass.web.pages.drawn_maps import PIXELS, one_picture, pixels
from repeatpass.web.polar import metres
from repeatpass.web.views import Link, MapView
from repeatpass.web.views.figures import Extent

if TYPE_CHECKING:
    import numpy as np

MOST = 20_000  # features that are drawn; the map says so where there are more
FINER = 2  # drawn so many times larger, for smooth edges
SEA, FILL = (15, 94, 140, 255), (15, 94, 140, 60)
DOT = 2.5  # pixels
LEAST = 0.02  # degrees that are shown at least


def places_map(house: House, collection: Collection) -> MapView | None:
    """Return the map of what stands in a collection as features; None where there is nothing with a place."""
    try:
        known = house.features.known(collection.id)
    except NoFeatures:
        return None
    if known.extent is None:
        return None
    frame = _frame(known.extent)
    drawn = f"{words.number(MOST)} of {words.plural(known.number, 'place')}" if known.number > MOST else ""
    caption = f"{drawn or words.plural(known.number, 'place')}. {frame.name}."
    href = f"/collections/{collection.id}/places.png?v={known.revision}"
    source = Link(text="features", href=f"/ogc/collections/{collection.id}/items")
    return one_picture(collection, frame, caption, href, source)


def draw_places(house: House, known: FeatureSet) -> bytes:
    """Return the PNG of `places_map`, clear where there is no feature."""
    from PIL import Image, ImageDraw

    assert known.extent is not None
    frame = _frame(known.extent)
    image = Image.new("RGBA", pixels(frame, PIXELS * FINER))
    west, south, east, north = frame.extent
    scale = PIXELS * FINER / max(east - west, north - south)
    pen = ImageDraw.Draw(image, "RGBA")
    found = house.features.search(known, Wanted(limit=MOST, fields=(), counted=False)).features
    for shape in (part for each in found if each.geometry is not None for part in _parts(each.geometry)):
        _draw(pen, shape, lambda points: _pixels(points, frame, scale))
    image = image.resize((max(1, image.width // FINER), max(1, image.height // FINER)), Image.Resampling.LANCZOS)
    sink = io.BytesIO()
    image.save(sink, "PNG", optimize=True)
    return sink.getvalue()


def _frame(box: Extent) -> Framed:
    """The frame with room for dots at the edge."""
    west, south, east, north = box
    east = east + 360 if east < west else east
    more = max(east - west, north - south, LEAST) * 0.03
    return framed((west - more, max(-EDGE, south - more), east + more, min(EDGE, north + more)))


def _parts(shape: Any) -> Iterator[Any]:
    for part in getattr(shape, "geoms", (shape,)):
        if hasattr(part, "geoms"):
            yield from _parts(part)
        elif not part.is_empty:
            yield part


def _pixels(points: "np.ndarray[Any, Any]", frame: Framed, scale: float) -> list[tuple[float, float]]:
    import numpy as np

    extent, lon, lat = frame.extent, points[:, 0], np.clip(points[:, 1], -EDGE, EDGE)
    if frame.projection in (ARCTIC, ANTARCTIC):
        x, y = metres(np.column_stack((lon, lat)), frame.projection).T
    elif frame.projection == frames.WORLD:
        x, y = np.where(lon < extent[0], lon + 360, lon), lat
    else:
        x, y = np.radians(lon) * EARTH, np.arcsinh(np.tan(np.radians(lat))) * EARTH
        x = np.where(x < extent[0], x + 2 * np.pi * EARTH, x)
    return list(zip(((x - extent[0]) * scale).tolist(), ((extent[3] - y) * scale).tolist(), strict=True))


def _draw(pen: Any, shape: Any, pixels: Any) -> None:
    import shapely

    outline = shape.exterior if shape.geom_type == "Polygon" else shape
    points = pixels(shapely.get_coordinates(outline))
    if shape.geom_type == "Point":
        (x, y), size = points[0], DOT * FINER
        pen.ellipse((x - size, y - size, x + size, y + size), fill=SEA)
    elif shape.geom_type == "Polygon" and len(points) > 2:
        pen.polygon(points, fill=FILL, outline=SEA, width=FINER)
    elif len(points) > 1:
        pen.line(points, fill=SEA, width=round(1.5 * FINER))
