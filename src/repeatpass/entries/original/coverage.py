"""Where and when: extents, dimensions, and whether they agree with one another."""

from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso, parse_time
from repeatpass.entries.original.sheet import Sheet
from repeatpass.entries.original.texts import box_of_text, interval_of_text

NOWHERE = "repeatpass:nowhere"  # no place is stated; STAC demands a box all the same
WORLD = [-180, -90, 180, 90]
SLACK = 0.51  # degrees that a grid of cell centres may go beyond the world


def extent_of(sheet: Sheet) -> dict[str, Any]:
    """Return the extent, and ``repeatpass:nowhere`` where no place is stated."""
    stated = sheet.take("Extent") or {}
    boxes, place = _boxes(sheet, stated)
    extent = {"spatial": {"bbox": boxes}, "temporal": {"interval": _intervals(sheet, stated)}}
    return {"extent": extent} | ({} if place else {NOWHERE: True})


def _boxes(sheet: Sheet, stated: Any) -> tuple[list[Any], bool]:
    listed = stated.get("spatial", {}).get("bbox")
    good = [box for number, box in enumerate(listed or []) if _is_box(sheet, number, box)]
    if good:
        return [_clipped(box) for box in good], True
    text = sheet.text("GeographicalCoverage")
    if (box := box_of_text(text)) is not None:
        said = "There is no Extent; the box is read from this text."
        sheet.note("GeographicalCoverage", said, f"State it: Extent.spatial.bbox [[{', '.join(map(str, box))}]].")
        return [list(box)], True
    where = "GeographicalCoverage" if text else ()
    said = f"No Extent states where this is, and “{text[:60]}” is no box." if text else "Nothing states where this is."
    sheet.warn(where, said, "Add Extent.spatial.bbox: west, south, east, north in degrees.")
    return [WORLD], False


def _is_box(sheet: Sheet, number: int, box: list[float]) -> bool:
    path = ("Extent", "spatial", "bbox", number)
    flat = box if len(box) == 4 else [box[0], box[1], box[3], box[4]]
    west, south, east, north = flat
    if not all(-180 - SLACK <= each <= 180 + SLACK for each in (west, east)):
        wrong = f"The longitudes {west} and {east} do not lie between −180 and 180."
    elif not all(-90 - SLACK <= each <= 90 + SLACK for each in (south, north)):
        wrong = f"The latitudes {south} and {north} do not lie between −90 and 90."
    elif south > north:
        wrong = f"South ({south}) lies north of north ({north})."
    else:
        return True
    sheet.warn(path, f"{wrong} This box is left out.", "Write west, south, east, north in degrees.")
    return False


def _clipped(box: list[float]) -> list[float]:
    limits: list[int | None] = [180, 90] if len(box) == 4 else [180, 90, None]
    return [
        each if limit is None else max(-limit, min(limit, each)) for each, limit in zip(box, limits * 2, strict=True)
    ]


def _intervals(sheet: Sheet, stated: Any) -> list[Any]:
    listed = stated.get("temporal", {}).get("interval")
    good = [_interval(sheet, number, each) for number, each in enumerate(listed or [])]
    kept = [each for each in good if each is not None]
    if kept:
        return kept
    text = sheet.text("TemporalAvailability")
    if text and (span := interval_of_text(text)) is not None:
        said = f"There is no Extent; “{text[:60]}” is read as {span[0]} to {span[1] or 'now'}."
        sheet.note("TemporalAvailability", said, "State it: Extent.temporal.interval.")
        return [list(span)]
    if not listed:
        said = f"Nothing states when: “{text[:60]}” holds no date." if text else "Nothing states when this is."
        sheet.warn("TemporalAvailability" if text else (), said, "Add Extent.temporal.interval, null where it is open.")
    return [[None, None]]


def _interval(sheet: Sheet, number: int, pair: list[Any]) -> list[Any] | None:
    path = ("Extent", "temporal", "interval", number)
    try:
        first, last = (iso(parse_time(each)) if each else None for each in pair)
    except Invalid as error:
        sheet.warn(path, f"{error.message} This interval is left out.", "Write moments as '2020-01-04T00:00:00Z'.")
        return None
    if first and last and first > last:
        sheet.warn(path, f"It begins ({first}) after it ends ({last}).", "They are taken the other way round.")
        first, last = last, first
    return [first, last]


def dimensions_of(sheet: Sheet, extent: Any) -> dict[str, Any]:
    """Return ``cube:dimensions``, those that can be; say where they and the extent do not agree."""
    stated = sheet.take("CubeDimensions") or {}
    found = {name: _dimension(each) for name, each in stated.items() if isinstance(each, dict)}
    box = extent["spatial"]["bbox"][0]
    flat = box if len(box) == 4 else [box[0], box[1], box[3], box[4]]
    for name, each in found.items():
        if each.get("type") == "spatial" and not _is_projected(each):
            _compare(sheet, name, each, (flat[0], flat[2]) if each.get("axis") == "x" else (flat[1], flat[3]))
    good = {name: each for name, each in found.items() if _is_whole(sheet, name, each)}
    return {"cube:dimensions": good} if good else {}


def _dimension(stated: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in stated.items() if value is not None or key in ("step",)}


def _is_projected(dimension: dict[str, Any]) -> bool:
    return any(abs(each) > 361 for each in dimension.get("extent", ()) if isinstance(each, int | float))


def _compare(sheet: Sheet, name: str, dimension: dict[str, Any], stated: tuple[float, float]) -> None:
    """Say where the extent of a dimension lies elsewhere than the box, such as on the other side of Greenwich."""
    mine: Any = dimension.get("extent")
    if not _is_extent(mine):
        return
    pairs = list(zip(mine, stated, strict=True))
    if any(abs(a - b) > 1 for a, b in pairs):
        lost = any(abs(a + b) < 0.01 < abs(a) for a, b in pairs)
        said = f"It is {mine[0]} to {mine[1]}, but Extent.spatial.bbox says {stated[0]} to {stated[1]}."
        hint = " It looks like a lost minus sign." if lost else ""
        sheet.warn(("CubeDimensions", name, "extent"), said + hint, "The box is taken; write the same in both.")
        dimension["extent"] = list(stated)


def _is_whole(sheet: Sheet, name: str, dimension: dict[str, Any]) -> bool:
    """Say whether the extension datacube takes a dimension as it is."""
    kind, extent = dimension.get("type"), dimension.get("extent")
    if kind == "spatial":
        good = dimension.get("axis") in ("x", "y", "z") and _is_extent(extent)
        why = "a spatial dimension needs an axis, and an extent of two numbers"
    elif kind == "temporal":
        good, why = _in_utc(dimension), "a temporal dimension needs an extent of two moments, either may be null"
    else:
        good, why = bool(dimension.get("values")) or _is_extent(extent), "a dimension needs values, or an extent"
    if not good:
        sheet.warn(("CubeDimensions", name), f"{why[0].upper()}{why[1:]}; this one is left out.", "Add them.")
    return good


def _in_utc(dimension: dict[str, Any]) -> bool:
    """Write the moments of a temporal dimension in UTC, as STAC wants them; False where they are none."""
    extent = dimension.get("extent")
    if not isinstance(extent, list) or len(extent) != 2:
        return False
    try:
        dimension["extent"] = [iso(parse_time(str(each))) if each is not None else None for each in extent]
    except Invalid:
        return False
    return True


def _is_extent(extent: Any) -> bool:
    return isinstance(extent, list) and len(extent) == 2 and all(isinstance(each, int | float) for each in extent)
