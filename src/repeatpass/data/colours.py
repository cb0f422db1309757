"""Cells become colours; colours become PNG, WebP or JPEG."""

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from repeatpass.data.pngs import palette_png, png
from repeatpass.data.records import BadStyle, Style

if TYPE_CHECKING:
    import numpy as np

FORMATS = {"png": "image/png", "webp": "image/webp", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


# Colour maps by what they are good for; those of cmocean, Crameri and ColorBrewer are here where rio-tiler has them.
EVEN = ("viridis", "cividis", "batlow", "magma", "inferno", "plasma", "mako", "rocket", "gray")
ONE_WAY = (
    "blues", "greens", "reds", "ylgn", "ylgnbu", "ylorbr", "bupu", "ice", "thermal", "haline", "deep", "algae", "matter",
)  # fmt: skip
TWO_WAY = ("rdbu_r", "rdbu", "brbg", "prgn", "piyg", "puor", "rdylbu_r", "rdylgn", "balance", "curl", "vik", "broc")
CYCLIC = ("phase", "twilight", "romao")


@lru_cache(1)
def colormaps() -> tuple[str, ...]:
    """Return the names of the colour maps: those of rio-tiler, which has matplotlib's."""
    from rio_tiler.colormap import cmap

    return tuple(sorted(cmap.list()))


@lru_cache(64)
def ramp(name: str) -> "np.ndarray[Any, Any]":
    """Return 256 colours (256, 4: red, green, blue, alpha) of a colour map; raise BadStyle if there is none."""
    import numpy as np
    from rio_tiler.colormap import cmap

    if name not in colormaps():
        close = [each for each in colormaps() if each.startswith(name[:2])][:8]
        raise BadStyle(f"There is no colour map “{name}”; there is, for example: {', '.join(close or ['viridis'])}.")
    table: Any = cmap.get(name)
    return np.array([table.get(step, (0, 0, 0, 0)) for step in range(256)], dtype="uint8")


def hexes(name: str, count: int = 17) -> tuple[str, ...]:
    """Return *count* colours of a colour map, evenly from low to high, as style sheets write them (``#rrggbb``).

    Raise BadStyle if there is no such colour map.
    """
    table = ramp(name)
    places = [round(step * 255 / (count - 1)) for step in range(count)]
    return tuple("#" + table[place, :3].tobytes().hex() for place in places)


def scaled_bytes(array: Any, style: Style) -> Any:
    """Return cells (channel, row, column) as bytes, by the style's ranges; bytes without a range stay as they are."""
    from rio_tiler.models import rescale_image

    if not style.rescale and array.dtype == "uint8":
        return array
    ranges = style.rescale if len(style.rescale) in (1, array.shape[0]) else style.rescale[:1]
    if array.dtype == "uint8":
        return _looked_up(array, ranges)
    return rescale_image(array.copy(), in_range=ranges or ((0.0, 1.0),))


def _looked_up(array: Any, ranges: Sequence[tuple[float, float]]) -> Any:
    """Bytes as other bytes: each of the 256 is computed once."""
    import numpy as np
    from rio_tiler.utils import linear_rescale

    every = np.arange(256, dtype="uint8")
    tables = [linear_rescale(every, in_range=pair).astype("uint8") for pair in ranges]
    tables = tables if len(tables) == array.shape[0] else tables * array.shape[0]
    made = np.stack([table[band] for table, band in zip(tables, np.ma.getdata(array), strict=True)])
    return np.ma.MaskedArray(made, mask=np.ma.getmask(array))


def encoded(array: Any, style: Style, form: str) -> bytes:
    """Return cells as a picture.

    One channel takes its colours from the style's map and becomes a palette in PNG; three are red, green and blue.
    Cells without data are transparent, white in JPEG.
    """
    import numpy as np

    shades = scaled_bytes(array, style)
    known = ~np.ma.getmaskarray(array).all(axis=0)
    if array.shape[0] == 1 and form == "png" and ramp(style.colormap or "gray")[:, 3].min() == 255:
        return _palette_png(shades.data[0], known, ramp(style.colormap or "gray"))
    colours = np.ma.getdata(shades).transpose(1, 2, 0)
    if array.shape[0] == 1:
        colours = ramp(style.colormap or "gray")[colours[..., 0]]
        known = known & (colours[..., 3] > 0)
        colours = colours[..., :3]
    return write_picture(colours, known, form)


def _palette_png(shades: Any, known: Any, colours: Any) -> bytes:
    """Each pixel one byte: the shade, or where nothing is known one that no pixel has, made transparent.

    Where every shade occurs, the picture has its colours in full.
    """
    import numpy as np

    table = np.ascontiguousarray(colours[:, :3])
    if known.all():
        return palette_png(shades, table)
    unused = np.flatnonzero(np.bincount(shades[known], minlength=256) == 0)
    if not unused.size:
        return write_picture(colours[shades][..., :3], known, "png")
    clear = int(unused[0])
    return palette_png(np.where(known, shades, clear).astype("uint8"), table, clear)


def write_picture(colours: Any, known: Any, form: str) -> bytes:
    """Return *colours* (row, column, 3) as a picture, transparent where nothing is *known*."""
    import numpy as np
    from PIL import Image

    if form in ("jpg", "jpeg"):
        return _saved(Image.fromarray(np.where(known[..., None], colours, 255).astype("uint8")), "JPEG", quality=85)
    if not known.all():
        colours = np.dstack([np.where(known[..., None], colours, 0), known * np.uint8(255)])
    if form == "png":
        return png(colours)
    return _saved(Image.fromarray(np.ascontiguousarray(colours)), "WEBP", quality=85, method=1)


def _saved(image: Any, form: str, **options: Any) -> bytes:
    sink = io.BytesIO()
    image.save(sink, form, **options)
    return sink.getvalue()


@lru_cache(32)
def nothing(width: int, height: int, form: str) -> bytes:
    """Return the picture of nothing."""
    import numpy as np
    from PIL import Image

    if form in ("jpg", "jpeg"):
        return write_picture(np.full((height, width, 3), 255, "uint8"), np.zeros((height, width), bool), form)
    image = Image.new("P", (width, height), 0) if form == "png" else Image.new("RGBA", (width, height), (0, 0, 0, 0))
    if form == "webp":
        return _saved(image, "WEBP", lossless=True)
    image.putpalette(bytes(3))
    return _saved(image, "PNG", transparency=0, optimize=True)
