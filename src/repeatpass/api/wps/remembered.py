"""What a client asked about the outputs, kept with the run in the words of OGC API – Processes."""

from collections.abc import Mapping, Sequence
from typing import Any

from repeatpass.api.wps.asked import AskedOutput, Execute
from repeatpass.runs.asked import Asked
from repeatpass.runs.records import Run
from repeatpass.runs.room import Runs


def to_keep(run: str, asked: Execute) -> Asked:
    """Return what is to be remembered of *asked*, so that GetResult and a status document can answer it later."""
    outputs = {each.name: _said(each) for each in asked.outputs}
    return Asked(run=run, process=asked.process, response="raw" if asked.raw else "document", outputs=outputs or None)


def _said(output: AskedOutput) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if output.by_reference is not None:
        said["transmissionMode"] = "reference" if output.by_reference else "value"
    if output.media_type or output.encoding:
        formats = {"mediaType": output.media_type, "encoding": output.encoding}
        said["format"] = {name: value for name, value in formats.items() if value}
    return said


def remembered(runs: Runs, run: Run) -> Asked:
    """Return what was asked for *run*; every output in a document, if it was begun in another way."""
    return runs.asked([run.id]).get(run.id) or Asked(run=run.id, process=run.legs.notebook)


def outputs_asked(asked: Asked) -> Sequence[AskedOutput]:
    """Return the outputs that were asked for; none means every one."""
    return [_output(name, said if isinstance(said, Mapping) else {}) for name, said in (asked.outputs or {}).items()]


def _output(name: str, said: Mapping[str, Any]) -> AskedOutput:
    format = said.get("format") if isinstance(said.get("format"), Mapping) else {}
    mode = said.get("transmissionMode")
    return AskedOutput(
        name=name,
        by_reference=None if mode is None else mode == "reference",
        media_type=str(format.get("mediaType") or "") if format else "",
        encoding=str(format.get("encoding") or "") if format else "",
    )
