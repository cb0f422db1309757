"""Named indices of spyndex, written as formulas over a layer's own bands."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from repeatpass.data.records import BadStyle, Layer

PLATFORMS = {
    "sentinel2a": ("sentinel-2", "sentinel2", "sentinel 2"),
    "landsat9": ("landsat-9", "landsat9", "landsat 9"),
    "landsat8": ("landsat-8", "landsat8", "landsat 8", "landsat-oli"),
    "landsat7": ("landsat-7", "landsat7", "landsat 7", "etm+"),
    "landsat5": ("landsat-5", "landsat5", "landsat 5"),
    "landsat4": ("landsat-4", "landsat4", "landsat 4"),
    "modis": ("modis",),
}
SENTINEL2 = {*(f"B{number:02}" for number in range(1, 13)), "B8A"}
COMMON = {"nir08": "nir", "nir": "nir08"}  # where a platform has only one of the two


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """A named index of spyndex."""

    name: str
    title: str
    formula: str  # in spyndex's letters of bands
    bands: tuple[str, ...]
    domain: str  # vegetation, water, burn ...
    reference: str
    expression: str = ""  # over the bands of the layer that it was asked for


@lru_cache(1)
def all_indices() -> Mapping[str, Index]:
    """Return the indices of spyndex by name; those that need a kernel are left out, for no formula gives it."""
    import spyndex

    return {
        name: Index(
            name=name,
            title=str(each.long_name),
            formula=str(each.formula),
            bands=tuple(each.bands),
            domain=str(each.application_domain),
            reference=str(each.reference),
        )
        for name, each in spyndex.indices.items()
        if each.application_domain != "kernel" and not any(band.startswith("k") for band in each.bands)
    }


def indices_of(layer: Layer) -> tuple[Index, ...]:
    """Return the indices that can be computed from the bands of *layer*, each with its expression."""
    names = letters_of(layer)
    found = []
    for index in all_indices().values():
        expression = _written(index, names)
        if expression:
            found.append(replace(index, expression=expression))
    return tuple(found)


def expression_of(layer: Layer, name: str) -> str:
    """Return the formula of the index *name* over the bands of *layer*; raise BadStyle where it has none."""
    known = {index.lower(): index for index in all_indices()}
    if name.lower() not in known:
        close = [index for index in all_indices() if index.lower().startswith(name[:2].lower())][:8]
        raise BadStyle(f"spyndex has no index “{name}”; it has, for example: {', '.join(close or ['NDVI', 'NDWI'])}.")
    index = all_indices()[known[name.lower()]]
    names = letters_of(layer)
    expression = _written(index, names)
    if not expression:
        has = ", ".join(f"{letter} ({band})" for letter, band in names.items()) or "none that spyndex knows"
        raise BadStyle(
            f"{index.name} is {index.formula}, which needs {', '.join(index.bands)}; the bands of {layer.id} are {has}.",
            index=index.name,
        )
    return expression


def letters_of(layer: Layer) -> dict[str, str]:
    """Return the layer's bands by spyndex's letters: by their common names, else by the platform's band numbers."""
    import spyndex

    common = {band.common_name: band.name for band in layer.bands if band.common_name}
    if common:
        known = {letter: str(spyndex.bands[letter].common_name) for letter in spyndex.bands}
        return {
            letter: common.get(name) or common[COMMON[name]]
            for letter, name in known.items()
            if name in common or COMMON.get(name) in common
        }
    platform = platform_of(layer)
    numbers = {_plain(band.name): band.name for band in layer.bands}
    found = {letter: _number(spyndex.bands[letter], platform) for letter in spyndex.bands} if platform else {}
    return {letter: numbers[number] for letter, number in found.items() if number in numbers}


def platform_of(layer: Layer) -> str:
    """Return spyndex's name of the platform that the collection names; empty if it names none or several."""
    said = f"{layer.platform} {layer.collection} {layer.title}".lower()
    found = [name for name, words in PLATFORMS.items() if any(word in said for word in words)]
    return found[0] if len(found) == 1 else "" if found else _by_names(layer)


def _by_names(layer: Layer) -> str:
    """Sentinel-2 where the bands are named as only its makers name them, in two characters: B02, B03, B8A."""
    names = {band.name.upper() for band in layer.bands}
    return "sentinel2a" if len(names) > 1 and names <= SENTINEL2 else ""


def _number(band: Any, platform: str) -> str:
    return _plain(getattr(band, platform).band) if hasattr(band, platform) else ""


def _plain(name: str) -> str:
    """B04 and b4 are one band, B8A is another."""
    name = name.upper()
    return name[0] + name[1:].lstrip("0") if name[:1] == "B" else name


def _written(index: Index, names: Mapping[str, str]) -> str:
    """The formula with the bands' own names and the constants' usual values; empty where a name has neither."""
    import spyndex

    tree = ast.parse(index.formula, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if node.id in names:
                node.id = names[node.id]
            elif node.id in spyndex.constants and isinstance(spyndex.constants[node.id].default, int | float):
                node.id = repr(float(spyndex.constants[node.id].default))
            else:
                return ""
        elif isinstance(node, ast.Call):
            return ""
    return ast.unparse(tree)
