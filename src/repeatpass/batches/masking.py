"""Batches as pages, lists and JSON may show them: without the values of parameters whose names say that they are secret."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from repeatpass.batches.records import Batch, Part, Specification
from repeatpass.runs.masking import masked_parameters


def masked_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a specification, as it was given, with its fixed and its varied parameters masked."""
    shown = dict(body)
    if "parameters" in body:
        shown["parameters"] = masked_parameters(body["parameters"])
    if "vary" in body:
        shown["vary"] = {name: masked_values(name, values) for name, values in body["vary"].items()}
    return shown


def masked_values(name: str, values: Any) -> Any:
    """Return the values that the parameter *name* varies over, each masked where it is secret."""
    if not isinstance(values, list | tuple):
        return values
    return [masked_parameters({name: value})[name] for value in values]


def masked_batch(batch: Batch) -> Batch:
    """Return *batch* as it may be shown."""
    return replace(batch, specification=Specification(body=masked_body(batch.specification.body)))


def masked_part(part: Part) -> Part:
    """Return *part* as it may be shown."""
    return replace(part, parameters=masked_parameters(part.parameters))
