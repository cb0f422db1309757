"""From what was sent to the JSON value that a process takes."""

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema

from repeatpass.api.wps.asked import GivenInput
from repeatpass.api.wps.boxes import box_value
from repeatpass.api.wps.exceptions import WpsError
from repeatpass.api.wps.kinds import GEOJSON, JSON, Box, Complex, Literal, Schema, allows_null, kind_of, simple
from repeatpass.notebooks.processes import Process, ProcessInput

INTEGER = re.compile(r"[+-]?\d{1,40}")
WORDS = {"true": True, "1": True, "false": False, "0": False}


def inputs_of(process: Process, given: Sequence[GivenInput]) -> dict[str, Any]:
    """Return the inputs of an execution as JSON values, by name.

    Raise WpsError for names that the process does not have, that are missing or sent twice, and for wrong values.
    """
    declared = {each.name: each for each in process.inputs}
    _check_names(process, declared, given)
    return {each.name: value_of(each, declared[each.name].schema) for each in given}


def _check_names(process: Process, declared: Mapping[str, ProcessInput], given: Sequence[GivenInput]) -> None:
    names = [each.name for each in given]
    known = ", ".join(declared) or "none"
    for name in names:
        if name not in declared:
            raise WpsError("NoSuchInput", f"{process.id} has no input “{name}”; it takes: {known}.", name)
        if names.count(name) > 1:
            raise WpsError("TooManyInputs", f"The input {name} was sent {names.count(name)} times; send it once.", name)
    for name, entry in declared.items():
        if entry.required and name not in names:
            raise WpsError("MissingParameterValue", f"The input {name} of {process.id} is missing.", name)


def value_of(given: GivenInput, schema: Schema) -> Any:
    """Return one input as the JSON value that *schema* allows; raise WpsError naming the input."""
    try:
        value = _value(given, schema)
    except ValueError as error:
        raise WpsError("InvalidParameterValue", f"The input {given.name}: {error}.", given.name) from None
    for problem in jsonschema.Draft202012Validator(dict(schema)).iter_errors(value):
        raise WpsError("InvalidParameterValue", f"The input {given.name}: {problem.message}.", given.name)
    return value


def _value(given: GivenInput, schema: Schema) -> Any:
    kind = kind_of(schema)
    if given.parts:
        properties = simple(schema).get("properties")
        if not properties:
            raise ValueError("it has no parts; send it as one value")
        return {part.name: value_of(part, properties.get(part.name, {})) for part in given.parts}
    if isinstance(kind, Box):
        return box_value(given, kind)
    if given.box:
        raise ValueError("it is not a bounding box")
    if isinstance(kind, Literal):
        return None if not given.text.strip() and _may_be_null(schema, kind) else _plain(given, kind)
    return _structured(given, kind, schema)


def _may_be_null(schema: Schema, kind: Literal) -> bool:
    return allows_null(schema) and kind.type != "string"


def _plain(given: GivenInput, kind: Literal) -> Any:
    if given.unit and given.unit != kind.unit:
        raise ValueError(f"its unit is {kind.unit or 'not stated'}, not {given.unit}")
    text = given.text.strip()
    if kind.type == "integer":
        return int(_matching(text, INTEGER.fullmatch(text) is not None, "an integer"))
    if kind.type == "double":
        return _number(text)
    if kind.type == "boolean":
        return WORDS[_matching(text.lower(), text.lower() in WORDS, "true or false")]
    return given.text if kind.type == "string" else text


def _matching(text: str, fits: bool, wanted: str) -> str:
    if not fits:
        raise ValueError(f"“{text[:80]}” is not {wanted}")
    return text


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"“{text[:80]}” is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"“{text}” is not a number that JSON can hold; send a finite one")
    return number


def _structured(given: GivenInput, kind: Complex, schema: Schema) -> Any:
    media_type = given.media_type.partition(";")[0].strip().lower()
    known = [each.media_type.partition(";")[0] for each in kind.formats]
    if media_type and media_type not in known:
        raise ValueError(f"the format {given.media_type} is not taken; send {' or '.join(known)}")
    is_json = (media_type or known[0]) in {JSON, GEOJSON} and "contentMediaType" not in simple(schema)
    text = _decoded(given.text) if is_json and given.encoding == "base64" else given.text
    if not is_json:
        return text
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    except ValueError as error:
        if not media_type and len(known) > 1 and known[1] not in {JSON, GEOJSON}:
            return text  # a value of several types: what is not JSON is meant as text
        raise ValueError(f"it is not JSON ({error})") from None


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is not a number of JSON")


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError("it is not base64 of text in UTF-8") from None
