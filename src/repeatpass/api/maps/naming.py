"""Names of styles: ``default``, and for layers that show one value per cell the names of colour maps.

Parameters of our own refine them, with the words that the tiles have: variable, bands, expression, index, rescale,
colormap, resampling, nodata, mask. A further dimension of a cube, such as depth, is asked for by its name or, as WMS has
it, by ``DIM_`` and its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from repeatpass.api.maps.refusing import Refused
from repeatpass.data.colours import colormaps
from repeatpass.data.records import Layer, Style
from repeatpass.data.styles import WORDS, style_of

DEFAULT = "default"
# Those that are listed: even in lightness, or diverging; readable with colour blindness. Every other name is taken, too.
LISTED = ("viridis", "cividis", "magma", "ylgnbu", "blues", "gray", "rdbu_r")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedStyle:
    """A style as the services list it."""

    name: str
    title: str


def styles_of(layer: Layer) -> tuple[NamedStyle, ...]:
    """Return the styles that are listed for *layer*, the default first."""
    first = NamedStyle(name=DEFAULT, title="Default")
    if shows_colours(layer):
        return (first,)
    return (first, *(NamedStyle(name=each, title=f"Colour map {each}") for each in LISTED))


def shows_colours(layer: Layer) -> bool:
    """Say whether the layer is drawn in colours of its own, three bands at once."""
    return len(layer.style.bands) == 3


def named(layer: Layer, name: str, given: Mapping[str, str]) -> Style:
    """Return the style of this *name*, refined by what is *given* (parameters by their names in lower case).

    Raise Refused if the layer has no such style, BadStyle for a parameter that cannot be followed.
    """
    words = _words(layer, given)
    if name in {"", DEFAULT}:
        return style_of(layer, words)
    one_value = not shows_colours(layer) or not {"bands", "expression", "index"}.isdisjoint(words)
    if name in colormaps() and one_value:
        return style_of(layer, {"colormap": name, **words})
    there = ", ".join(each.name for each in styles_of(layer))
    more = "" if shows_colours(layer) else ", and other names of colour maps"
    raise Refused("StyleNotDefined", f"{layer.id} has no style “{name[:100]}”; it has {there}{more}.", "styles")


def _words(layer: Layer, given: Mapping[str, str]) -> dict[str, str]:
    own = {name: given[name] for name in WORDS if given.get(name)}
    further = {name: given.get(f"dim_{name.lower()}") or given.get(name.lower()) for name in layer.dimensions}
    return own | {name: value for name, value in further.items() if value}
