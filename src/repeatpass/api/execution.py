"""Reading an execute request: the form of OGC API – Processes 1.0 and that of the platform before it."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from repeatpass.api.notebook_process import INPUTS
from repeatpass.api.resources import Resources, resources_of
from repeatpass.core.errors import Invalid

KNOWN = {each.name for each in INPUTS}
TEXTS = ("notebook_name", "kernel", "image", "output_filename", "output_dirname", "result_data_directory", "git_revision",
         "node_purpose")  # fmt: skip
ENCODED = 1_000_000  # letters of packed parameters


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecuteNotebook:
    """What ``execute-notebook`` was asked to do; an empty text was not given."""

    notebook: str  # its path, or its name
    content: bytes | None = None  # of a notebook that was sent with the request
    parameters: Mapping[str, Any] = field(default_factory=dict)
    resources: Resources = Resources()
    kernel: str = ""
    image: str = ""
    output_filename: str = ""
    output_dirname: str = ""
    result_data_directory: str = ""
    git_revision: str = ""


def inputs_of(body: Any) -> dict[str, Any]:
    """Return the inputs of an execute request, given as an object or as a list of ``{id, value}``.

    Raise Invalid for anything else.
    """
    inputs = body.get("inputs", {}) if isinstance(body, dict) else None
    if isinstance(inputs, list):
        return _listed(inputs)
    if not isinstance(inputs, dict):
        raise Invalid("Send a JSON object with “inputs”: an object, or a list of {id, value}.")
    return {name: _plain(value) for name, value in inputs.items()}


def _listed(inputs: list[Any]) -> dict[str, Any]:
    if not all(isinstance(entry, dict) and "id" in entry for entry in inputs):
        raise Invalid("Each of the inputs must be an object with “id” and “value”.")
    names = [str(entry["id"]) for entry in inputs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Invalid(f"The input {', '.join(twice)} is given more than once.")
    return {str(entry["id"]): entry.get("value") for entry in inputs}


def _plain(value: Any) -> Any:
    # 18-062r2, inputValueNoObject: an object input, and any qualified one, comes wrapped in {"value": …}.
    return value["value"] if isinstance(value, dict) and "value" in value else value


def execute_notebook(inputs: Mapping[str, Any]) -> ExecuteNotebook:
    """Read the inputs of ``execute-notebook``; raise Invalid for unknown ones, naming those that exist."""
    if unknown := sorted(set(inputs) - KNOWN):
        raise Invalid(f"Unknown input {', '.join(unknown)}; execute-notebook takes: {', '.join(sorted(KNOWN))}.")
    texts = {name: _text(name, inputs.get(name)) for name in TEXTS}
    texts.pop("node_purpose")  # where a container is placed: there are none here
    name, content = _notebook(inputs.get("notebook"), texts.pop("notebook_name"))
    _flag("run_on_fargate", inputs.get("run_on_fargate"))
    parameters = {**_encoded(inputs.get("parameters")), **_object(inputs.get("parameters_json"))}
    resources = resources_of(inputs)
    return ExecuteNotebook(notebook=name, content=content, parameters=parameters, resources=resources, **texts)


def _notebook(given: Any, name: str) -> tuple[str, bytes | None]:
    """Return the name of the notebook, and its content where the notebook itself was sent."""
    if isinstance(given, dict) and "nbformat" in given:
        if name and (not name.endswith(".ipynb") or not name.isprintable() or len(name) > 150):
            raise Invalid(f"The input “notebook_name” must be a name ending in .ipynb; it is “{name[:200]}”.")
        return name.rsplit("/", 1)[-1] or "sent.ipynb", json.dumps(given).encode()
    if isinstance(given, dict):
        raise Invalid("The input “notebook” is an object without “nbformat”; send a notebook, or the name of one.")
    if not (found := _text("notebook", given)):
        raise Invalid(
            "The input “notebook” is missing: the path of a notebook in your workspace, or its name on the shelf."
        )
    return found, None


def _text(name: str, value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise Invalid(f"The input “{name}” must be a text; it is {json.dumps(value)[:80]}.")
    return (value or "").strip()


def _flag(name: str, value: Any) -> None:
    if value not in (None, "", True, False) and str(value).lower() not in ("true", "false"):
        raise Invalid(f"The input “{name}” must be true or false; it is {json.dumps(value)[:80]}.")


def _encoded(text: Any) -> dict[str, Any]:
    """Read ``parameters``: base64 of YAML or JSON."""
    if text in (None, ""):
        return {}
    if isinstance(text, dict):  # some clients send the object itself under the older name
        return text
    try:
        if len(str(text)) > ENCODED:
            raise ValueError
        found = yaml.safe_load(base64.b64decode("".join(str(text).split()), validate=True).decode())
    except (binascii.Error, ValueError, RecursionError, yaml.YAMLError):
        raise Invalid(
            "The input “parameters” must be base64 of YAML or JSON; send plain JSON as “parameters_json”."
        ) from None
    return _object(found, "parameters")


def _object(value: Any, name: str = "parameters_json") -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else None
        except ValueError:
            raise Invalid(f"The input “{name}” is text that is no JSON; send an object of names and values.") from None
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise Invalid(f"The input “{name}” must be an object of names and values.")
    return value
