"""The legend of a layer as a picture: its colours from low to high, with numbers and the unit."""

import io
from typing import Any

from repeatpass.data.colours import ramp
from repeatpass.data.records import Layer, Style

WIDTH, HEIGHT, MARGIN = 240, 56, 10
BAR = 14
INK, PAPER = (26, 28, 24), (255, 255, 255)


def legend_png(layer: Layer, style: Style, width: int = WIDTH) -> bytes:
    """Return the legend of *layer* drawn with a completed *style*: a bar, or the names of three bands."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (width, HEIGHT), PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(11)
    bands = style.bands or (style.variable or layer.name,)
    if len(bands) == 3 and not style.expression:
        _names(draw, font, bands)
    else:
        low, high = style.rescale[0]
        image.paste(_bar(style.colormap or "gray", width - 2 * MARGIN), (MARGIN, 20))
        unit = "" if style.expression else layer.unit
        title = style.index or style.expression or layer.title
        draw.text((MARGIN, 4), _short(draw, font, f"{title} ({unit})" if unit else title, width), INK, font)
        draw.text((MARGIN, 38), f"{low:.4g}", INK, font)
        draw.text((width - MARGIN, 38), f"{high:.4g}", INK, font, anchor="ra")
    sink = io.BytesIO()
    image.save(sink, "PNG", optimize=True)
    return sink.getvalue()


def _bar(colormap: str, width: int) -> Any:
    import numpy as np
    from PIL import Image

    shades = np.linspace(0, 255, width).round().astype(int)
    return Image.fromarray(np.repeat(ramp(colormap)[shades, :3][None], BAR, axis=0))


def _names(draw: Any, font: Any, bands: tuple[str, ...]) -> None:
    for row, (name, colour) in enumerate(zip(bands, ((200, 40, 40), (40, 150, 60), (50, 80, 200)), strict=True)):
        draw.rectangle((MARGIN, 4 + 17 * row, MARGIN + 12, 16 + 17 * row), fill=colour)
        draw.text((MARGIN + 20, 3 + 17 * row), name, INK, font)


def _short(draw: Any, font: Any, text: str, width: int) -> str:
    """The text, cut to the width."""
    if draw.textlength(text, font) <= width - 2 * MARGIN:
        return text
    while text and draw.textlength(text + "…", font) > width - 2 * MARGIN:
        text = text[:-1]
    return text + "…"
