"""Reading an execute request of OGC API – Processes 1.0 (18-062r2, 7.11.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from repeatpass.api.callbacks import EARLIER
from repeatpass.api.execution import inputs_of
from repeatpass.api.values import References, value_of
from repeatpass.core.errors import Invalid
from repeatpass.notebooks.processes import Process

MEMBERS = {"inputs", "outputs", "response", "subscriber", "job_id", "flavour", "mode", "id", "title", *EARLIER}
TOLERATED = ("job_id", "mode", "id", "title", *EARLIER)  # of earlier drafts and platforms; not advertised
RESPONSES = ("raw", "document")
MODES = ("value", "reference")


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """An execute request, checked against the description of its process."""

    inputs: Mapping[str, Any]  # plain values
    outputs: Mapping[str, Any] | None = field(default=None)  # None: every output
    response: str = ""  # raw | document; empty where it was left open
    run_id: str = ""
    flavour: str = ""


def read_execution(body: Any, process: Process, references: References) -> Execution:
    """Return what *body* asks of *process*; raise Invalid, naming the member and what would be right."""
    if not isinstance(body, Mapping):
        raise Invalid("Send a JSON object with “inputs”: an object, or a list of {id, value}.")
    if unknown := sorted(set(body) - MEMBERS):
        known = ", ".join(sorted(MEMBERS - set(TOLERATED)))
        raise Invalid(f"Unknown member {', '.join(unknown)}; an execute request has: {known}.")
    response = body.get("response", "")
    if response not in ("", *RESPONSES):
        raise Invalid(f"response is “{response}”; it can be raw or document.")
    return Execution(
        inputs=_inputs(body, process, references),
        outputs=_outputs(body.get("outputs"), process),
        response=response,
        run_id=str(body.get("job_id") or ""),
        flavour=str(body.get("flavour") or ""),
    )


def _inputs(body: Mapping[str, Any], process: Process, references: References) -> dict[str, Any]:
    given = body.get("inputs", {})
    if not isinstance(given, Mapping):
        return inputs_of(body)
    schemas = {each.name: each.schema for each in process.inputs}
    # An unknown name keeps its value; who executes the process says which there are.
    return {name: value_of(name, value, schemas.get(name, {}), references) for name, value in given.items()}


def _outputs(given: Any, process: Process) -> dict[str, Any] | None:
    if isinstance(given, list) and all(isinstance(each, Mapping) and "id" in each for each in given):
        given = {str(each["id"]): {name: value for name, value in each.items() if name != "id"} for each in given}
    if given is None or given == {}:
        return None
    if not isinstance(given, Mapping) or not all(isinstance(each, Mapping) for each in given.values()):
        raise Invalid("“outputs” must be an object of output names, each with an object such as {}.")
    known = {each.name: each.schema for each in process.outputs}
    if not process.open_ended and (unknown := sorted(set(given) - set(known))):
        raise Invalid(
            f"Unknown output {', '.join(unknown)}; {process.id} gives: {', '.join(known)}.", known=list(known)
        )
    for name, wanted in given.items():
        _check_output(name, wanted, known.get(name, {}))
    return {name: dict(wanted) for name, wanted in given.items()}


def _check_output(name: str, wanted: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    mode = wanted.get("transmissionMode", "value")
    if mode not in MODES:
        raise Invalid(f"outputs.{name}.transmissionMode is “{mode}”; it can be value or reference.")
    form = wanted.get("format", {})
    if not isinstance(form, Mapping):
        raise Invalid(f"outputs.{name}.format must be an object with “mediaType”.")
    asked, given = str(form.get("mediaType") or ""), str(schema.get("contentMediaType") or "")
    if asked and given and _plain(asked) != _plain(given):
        raise Invalid(f"outputs.{name} cannot be given as {asked}; it is {given}.")


def _plain(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
