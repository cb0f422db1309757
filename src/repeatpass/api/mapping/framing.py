"""Which part of the world a map shows, in which system and how large (20-058, 9 to 11 and 14)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
ACROSS, DOWN = {"lon", "long", "longitude", "x", "e", "easting"}, {"lat", "latitude", "y", "n", "northing"}
SUBSET = re.compile(r'([A-Za-z]+)\(\s*"?([^":()]+)"?\s*:\s*"?([^":()]+)"?\s*\)')


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """The part of the world, and its size in pixels."""

    system: System
    bounds: Box  # x before y
    width: int
    height: int


def frame_of(layer: Layer, words: Mapping[str, str]) -> Frame:
    """Read a frame: without any parameter all of the layer, in degrees; raise Refused."""
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
    if words.get("bbox"):
        given = _system(layer, words.get("bbox-crs", ""), "bbox-crs") or CRS84
        return _moved(_box(words["bbox"], given), given, shown, "bbox")
    if words.get("subset"):
        given = _system(layer, words.get("subset-crs", ""), "subset-crs") or CRS84
        return _moved(_subset(layer, words["subset"], given), given, shown, "subset")
    if words.get("center"):
        return _about(layer, words, shown)
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


def _subset(layer: Layer, text: str, given: System) -> Box:
    """Read ``Lat(40:60),Lon(-10:10)``; what is not narrowed is as wide as the layer."""
    found, rest = SUBSET.findall(text), SUBSET.sub("", text).strip(", ")
    whole_box = box_in(layer, given.code)
    if rest or not found or whole_box is None:
        raise wrong("subset", text, "axes with an interval, such as Lat(40:60),Lon(-10:10)")
    left, bottom, right, top = whole_box
    for axis, low, high in found:
        try:
            ends = float(low), float(high)
        except ValueError:
            raise wrong("subset", text, "intervals of numbers, such as Lat(40:60)") from None
        if axis.lower() in ACROSS:
            left, right = ends
        elif axis.lower() in DOWN:
            bottom, top = ends
        else:
            raise wrong("subset", text, "along Lat and Lon, or E and N; times are given as datetime")
    return _ordered((left, bottom, right, top), "subset", text)


def _about(layer: Layer, words: Mapping[str, str], shown: System) -> Box:
    """A box around a place: as many pixels as asked for, each as large as the scale says."""
    given = _system(layer, words.get("center-crs", ""), "center-crs") or CRS84
    place = _box_of_place(words["center"], given)
    x, y = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
    left, bottom, _, _ = _moved((x, y, x + 1e-9, y + 1e-9), given, shown, "center")
    across = _cell(words, shown) * _pixels(words, "width") / 2
    down = _cell(words, shown) * _pixels(words, "height") / 2
    return (left - across, bottom - down, left + across, bottom + down)


def _box_of_place(text: str, given: System) -> Box:
    try:
        first, second = (float(each) for each in text.split(","))
    except ValueError:
        raise wrong("center", text, "two numbers, such as 16.4,48.2") from None
    if not (abs(first) <= 1e9 and abs(second) <= 1e9):
        raise wrong("center", text, "two numbers, such as 16.4,48.2")
    return given.in_x_y((first, second, first, second))


def _cell(words: Mapping[str, str], shown: System) -> float:
    text = words.get("scale-denominator", "")
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 1 <= scale <= 1e10:
        raise wrong("scale-denominator", text, "a number from 1 to 1e10; a map about a center needs it")
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
