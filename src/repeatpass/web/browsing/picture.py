"""The still picture of a view's open layer, in plate carrée, as far as the layer reaches."""

from repeatpass.assembly import House
from repeatpass.data.records import Picture
from repeatpass.data.styles import style_of
from repeatpass.web.browsing.asked import Shown

WIDTH, MOST = 1200, 1600  # pixels
LEAST_DEGREES = 1e-4


def still_picture(house: House, shown: Shown) -> Picture:
    """Draw *shown*; raise NotFound for a layer or a time that is not there, BadStyle for what cannot be drawn."""
    layer = house.layers.layer(shown.layer)
    west, south, east, north = layer.bbox
    east = east + 360 if east < west else east
    wide, high = max(east - west, LEAST_DEGREES), max(north - south, LEAST_DEGREES)
    width = WIDTH if high <= wide else max(1, round(WIDTH * wide / high))
    height = min(MOST, max(1, round(width * high / wide)))
    bounds = (west, south, west + wide, south + high)
    return house.rendering.map(
        layer, style_of(layer, shown.style()), shown.time, "EPSG:4326", bounds, width, height, "png"
    )
