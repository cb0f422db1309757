"""The newest time of a layer on the map of its collection's page, drawn as the map browser and the tiles draw it."""

from dataclasses import replace
from urllib.parse import quote

from repeatpass.assembly import House
from repeatpass.catalog.records import Collection
from repeatpass.core.times import parse_time
from repeatpass.data.colours import hexes
from repeatpass.data.records import Layer, Style
from repeatpass.web import words
from repeatpass.web.framing import Framed, framed
from repeatpass.web.pages.saying import unit_of
from repeatpass.web.polar import pole_view
from repeatpass.web.views import Frame, Link, MapView
from repeatpass.web.views.figures import Legend

PIXELS = 900  # along the longer side


def drawn_map(house: House, collection: Collection, layer: Layer) -> MapView:
    """Return the map of a layer, framed by `framing`.

    The picture itself is asked for from ``/tiles/{layer}/map`` by the page; nothing is read here but the colours.
    """
    frame = framed(layer.bbox, layer.crs, layer.bounds)
    style = house.rendering.completed(layer, layer.style)
    when = f", {words.day(parse_time(layer.latest))}" if layer.latest else ""
    caption = f"{_bands(layer, style)}{frame.name}{when}."
    href, source = _href(layer, frame), Link(text="STAC", href=f"/stac/collections/{collection.id}")
    found = one_picture(collection, frame, caption, href, source)
    return replace(found, legend=_legend(layer, style), pixelated=len(style.bands) < 3)


def one_picture(collection: Collection, frame: Framed, caption: str, href: str, source: Link) -> MapView:
    """Return the map of a collection with the picture at *href* in its *frame*."""
    return MapView(
        title=collection.title,
        projection=frame.projection,
        extent=frame.extent,
        view=frame.view,
        alt=f"Map of {collection.title}: {caption}",
        frames=(Frame(time="", label=caption, href=href),),
        caption=caption,
        source=source,
        attribution=str(collection.body.get("attribution", "")),
        pixelated=False,
        pole=pole_view(frame.projection),
    )


def pixels(frame: Framed, longer: int = PIXELS) -> tuple[int, int]:
    """Return columns and rows of the picture that fills a frame."""
    west, south, east, north = frame.extent
    scale = longer / max(east - west, north - south)
    return max(1, round((east - west) * scale)), max(1, round((north - south) * scale))


def _href(layer: Layer, frame: Framed) -> str:
    width, height = pixels(frame)
    box = ",".join(f"{each:.10g}" for each in frame.extent)
    asked = f"crs={frame.projection}&bbox={box}&width={width}&height={height}&v={layer.stamp[:10]}"
    return f"/tiles/{quote(layer.id, safe=':')}/map?{asked}"


def _bands(layer: Layer, style: Style) -> str:
    if len(style.bands) == 3:
        return "Bands {}, {} and {} as red, green and blue. ".format(*style.bands)
    name = style.bands[0] if style.bands else layer.name
    return f"Band {name}. " if layer.kind == "raster" and len(layer.bands) > 1 else ""


def _legend(layer: Layer, style: Style) -> Legend | None:
    if len(style.bands) == 3 or not style.rescale:
        return None
    low, high = style.rescale[0]
    return Legend(
        title=layer.title,
        unit=unit_of(layer.unit),
        low=low,
        high=high,
        digits=0 if high - low > 20 else 1 if high - low > 2 else 2,
        ramp=hexes(style.colormap),
        below=True,
        above=True,
        no_data="",
    )
