"""Reading an execute request: the form of OGC API – Processes 1.0 and that of the platform before it."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from repeatpass.api.notebook_process import INPUTS
from repeatpass.core.errors import Invalid
from repeatpass.runs.execution import MEBIBYTE, Limits

KNOWN = {each.name for each in INPUTS}
UNITS = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecuteNotebook:
    """What ``execute-notebook`` was asked to do."""

    notebook: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    limits: Limits | None = None  # None: those of the notebook's flavour


def inputs_of(body: Any) -> dict[str, Any]:
    """Return the inputs of an execute request, given as an object or as a list of ``{id, value}``.

    Raise Invalid for anything else.
    """
    inputs = body.get("inputs", {}) if isinstance(body, dict) else None
    if isinstance(inputs, list):
        if not all(isinstance(entry, dict) and "id" in entry for entry in inputs):
            raise Invalid("Each of the inputs must be an object with “id” and “value”.")
        return {str(entry["id"]): entry.get("value") for entry in inputs}
    if not isinstance(inputs, dict):
        raise Invalid("Send a JSON object with “inputs”: an object, or a list of {id, value}.")
    return {name: _plain(value) for name, value in inputs.items()}


def _plain(value: Any) -> Any:
    # 18-062r2, inputValueNoObject: an object input, and any qualified one, comes wrapped in {"value": …}.
    return value["value"] if isinstance(value, dict) and "value" in value else value


def execute_notebook(inputs: Mapping[str, Any]) -> ExecuteNotebook:
    """Read the inputs of ``execute-notebook``; raise Invalid for unknown ones, naming those that exist."""
    if unknown := sorted(set(inputs) - KNOWN):
        raise Invalid(f"Unknown input {', '.join(unknown)}; execute-notebook takes: {', '.join(sorted(KNOWN))}.")
    if not isinstance(inputs.get("notebook"), str) or not inputs["notebook"]:
        raise Invalid(
            "The input “notebook” is missing: the path of a notebook in your workspace, or its name on the shelf."
        )
    parameters = {**_encoded(inputs.get("parameters")), **_object(inputs.get("parameters_json"))}
    return ExecuteNotebook(notebook=inputs["notebook"], parameters=parameters, limits=_limits(inputs))


def _encoded(text: Any) -> dict[str, Any]:
    """Read ``parameters``: base64 of YAML or JSON."""
    if text in (None, ""):
        return {}
    try:
        found = yaml.safe_load(base64.b64decode(str(text), validate=True).decode())
    except (binascii.Error, UnicodeDecodeError, yaml.YAMLError):
        raise Invalid(
            "The input “parameters” must be base64 of YAML or JSON; send plain JSON as “parameters_json”."
        ) from None
    return _object(found)


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid("Parameters must be an object of names and values.")
    return value


def _limits(inputs: Mapping[str, Any]) -> Limits | None:
    text = inputs.get("mem_limit")
    return None if text in (None, "") else replace(Limits(), memory_bytes=max(_quantity(str(text)), 64 * MEBIBYTE))


def _quantity(text: str) -> int:
    """Read a Kubernetes quantity of memory in bytes, such as ``2Gi`` or ``500M``."""
    number = text.rstrip("KMGi")
    try:
        return int(float(number) * UNITS[text[len(number) :]])
    except (ValueError, KeyError):
        raise Invalid(f"“{text}” is not an amount of memory; write 2Gi or 500M.") from None
