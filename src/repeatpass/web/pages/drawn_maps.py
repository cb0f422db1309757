"""The newest time of a layer on the map of its collection's page, drawn as the map browser and the tiles draw it."""

import math
from dataclasses import replace
from urllib.parse import quote

from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.core.times import parse_time
from repeatpass.data.colours import ramp
from repeatpass.data.records import Layer, Style
from repeatpass.web import frames, words
from repeatpass.web.pages.saying import unit_of
from repeatpass.web.views import Frame, Link, MapView
from repeatpass.web.views.figures import Extent, Legend

PIXELS = 900  # along the longer side
WIDEST = 3.4  # how many times wider than high
EARTH = 6378137.0  # metres, the radius that EPSG:3857 takes
NAMES = {frames.WORLD: "Plate carrée (EPSG:4326)", frames.LOCAL: "Web Mercator (EPSG:3857)"}


def drawn_map(house: House, collection: Collection, layer: Layer) -> MapView:
    """Return the map of a layer: degrees for what is wide or polar, else EPSG:3857.

    The picture itself is asked for from ``/tiles/{layer}/map`` by the page; nothing is read here but the colours.
    """
    west, south, east, north = layer.bbox
    east = east + 360 if east < west else east
    projection = frames.projection_for((west, south, east, north))
    extent = (west, south, east, north) if projection == frames.WORLD else mercator((west, south, east, north))
    style = house.rendering.completed(layer, layer.style)
    when = f", {words.day(parse_time(layer.latest))}" if layer.latest else ""
    caption = f"{_bands(layer, style)}{NAMES[projection]}{when}."
    href, source = _href(layer, projection, extent), Link(text="STAC", href=f"/stac/collections/{collection.id}")
    found = one_picture(collection, projection, extent, caption, href, source)
    return replace(found, legend=_legend(layer, style), pixelated=len(style.bands) < 3)


def one_picture(
    collection: Collection, projection: str, extent: Extent, caption: str, href: str, source: Link
) -> MapView:
    """Return the map of a collection with the picture at *href* on it; *extent*: in units of the projection."""
    return MapView(
        title=collection.title,
        projection=projection,
        extent=extent,
        view=view_of(extent, projection),
        alt=f"Map of {collection.title}: {caption}",
        frames=(Frame(time="", label=caption, href=href),),
        caption=caption,
        source=source,
        attribution=str(collection.body.get("attribution", "")),
        pixelated=False,
    )


def mercator(box: Extent) -> Extent:
    """Degrees as metres of EPSG:3857."""
    x = [math.radians(lon) * EARTH for lon in (box[0], box[2])]
    y = [math.asinh(math.tan(math.radians(lat))) * EARTH for lat in (box[1], box[3])]
    return (x[0], y[0], x[1], y[1])


def view_of(extent: Extent, projection: str) -> Extent:
    """The layer with a little around it, no flatter than a strip."""
    west, south, east, north = extent
    wide = (east - west) * 1.08
    high = max((north - south) * 1.08, wide / WIDEST)
    x, y = (west + east) / 2, (south + north) / 2
    found = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    return (found[0], max(-90.0, found[1]), found[2], min(90.0, found[3])) if projection == frames.WORLD else found


def _href(layer: Layer, projection: str, extent: Extent) -> str:
    wide, high = extent[2] - extent[0], extent[3] - extent[1]
    scale = PIXELS / max(wide, high)
    size = f"width={max(1, round(wide * scale))}&height={max(1, round(high * scale))}"
    box = ",".join(f"{each:.10g}" for each in extent)
    return f"/tiles/{quote(layer.id, safe=':')}/map?crs={projection}&bbox={box}&{size}&v={layer.stamp[:10]}"


def _bands(layer: Layer, style: Style) -> str:
    if len(style.bands) == 3:
        return "Bands {}, {} and {} as red, green and blue. ".format(*style.bands)
    name = style.bands[0] if style.bands else layer.name
    return f"Band {name}. " if layer.kind == "raster" and len(layer.bands) > 1 else ""


def _legend(layer: Layer, style: Style) -> Legend | None:
    if len(style.bands) == 3 or not style.rescale:
        return None
    low, high = style.rescale[0]
    shades = ramp(style.colormap)[::15][:, :3]
    return Legend(
        title=layer.title,
        unit=unit_of(layer.unit),
        low=low,
        high=high,
        digits=0 if high - low > 20 else 1 if high - low > 2 else 2,
        ramp=tuple("#{:02x}{:02x}{:02x}".format(*(int(part) for part in shade)) for shade in shades),
        below=True,
        above=True,
        no_data="",
    )
