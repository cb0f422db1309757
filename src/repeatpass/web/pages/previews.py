"""Collections as pictures, drawn from their own data."""

from collections.abc import Sequence

from repeatpass.catalog.records import Collection, CollectionAsset
from repeatpass.catalog.registry.reading import NOWHERE
from repeatpass.core.errors import NotFound
from repeatpass.data.records import Layer
from repeatpass.web import frames, peeking
from repeatpass.web.desk import Desk
from repeatpass.web.pages.drawn_maps import drawn_map
from repeatpass.web.pages.place_maps import draw_places
from repeatpass.web.views import Frame, Link, MapView

PNG = "image/png"
WIDEST = 3.4  # how many times wider than high


def has_preview(files: Sequence[CollectionAsset]) -> bool:
    """Whether there is something that can be drawn."""
    return _drawable(files) is not None


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
    path = desk.house.files.path(file.checksum)
    return desk.drawings.get(f"picture {file.checksum}", lambda: peeking.peek(path, file.media_type).png)


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
    if file is None or file.media_type == PNG or placed(desk, file).projection:
        return ""
    return f"/collections/{id}/preview.png?v={file.checksum[7:17]}"


def placed(desk: Desk, file: CollectionAsset) -> peeking.Placed:
    """Where the picture of a file lies; nowhere for a small picture, which does not say."""
    if file.media_type == PNG:
        return peeking.Placed()
    path = desk.house.files.path(file.checksum)
    key = f"picture placed {file.checksum}"
    return peeking.Placed.load(desk.drawings.get(key, lambda: peeking.peek(path, file.media_type).placed.dump()))


def _projected(layer: Layer) -> bool:
    """Whether its cells do not lie on degrees, and no more than two bands say how it looks."""
    return max(map(abs, layer.bounds)) > 541 and len(layer.style.bands) < 3


def map_of(
    desk: Desk, collection: Collection, files: Sequence[CollectionAsset], layers: Sequence[Layer] = ()
) -> MapView | None:
    """Where the data lie, on the map; None for a series, and for data without a place."""
    file = _drawable(files)
    if file is None or collection.body.get(NOWHERE):
        return None
    if layers and (file.media_type == PNG or _projected(layers[0])):
        return drawn_map(desk.house, collection, layers[0])
    known = placed(desk, file)
    if not known.projection:
        return None
    west, south, east, north = known.extent
    height = max(north - south, (east - west) / WIDEST) if known.projection == frames.WORLD else north - south
    middle = (north + south) / 2
    return MapView(
        title=collection.title,
        projection=known.projection,
        extent=known.extent,
        view=(west, max(-90.0, middle - height / 2), east, min(90.0, middle + height / 2))
        if known.projection == frames.WORLD
        else known.extent,
        alt=f"Map of {collection.title}: {known.caption}",
        frames=(
            Frame(
                time="", label=known.caption, href=f"/collections/{collection.id}/preview.png?v={file.checksum[7:17]}"
            ),
        ),
        legend=known.legend,
        caption=known.caption,
        source=Link(text="STAC", href=f"/stac/collections/{collection.id}"),
        attribution=str(collection.body.get("attribution", "")),
        pixelated=not known.photograph,
    )
