"""Holding an entry against the schema: each fault with its line and what would be right."""

import difflib
import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
from jsonschema.exceptions import best_match

from repeatpass.entries.lines import Path
from repeatpass.entries.original.sheet import Sheet

NEEDED = ("Name", "Description")  # without these there is no entry
KINDS = {dict: "fields", list: "a list", str: "text", int: "a number", float: "a number", bool: "yes or no"}
WANTED = {
    "object": "fields", "array": "a list", "string": "text", "number": "a number", "integer": "a whole number",
    "boolean": "true or false", "null": "nothing",
}  # fmt: skip
HARMLESS = {"additionalProperties", "pattern", "uniqueItems", "maxLength"}  # what is there can be used all the same
LISTS = {"Resources": 2, "Configurations": 2, "Tags": 2, "WMTS": 2, "DocumentationLinks": 2, "CRS": 2, "DataAtWork": 3,
         "CubeDimensions": 2, "CustomScripts": 2}  # fmt: skip


@cache
def entry_schema() -> dict[str, Any]:
    """Return the JSON Schema of entries (draft 2020-12)."""
    text = files("repeatpass.entries.original").joinpath("entry.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def check(sheet: Sheet) -> None:
    """Say what is wrong, and take out of *sheet* what cannot be used; the rest of the entry stands."""
    _mend(sheet)
    validator = jsonschema.Draft202012Validator(entry_schema())
    broken: list[Path] = []
    for error in sorted(validator.iter_errors(sheet.fields), key=lambda each: str(list(each.absolute_path))):
        inner = best_match([error]) or error
        if _tell(sheet, inner) and inner.validator not in HARMLESS:
            broken.append(_whole(tuple(inner.absolute_path)))
    for path in sorted(set(broken), key=lambda each: [str(part).zfill(6) for part in each], reverse=True):
        if path and path[0] in sheet.lined.value:
            sheet.aside[str(path[0])] = sheet.lined.value[path[0]]
        _remove(sheet.fields, path)


def _mend(sheet: Sheet) -> None:
    """Take fields whose names are misspelt for what they are meant to be, and say so."""
    known = entry_schema()["properties"]
    for name in [each for each in sheet.fields if each not in known]:
        meant = _near(name, known, 0.85)
        if meant and meant not in sheet.fields:
            sheet.warn(name, f"“{name}” is no field of an entry; it is taken as {meant}.", f"Write {meant}.")
            sheet.fields[meant] = sheet.fields.pop(name)


def _near(name: str, known: Any, alike: float) -> str:
    by_letters = {each.lower().replace(" ", ""): str(each) for each in known}
    near = difflib.get_close_matches(name.lower().replace(" ", ""), by_letters, 1, alike)
    return by_letters[near[0]] if near else ""


def _tell(sheet: Sheet, error: Any) -> bool:
    """Say one fault; return whether the value itself is at fault."""
    path: Path = tuple(error.absolute_path)
    if error.validator == "required":
        _tell_missing(sheet, path, error)
        return bool(path)
    if error.validator == "additionalProperties":
        for name in _unknown(error):
            sheet.warn((*path, name), f"“{name}” is no field of an entry.", _nearest(name, error))
        return False
    say = sheet.error if path[:1] in {(name,) for name in NEEDED} else sheet.warn
    say(path, _said(error), _fix(path, error))
    return True


def _tell_missing(sheet: Sheet, path: Path, error: Any) -> None:
    for name in error.validator_value:
        if name in error.instance:
            continue
        if not path and name in NEEDED:
            sheet.error((), f"“{name}” is missing.", f"Add it: {_described(name)}")
        elif not path:
            sheet.warn((), f"“{name}” is missing.", f"Add it: {_described(name)}")
        else:
            sheet.warn(path, f"“{name}” is missing here; this part is left out.", f"Add {name}.")


def _described(name: str) -> str:
    return str(entry_schema()["properties"][name]["description"])


def _unknown(error: Any) -> Iterator[str]:
    known = error.schema.get("properties", {})
    return (str(name) for name in error.instance if name not in known)


def _nearest(name: str, error: Any) -> str:
    near = _near(name, error.schema.get("properties", {}), 0.8)
    return f"Did you mean {near}?" if near else "It is kept as it stands and shown nowhere."


def _said(error: Any) -> str:
    shown = json.dumps(error.instance, ensure_ascii=False)[:60]
    if error.validator == "type":
        kind = "empty" if error.instance is None else KINDS.get(type(error.instance), "something else")
        return f"This is {kind} ({shown}); it is left out." if error.instance is not None else "This is empty."
    if error.validator == "pattern":
        return f"“{error.instance}” is no day."
    if error.validator in ("minLength", "minItems"):
        return "This is empty." if not error.instance else f"{shown} is too short; it is left out."
    if error.validator == "maxItems":
        return f"{shown} has too many values; it is left out."
    if error.validator == "uniqueItems":
        return "Something stands here twice."
    return f"{shown} is not right here; it is left out."


def _fix(path: Path, error: Any) -> str:
    if error.validator == "pattern":
        return "Write it as 2021-05-18."
    if error.validator == "type":
        wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        return f"Write {' or '.join(WANTED[each] for each in wanted if each != 'null')}."
    if path[:3] == ("Extent", "spatial", "bbox"):
        return "Write four numbers: west, south, east, north."
    if error.validator == "enum":
        return f"Write one of {', '.join(map(str, error.validator_value))}."
    return str(error.schema.get("description", ""))


def _whole(path: Path) -> Path:
    """Return the path of the smallest thing that still means something when a part of it is taken out."""
    return path[: LISTS.get(str(path[0]), 1)] if path else ()


def _remove(fields: dict[str, Any], path: Path) -> None:
    """Take out what is at *path*, leaving what contains it as it was."""
    if not path:
        return
    holder: Any = fields
    for step in path[:-1]:
        holder[step] = holder[step].copy()
        holder = holder[step]
    del holder[path[-1]]
