"""The form of the open layer: what can be chosen, and what is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from repeatpass.assembly import House
from repeatpass.core.errors import Invalid
from repeatpass.data.colours import CYCLIC, EVEN, ONE_WAY, TWO_WAY, colormaps, hexes
from repeatpass.data.indices import indices_of, letters_of
from repeatpass.data.reading import layer_names
from repeatpass.data.records import Layer, Style
from repeatpass.data.styles import style_of
from repeatpass.data.times import NoSuchTime, chosen_time
from repeatpass.web.browsing.asked import Shown, Sight
from repeatpass.web.browsing.times import covered, named
from repeatpass.web.views.browser import Choice, Dimension, LayerSettings

COLORMAPS = {"Even": EVEN, "One colour": ONE_WAY, "Two ways from a middle": TWO_WAY, "Around a circle": CYCLIC}
COMBINATIONS = {  # by the common names of STAC
    "Natural colours": ("red", "green", "blue"),
    "Infrared, plants red": ("nir", "red", "green"),
    "Short-wave infrared": ("swir22", "nir", "red"),
    "Farmland": ("swir16", "nir", "blue"),
    "Bare ground and towns": ("swir22", "swir16", "red"),
}
LETTERS = {"blue": "B", "green": "G", "red": "R", "nir": "N", "swir16": "S1", "swir22": "S2"}  # of spyndex
FIELDS = ("time", "bands", "expression", "index", "rescale", "colormap", "mask", "dimensions", "opacity")
MENDABLE = ("time", "bands", "expression", "index", "rescale", "colormap", "mask", "dimensions")
MOST_TIMES = 2000  # options of a field without scripts


def settings_of(house: House, sight: Sight, shown: Shown, layer: Layer) -> LayerSettings:
    """The form of *shown*, which is drawn from *layer*; what the layer has not is left out, and said beside its field."""
    asked, wrong = mended(house, shown, layer)
    style = style_of(layer, asked.style())
    full = house.rendering.completed(layer, style)
    ending = ending_of(sight)
    index, expression = (
        style.index,
        "" if style.index else style.expression or ("" if asked == shown else shown.expression),
    )
    kind = "index" if index else "expression" if expression else "bands"
    single = bool(style.expression) or len(full.bands) != 3
    low, high = full.rescale[0] if full.rescale else (0.0, 1.0)
    return LayerSettings(
        ending=ending,
        keep=kept_of(sight, ending, FIELDS),
        times=tuple(_times(layer, asked)),
        covers=covered(layer, chosen_time(layer, asked.time, nearest=True)),
        kind=kind,
        channels=tuple(_channels(layer, full)),
        combinations=tuple(_combinations(layer, full)),
        bands=shown.bands,
        indices=tuple(_indices(layer, style.index)) if layer.kind == "raster" else (),
        expression=expression,
        formula=style.expression if style.index else "",
        names=tuple(layer_names(layer)),
        dimensions=tuple(_dimensions(layer, style)),
        colormaps=tuple(colormaps_of(full.colormap)) if single else (),
        low=f"{low:.5g}" if single else "",
        high=f"{high:.5g}" if single else "",
        rescale=shown.rescale,
        mask=shown.mask,
        opacity=shown.opacity,
        unit="" if style.expression else layer.unit,
        ramp=hexes(full.colormap or "viridis") if single else (),
        label=style.index or ("" if style.expression or layer.unit == "1" else layer.unit),
        wrong=wrong,
    )


def mended(house: House, shown: Shown, layer: Layer) -> tuple[Shown, Mapping[str, str]]:
    """*shown* without the words that *layer* cannot be drawn with, and what is wrong with each of them.

    Raise as drawing does where the trouble is not in the words.
    """
    wrong = {
        name: said for name in MENDABLE if getattr(shown, name) and (said := _complaint(house, shown, layer, name))
    }
    left = replace(shown, **dict.fromkeys(wrong, ""))  # type: ignore[arg-type]
    try:
        _draw(house, left, layer)
    except (Invalid, NoSuchTime) as error:  # words that are right alone, and not together
        named = error.detail.get("field") or (error.detail.get("fields") or ["expression"])[-1]
        given = [name for name in MENDABLE if getattr(left, name)]
        if not given:
            raise
        wrong[named if named in given else given[0]] = error.message
        left = replace(left, **dict.fromkeys(given, ""))  # type: ignore[arg-type]
        _draw(house, left, layer)
    return left, wrong


def _complaint(house: House, shown: Shown, layer: Layer, name: str) -> str:
    """What is wrong with one word of a view, alone; empty if nothing is."""
    try:
        _draw(house, Shown(layer=shown.layer, **{name: getattr(shown, name)}), layer)
    except (Invalid, NoSuchTime) as error:
        return error.message
    return ""


def _draw(house: House, shown: Shown, layer: Layer) -> None:
    """Raise what drawing would, without reading more than it needs to be told."""
    style_of(layer, shown.style())
    if shown.time:
        chosen_time(layer, shown.time, nearest=True)


def ending_of(sight: Sight) -> str:
    """What stands behind the names of the fields of the open layer."""
    return f".{sight.on + 1}" if sight.on else ""


def kept_of(sight: Sight, ending: str, fields: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The rest of the view, which a form with *fields* must send along."""
    mine = {f"{name}{ending}" for name in fields}
    return tuple((name, value) for name, value in parse_qsl(sight.query()) if name not in mine)


def _times(layer: Layer, shown: Shown) -> Iterator[Choice]:
    now = chosen_time(layer, shown.time, nearest=True) if layer.times else ""
    for time in layer.times[-MOST_TIMES:]:
        yield Choice(value=time, text=named(layer, time), selected=time == now)


def _channels(layer: Layer, full: Style) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    names = layer_names(layer)
    if len(names) < 2 or layer.kind != "raster":  # another variable of a cube is another layer
        return
    titles = {band.name: band.title or band.common_name for band in layer.bands}
    chosen: Sequence[str] = full.bands or (full.variable or layer.name,)
    roles = ("red", "green", "blue") if len(names) >= 3 else ("red",)
    for at, role in enumerate(roles):
        now = chosen[at] if at < len(chosen) else ""
        none = () if role == "red" else (Choice(value="", text="—", selected=not now),)
        yield role, none + tuple(
            Choice(value=name, text=f"{name}, {titles[name]}" if titles.get(name) and titles[name] != name else name,
                   selected=name == now)
            for name in names
        )  # fmt: skip


def _combinations(layer: Layer, full: Style) -> Iterator[Choice]:
    """Combinations of bands that the layer's bands allow, by what they are called."""
    letters, names = letters_of(layer), {band.common_name: band.name for band in layer.bands if band.common_name}
    for common, letter in LETTERS.items():
        if letter in letters:
            names.setdefault(common, letters[letter])
    for text, wanted in COMBINATIONS.items():
        if all(name in names for name in wanted):
            bands = tuple(names[name] for name in wanted)
            yield Choice(value=",".join(bands), text=text, selected=bands == full.bands and not full.expression)


def _indices(layer: Layer, chosen: str) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    """The indices that the layer's bands allow, by what they are about."""
    able = indices_of(layer)
    for domain in dict.fromkeys(index.domain for index in able):
        choices = tuple(
            Choice(value=index.name, text=f"{index.name}, {index.title}", selected=index.name == chosen)
            for index in able
            if index.domain == domain
        )
        yield domain[:1].upper() + domain[1:], choices


def _dimensions(layer: Layer, style: Style) -> Iterator[Dimension]:
    for name, values in layer.dimensions.items():
        now = style.dimensions.get(name, values[0] if values else "")
        yield Dimension(
            name=name, choices=tuple(Choice(value=each, text=each, selected=each == now) for each in values)
        )


def colormaps_of(chosen: str) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    """Only even ones are offered: no rainbow, which shows edges where there are none."""
    known = set(colormaps())
    offered = {kind: [name for name in names if name in known] for kind, names in COLORMAPS.items()}
    if chosen and not any(chosen in names for names in offered.values()):
        offered = {"Chosen": [chosen], **offered}
    for kind, names in offered.items():
        yield kind, tuple(Choice(value=name, text=name, selected=name == chosen) for name in names)
