"""What is said of fields that are dropped, and small things that the entries of a configuration share."""

import re
from typing import Any

from repeatpass.entries.original.sheet import Sheet
from repeatpass.importing.records import Dropped

WORLD = [-180.0, -90.0, 180.0, 90.0]
NO_ROOM = "There is no room for stories and other texts yet; it stays where it is."
CLIENT = "It steers how the original client shows things."
REASONS = {
    "Stories": NO_ROOM,
    "Process": "A process here is a notebook with declared parameters; the form and its templates run nothing by themselves.",
    "Services": "A statistics service of its own is not needed: series of points and areas are drawn here.",
    "Locations": "Places belong to indicators here, and an indicator has values; import its series.",
    "Subcollections": "Places belong to indicators here, and an indicator has values; import its series.",
    "BaseLayers": "The map browser brings its own base layers.",
    "OverlayLayers": "The map browser brings its own overlays.",
    "Disable": "A member that the list should not offer is linked all the same.",
    "Hidden": "A member that the list should not offer is linked all the same.",
    "CollectionGroup": CLIENT, "Subtitle": "An entry has one title.", "Legend": "A legend is drawn from the data here.",
}  # fmt: skip


def slug_of(text: str) -> str:
    """Return the id that a name gives: small letters, digits, dots, hyphens and underscores."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")[:80].strip("-._")


def dropped_at(sheet: Sheet, field: str, reason: str) -> Dropped:
    """Return that a field is dropped, with its line."""
    path = tuple(int(each) if each.isdigit() else each for each in re.findall(r"[^.\[\]]+", field))
    return Dropped(file=sheet.file, field=field, reason=reason, line=sheet.lined.line(path))


def listed(sheet: Sheet, name: str) -> list[Any]:
    """Return the members of a list and take it out; what is no list is left, and so reported."""
    value = sheet.fields.get(name)
    return sheet.take(name) if isinstance(value, list) else []
