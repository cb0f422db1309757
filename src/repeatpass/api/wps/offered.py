"""What WPS offers of a process: its outputs, and where more is said about it."""

import json
from dataclasses import replace

from repeatpass.api.wps.dialect import HREF, XLINK, Dialect, Element
from repeatpass.api.wps.kinds import Literal, kind_of
from repeatpass.notebooks.processes import Process, ProcessInput, ProcessOutput

EVERYTHING = "outputs"  # the output that every process has: the names and addresses of all that a run left
JOB_CONTROL = "sync-execute async-execute dismiss"
TRANSMISSION = "value reference"


def outputs_of(process: Process) -> tuple[ProcessOutput, ...]:
    """List the outputs of *process*, with the one that every process has at the end."""
    named = tuple(each for each in process.outputs if each.name != EVERYTHING)
    return (*named, everything())


def everything() -> ProcessOutput:
    """Return the output that every process has."""
    return ProcessOutput(
        name=EVERYTHING,
        title="Everything that the run left",
        description="A JSON object: the name of each output, with its address, media type and title.",
        schema={"type": "object"},
    )


def is_open(process: Process) -> bool:
    """Say whether runs may leave outputs that the description does not name."""
    return process.open_ended or any(each.name == EVERYTHING for each in process.outputs)


def with_default_told(entry: ProcessInput) -> ProcessInput:
    """Put the default of a complex input into its description, because WPS has no place for it."""
    if "default" not in entry.schema or isinstance(kind_of(entry.schema), Literal):
        return entry
    default = json.dumps(entry.schema["default"], ensure_ascii=False)
    return replace(entry, description=f"{entry.description} Default: {default}".strip())


def metadata(dialect: Dialect, process: Process, base: str) -> Element:
    """Return the link to the page of a process."""
    page = f"notebooks/{process.id}" if process.notebook else f"ogc/processes/{process.id}"
    made = dialect.common("Metadata")
    made.set(HREF, f"{base}{page}")
    made.set(f"{{{XLINK}}}title", f"Revision {process.version}" if process.notebook else "Description")
    return made


def abstract(dialect: Dialect, text: str) -> Element | None:
    """Return a description, or nothing where there is none."""
    return dialect.common("Abstract", text) if text.strip() else None


def title(dialect: Dialect, text: str, name: str) -> Element:
    """Return a title; the name stands in for a missing one."""
    return dialect.common("Title", text.strip() or name)
