"""What is said of fields that are not kept as they stand, and small things that the entries of a configuration share."""

import re
from typing import Any

from repeatpass.entries.original.sheet import Sheet
from repeatpass.importing.records import Dropped, Fate

WORLD = [-180.0, -90.0, 180.0, 90.0]
CLIENT = "It steers how the original client shows things."
PLACES = "Places belong to indicators here, and an indicator has values."
OWN_LAYERS = "The map browser brings its own."
OFFERED = "A member that the list should not offer is linked all the same."
SERIES = "Import the series with it: its rows tell the places."
OWN_PROCESS = "Write a notebook that asks the endpoints, and add it with repeatpass notebooks add."
LAYOUT = ("It says where the original client puts its windows; the pages here have an order of their own.", "")
FORM = ("It is a form of the original client; a notebook's process has one that is made of its parameters.", "")
REASONS = {  # what becomes of a field, and what a person can do
    "Process": (
        "A process here is a notebook with declared parameters; what is written here is none of a client's either.",
        "Write it as Name, JsonForm and EndPoints.",
    ),
    "Services": (
        "A statistics service of its own is not needed: series of points and areas are drawn here, where the data is.",
        "Add the data as a cube to have them.",
    ),
    "Locations": (PLACES, SERIES),
    "Subcollections": (PLACES, SERIES),
    "BaseLayers": (OWN_LAYERS, "Import the files under layers/ to have them as entries."),
    "OverlayLayers": (OWN_LAYERS, "Import the files under layers/ to have them as entries."),
    "Disable": (OFFERED, "Delete the entry, or make it private, if nobody should find it."),
    "Hidden": (OFFERED, "Delete the entry, or make it private, if nobody should find it."),
    "CollectionGroup": (CLIENT, ""),
    **dict.fromkeys(("Layout", "layout", "Template", "template", "templates", "widgets"), LAYOUT),
    **dict.fromkeys(("default_xcube_process", "geodb_default_form", "geodb_empty_form", "geodb_default_vega"), FORM),
    "Legend": ("A legend is drawn from the data here.", ""),
    "yAxis": ("An entry has no chart; the axis belongs to the series.", "State the unit of the series with --unit."),
}
CATALOGUE = ("This house has one catalogue, made anew at /eodash.", "")
UNKNOWN = ("Nothing here reads a field of that name.", "Check the spelling; put what matters into Description.")
UNKEPT = {  # of parts of a field, by their own name
    "Timedelta": ("Begin and end of the interval are kept, not its steps.", ""),
    "Roles": ("STAC knows producer, licensor, processor and host.", "Name one of these."),
    "Key": ("A reference is an address with a title here.", ""),
    "Type": ("The kind of the service is told by its link.", ""),
    "Group": (CLIENT, ""),
}
LOST = ("It does not stand in the entry that was made.", "Put it into Description, if it matters.")


def slug_of(text: str) -> str:
    """Return the id that a name gives: small letters, digits, dots, hyphens and underscores."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")[:80].strip("-._")


def steps_of(field: str) -> tuple[str | int, ...]:
    """Return the path that is written ``Resources[0].Type``."""
    return tuple(int(each) if each.isdigit() else each for each in re.findall(r"[^.\[\]]+", field))


def dropped_at(sheet: Sheet, field: str, reason: str, todo: str = "") -> Dropped:
    """Return that a field is dropped, with its line."""
    return Dropped(file=sheet.file, field=field, reason=reason, todo=todo, line=sheet.lined.line(steps_of(field)))


def changed_at(sheet: Sheet, field: str, reason: str, todo: str = "") -> Dropped:
    """Return that a field is here in another form, with its line."""
    line = sheet.lined.line(steps_of(field))
    return Dropped(file=sheet.file, field=field, reason=reason, todo=todo, line=line, fate=Fate.CHANGED)


def listed(sheet: Sheet, name: str) -> list[Any]:
    """Return the members of a list and take it out; what is no list is left, and so reported."""
    value = sheet.fields.get(name)
    return sheet.take(name) if isinstance(value, list) else []
