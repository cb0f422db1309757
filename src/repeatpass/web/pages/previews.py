"""Collections as pictures, drawn from their own data."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from repeatpass.catalog.records import Collection, CollectionAsset
from repeatpass.catalog.registry.reading import NOWHERE
from repeatpass.core.errors import NotFound, RepeatpassError
from repeatpass.data.records import Layer
from repeatpass.web import peeking
from repeatpass.web.desk import Desk
from repeatpass.web.framing import Framed, framed, pole_of
from repeatpass.web.pages.drawn_maps import drawn_map, one_picture, pixels
from repeatpass.web.pages.place_maps import draw_places
from repeatpass.web.views import Link, MapView

PNG = "image/png"
SMALL = 720  # pixels of a picture for lists, along the longer side


def _drawable(files: Sequence[CollectionAsset]) -> CollectionAsset | None:
    """What a preview is made of: a small picture that came with the data, else the data."""
    picture = next((file for file in files if file.key == "thumbnail" and file.media_type == PNG), None)
    return picture or next((file for file in files if file.key == "data" and peeking.can(file.media_type)), None)


def picture(desk: Desk, id: str) -> bytes:
    """The PNG of a collection; raise NotFound where nothing can be drawn."""
    file = _drawable(desk.house.catalog.assets(id))
    if file is None:
        raise NotFound(f"“{id}” cannot be shown as a picture.", collection=id)
    if file.media_type == PNG:
        return desk.house.files.read(file.checksum)
    if layer := _by_itself(desk, id):
        frame = framed(layer.bbox)  # as lists place it, which know degrees only
        size, style = pixels(frame, SMALL), layer.style
        drawn = desk.house.rendering.map
        return desk.drawings.get(
            f"picture {layer.id} {layer.stamp}",
            lambda: drawn(layer, style, "", frame.projection, frame.extent, *size, "png").content,
        )
    if placed(desk, file).nothing:
        return places(desk, id)
    path = desk.house.files.path(file.checksum)
    return desk.drawings.get(f"picture {file.checksum}", lambda: peeking.peek(path, file.media_type).png)


def _by_itself(desk: Desk, id: str) -> Layer | None:
    """The layer that a collection is drawn from; None where a peek into its file shows it as well."""
    try:
        layers = desk.house.layers.of(id)
    except (RepeatpassError, OSError, ValueError, ImportError):  # the peek says what is wrong with the file
        return None
    return layers[0] if layers and _asks_for_a_frame(layers[0]) else None


def places(desk: Desk, id: str) -> bytes:
    """The PNG of the features of a collection; raise NotFound where it has none to be seen."""
    desk.house.catalog.collection(id)
    known = desk.house.features.known(id)
    if known.extent is None:
        raise NotFound(f"The features of “{id}” have no places.", collection=id)
    key = f"places {id} {known.revision} {known.updated.isoformat()}"
    return desk.drawings.get(key, lambda: draw_places(desk.house, known))


def picture_of(desk: Desk, id: str, files: Sequence[CollectionAsset]) -> str:
    """Where the picture of data that no map shows is: the line of a series, an image without a place; else nothing."""
    file = _drawable(files)
    if file is None or file.media_type == PNG:
        return ""
    known = placed(desk, file)
    if known.projection or known.nothing:
        return ""
    return f"/collections/{id}/preview.png?v={file.checksum[7:17]}"


def placed(desk: Desk, file: CollectionAsset) -> peeking.Placed:
    """Where the picture of a file lies; nowhere for a small picture, which does not say."""
    if file.media_type == PNG:
        return peeking.Placed()
    path = desk.house.files.path(file.checksum)
    key = f"picture placed {file.checksum}"
    return peeking.Placed.load(desk.drawings.get(key, lambda: _looked(path, file.media_type).dump()))


def _looked(path: Path, media_type: str) -> peeking.Placed:
    try:
        return peeking.peek(path, media_type).placed
    except peeking.NoPicture:
        return peeking.Placed(nothing=True)


def _asks_for_a_frame(layer: Layer) -> bool:
    """Whether it lies about a pole, or its cells do not lie on degrees and no more than two bands say how it looks."""
    if pole_of(layer.bbox, layer.crs):
        return True
    return max(map(abs, layer.bounds)) > 541 and len(layer.style.bands) < 3


def map_of(
    desk: Desk, collection: Collection, files: Sequence[CollectionAsset], layers: Sequence[Layer] = ()
) -> MapView | None:
    """Where the data lie, on the map; None for a series, and for data without a place."""
    file = _drawable(files)
    if file is None or collection.body.get(NOWHERE):
        return None
    if layers and (file.media_type == PNG or _asks_for_a_frame(layers[0])):
        return drawn_map(desk.house, collection, layers[0])
    known = placed(desk, file)
    if not known.projection:
        return None
    frame = Framed(projection=known.projection, extent=known.extent)
    href = f"/collections/{collection.id}/preview.png?v={file.checksum[7:17]}"
    source = Link(text="STAC", href=f"/stac/collections/{collection.id}")
    found = one_picture(collection, frame, known.caption, href, source)
    return replace(found, legend=known.legend, pixelated=not known.photograph)
