"""Which part of the world a map shows, in which system and how large (20-058, 9 to 11 and 14)."""

from collections.abc import Mapping
from dataclasses import dataclass

from repeatpass.api.mapping.subsets import Subset, require_on_earth, subset_of
from repeatpass.api.maps.numbers import whole
from repeatpass.api.maps.refusing import Refused, wrong
from repeatpass.api.maps.systems import System, box_in, changed, system, systems_of
from repeatpass.data.records import Box, Layer

LARGEST = 4096  # pixels along a side
USUAL = 1024  # pixels along the longer side, where nothing is said
PIXEL = 0.00028  # metres of a pixel of the display that scales are stated for
DEGREE = 111319.49079327358  # metres of a degree at the equator
PARAMETERS = ("bbox", "bbox-crs", "crs", "width", "height", "subset", "subset-crs", "center", "center-crs",
              "scale-denominator")  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """The part of the world, and its size in pixels."""

    system: System
    bounds: Box  # x before y
    width: int
    height: int


def frame_of(layer: Layer, words: Mapping[str, str]) -> Frame:
    """Read a frame: without any parameter all of the layer, in degrees; raise Refused, or Nothing for no place on Earth."""
    shown = _system(layer, words.get("crs", ""), "crs") or CRS84
    bounds = _bounds(layer, words, shown)
    return _sized(shown, bounds, words)


CRS84 = System(code="CRS:84", swapped=False)


def _system(layer: Layer, text: str, name: str) -> System | None:
    if not text:
        return None
    found = system(text)
    if found is None or found.code not in systems_of(layer):
        there = ", ".join(each.uri for code in systems_of(layer) if (each := system(code)))
        raise wrong(name, text, f"one of {there}")
    return found


def _bounds(layer: Layer, words: Mapping[str, str], shown: System) -> Box:
    narrowed = subset_of(words.get("subset", ""))
    _check_together(words, narrowed)
    if words.get("bbox"):
        given = _system(layer, words.get("bbox-crs", ""), "bbox-crs") or CRS84
        return _moved(_box(words["bbox"], given), given, shown, "bbox")
    if narrowed.spatial:
        given = _system(layer, words.get("subset-crs", ""), "subset-crs") or CRS84
        return _moved(_subset(layer, words["subset"], narrowed, given), given, shown, "subset")
    if words.get("center") or (words.get("scale-denominator") and _sides(words)):
        return _about(layer, words, shown)
    return _whole(layer, shown)


def _sides(words: Mapping[str, str]) -> bool:
    return bool(words.get("width") or words.get("height"))


def _check_together(words: Mapping[str, str], narrowed: Subset) -> None:
    """Raise Refused for parameters that say the same differently (20-058, requirements 15 E, 21 B, 22 H, 24 B)."""
    given = [name for name in ("bbox", "center") if words.get(name)] + ["subset"] * narrowed.spatial
    if len(given) > 1:
        raise wrong(given[1], words[given[1]], f"left out where {given[0]} is given")
    if given and given[0] != "center" and words.get("scale-denominator") and _sides(words):
        raise wrong("scale-denominator", words["scale-denominator"], f"left out where {given[0]} and a size are given")


def _whole(layer: Layer, shown: System) -> Box:
    found = box_in(layer, shown.code)
    if found is None:
        raise Refused("InvalidCRS", f"{layer.id} does not lie where maps in {shown.uri} show.", "crs")
    return found


def _box(text: str, given: System) -> Box:
    right = "four numbers, the lower corner first; six with heights are taken, too"
    try:
        numbers = [float(each) for each in text.split(",")]
    except ValueError:
        raise wrong("bbox", text, right) from None
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not all(abs(each) <= 1e9 for each in numbers):
        raise wrong("bbox", text, right)
    left, bottom, right_edge, top = given.in_x_y((numbers[0], numbers[1], numbers[2], numbers[3]))
    if given.drawn == "EPSG:4326" and left > right_edge:
        right_edge += 360  # across the antimeridian
    return _ordered((left, bottom, right_edge, top), "bbox", text)


def _ordered(box: Box, name: str, text: str) -> Box:
    if box[0] >= box[2] or box[1] >= box[3]:
        raise wrong(name, text, "a box whose lower corner is below and left of the upper")
    return box


def _subset(layer: Layer, text: str, narrowed: Subset, given: System) -> Box:
    """Return the box of ``Lat(40:60),Lon(-10:10)``; what is not narrowed is as wide as the layer."""
    left, bottom, right, top = _whole(layer, given)
    left, right = narrowed.across or (left, right)
    bottom, top = narrowed.down or (bottom, top)
    if given.drawn == "EPSG:4326":
        require_on_earth(narrowed)
        right += 360 if left > right else 0  # across the antimeridian
    return _ordered((left, bottom, right, top), "subset", text)


def _about(layer: Layer, words: Mapping[str, str], shown: System) -> Box:
    """A box around a place: as many pixels as asked for, each as large as the scale says.

    Without a place around the middle of the layer; without a scale as large as the layer.
    """
    whole_box = _whole(layer, shown)
    x, y = (whole_box[0] + whole_box[2]) / 2, (whole_box[1] + whole_box[3]) / 2
    if words.get("center"):
        given = _system(layer, words.get("center-crs", ""), "center-crs") or CRS84
        x, y, _, _ = _moved(_box_of_place(words["center"], given), given, shown, "center")
    width, height = _pixels(words, "width"), _pixels(words, "height")
    fitting = max((whole_box[2] - whole_box[0]) / width, (whole_box[3] - whole_box[1]) / height)
    cell = _cell(words, shown) if words.get("scale-denominator") else fitting
    return (x - cell * width / 2, y - cell * height / 2, x + cell * width / 2, y + cell * height / 2)


def _box_of_place(text: str, given: System) -> Box:
    try:
        first, second = (float(each) for each in text.split(","))
    except ValueError:
        raise wrong("center", text, "two numbers, such as 16.4,48.2") from None
    if not (abs(first) <= 1e9 and abs(second) <= 1e9):
        raise wrong("center", text, "two numbers, such as 16.4,48.2")
    x, y, _, _ = given.in_x_y((first, second, first, second))
    return (x, y, x + 1e-9, y + 1e-9)


def _cell(words: Mapping[str, str], shown: System) -> float:
    text = words.get("scale-denominator", "")
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 1 <= scale <= 1e10:
        raise wrong("scale-denominator", text, "a number from 1 to 1e10")
    return scale * PIXEL / (DEGREE if shown.drawn == "EPSG:4326" else 1.0)


def _pixels(words: Mapping[str, str], name: str) -> int:
    return whole(words[name], name, 1, LARGEST) if words.get(name) else USUAL


def _moved(box: Box, given: System, shown: System, name: str) -> Box:
    if given.drawn == shown.drawn:
        return box
    found = changed(box, given, shown)
    if found is None:
        raise Refused("InvalidParameterValue", f"{name} does not lie where maps in {shown.uri} show.", name)
    return found


def _sized(shown: System, bounds: Box, words: Mapping[str, str]) -> Frame:
    across, down = bounds[2] - bounds[0], bounds[3] - bounds[1]
    if words.get("scale-denominator") and not words.get("width") and not words.get("height"):
        cell = _cell(words, shown)
        width, height = _within(across / cell), _within(down / cell)
    elif words.get("width") and words.get("height"):
        width, height = _pixels(words, "width"), _pixels(words, "height")
    elif words.get("height"):
        height = _pixels(words, "height")
        width = _within(height * across / down)
    else:
        width = _pixels(words, "width") if words.get("width") else _within(USUAL * min(1.0, across / down))
        height = _within(width * down / across)
    return Frame(system=shown, bounds=bounds, width=width, height=height)


def _within(number: float) -> int:
    return max(1, min(round(number), LARGEST))
