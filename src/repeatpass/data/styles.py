"""Styles from the words of an address, and what a style leaves open filled in."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from repeatpass.data.colours import ramp
from repeatpass.data.expressions import names_in
from repeatpass.data.images import wanted_of
from repeatpass.data.indices import expression_of
from repeatpass.data.reading import RESAMPLING, layer_names
from repeatpass.data.records import BadStyle, Layer, Style

WORDS = ("variable", "bands", "expression", "index", "rescale", "colormap", "resampling", "nodata", "mask")


def style_of(layer: Layer, words: Mapping[str, str]) -> Style:
    """Read a style for *layer* from *words*: those of `WORDS`, and values of further dimensions by their names.

    ``bands=B4,B3,B2``, ``rescale=0,3000`` or one pair for each band ``0,3000,0,2800,0,2500``; others are left aside.
    Everything is checked here; raise BadStyle, naming the word, its value and what would be right.
    """
    given = {name: words[name].strip() for name in WORDS if words.get(name, "").strip()}
    shown = [name for name in ("bands", "expression", "index") if name in given]
    if len(shown) > 1:
        raise BadStyle(f"Give one of bands, expression and index, not {' and '.join(shown)}.", fields=shown)
    style = Style(
        variable=_variable(layer, given.get("variable", "")),
        bands=_bands(layer, given.get("bands", "")),
        expression=given.get("expression", ""),
        index=given.get("index", ""),
        rescale=_rescale(given.get("rescale", "")),
        colormap=_colormap(given.get("colormap", "")),
        resampling=_resampling(given.get("resampling", "") or layer.style.resampling),
        nodata=_number(given["nodata"], "nodata") if "nodata" in given else None,
        mask=given.get("mask", ""),
        dimensions=_dimensions(layer, words),
    )
    if style.index:
        style = replace(style, expression=expression_of(layer, style.index))
    wanted_of(layer, style)  # refuses what the layer has not
    return style


def check_expression(layer: Layer, expression: str) -> tuple[str, ...]:
    """Return the names that a formula over *layer* uses; raise BadStyle with what is wrong with it."""
    return names_in(expression, layer_names(layer))


def words_of(style: Style) -> dict[str, str]:
    """Return the words of an address that say *style*: `style_of` reads them again."""
    found = {
        "variable": style.variable,
        "bands": ",".join(style.bands),
        "expression": "" if style.index else style.expression,
        "index": style.index,
        "rescale": ",".join(f"{low:g},{high:g}" for low, high in style.rescale),
        "colormap": style.colormap,
        "resampling": style.resampling if style.resampling != "nearest" else "",
        "nodata": "" if style.nodata is None else f"{style.nodata:g}",
        "mask": style.mask,
        **style.dimensions,
    }
    return {name: value for name, value in found.items() if value}


def _variable(layer: Layer, name: str) -> str:
    if name and name not in layer.variables:
        known = ", ".join(layer.variables) or "none, for it is a raster of bands"
        raise BadStyle(f"variable is “{name}”; the variables of {layer.id}: {known}.", field="variable")
    return name


def _bands(layer: Layer, text: str) -> tuple[str, ...]:
    """Names, numbers from 1, or common names such as red."""
    if not text:
        return ()
    names = layer_names(layer)
    known = {name: name for name in names} | {str(number): name for number, name in enumerate(names, start=1)}
    known |= {band.common_name: band.name for band in layer.bands if band.common_name not in ("", *known)}
    wanted = [each.strip() for each in text.split(",")]
    if missing := [each for each in wanted if each not in known]:
        raise BadStyle(
            f"bands is “{text}”; {layer.id} has no {', '.join(missing)}, but {', '.join(names)}.", field="bands"
        )
    return tuple(known[each] for each in wanted)


def _rescale(text: str) -> tuple[tuple[float, float], ...]:
    if not text:
        return ()
    numbers = [_number(each, "rescale") for each in text.split(",")]
    pairs = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    if len(numbers) not in (2, 6) or any(low == high for low, high in pairs):
        raise BadStyle(
            f"rescale is “{text}”; write it as low,high, or one such pair for each of three bands.", field="rescale"
        )
    return pairs


def _number(text: str, field: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if math.isinf(value) or (math.isnan(value) and field != "nodata"):
        raise BadStyle(f"{field} is “{text}”, which is not a number.", field=field)
    return value


def _colormap(name: str) -> str:
    if name:
        ramp(name)
    return name


def _resampling(name: str) -> str:
    if name not in RESAMPLING:
        raise BadStyle(f"resampling is “{name}”; there is: {', '.join(RESAMPLING)}.", field="resampling")
    return name


def _dimensions(layer: Layer, words: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, known in layer.dimensions.items():
        if words.get(name):
            if str(words[name]) not in known:
                some = ", ".join(known[:20]) + (" …" if len(known) > 20 else "")
                raise BadStyle(f"{name} is “{words[name]}”; {layer.id} has: {some}.", field=name)
            found[name] = str(words[name])
    return found
