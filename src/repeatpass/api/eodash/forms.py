"""Forms as the eodash client's process panel shows them (JSON Editor), and the bodies that it fills in from them."""

import json
from typing import Any

from repeatpass.notebooks.processes import Process, ProcessInput

BOX = "bounding-box"
CHART: dict[str, Any] = {"type": "object", "title": "Chart", "properties": {}, "options": {"execute": True}}


def form_of(process: Process) -> dict[str, Any]:
    """Return the form of a process: its inputs, a box to be drawn where one is asked for."""
    return {
        "type": "object",
        "title": process.title,
        "properties": {each.name: _field(each) for each in process.inputs},
        "required": [each.name for each in process.inputs if each.required],
    }


def _field(given: ProcessInput) -> dict[str, Any]:
    schema = {**given.schema, "title": given.title}
    if given.description:
        schema["description"] = given.description
    if is_box(given):
        drawing = {"drawtools": {"for": "eox-map", "draw": "box"}}
        return {"type": "array", "format": BOX, "title": given.title, "options": drawing}
    return schema


def is_box(given: ProcessInput) -> bool:
    """Whether an input is a bounding box."""
    schema = json.dumps(given.schema)
    return "ogc-bbox" in schema or BOX in schema


def body_of(process: Process) -> str:
    """Return the Mustache template of what is sent to start the process.

    Three braces: the client's numbers and texts go in unescaped; texts stand in quotation marks.
    """
    inputs = ", ".join(f"{json.dumps(each.name)}: {_place(each)}" for each in process.inputs)
    return f'{{"inputs": {{{inputs}}}}}'


def _place(given: ProcessInput) -> str:
    hole = f"{{{{{{{given.name}}}}}}}"
    if is_box(given):
        return f'{{"bbox": [{hole}]}}'
    if given.schema.get("type") == "array":
        return f"[{hole}]"
    return hole if given.schema.get("type") in ("number", "integer", "boolean") else f'"{hole}"'
