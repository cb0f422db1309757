"""A notebook as a process: what goes in and what comes out, read from the notebook itself.

The words are those of OGC API – Processes (18-062r2, 7.10); WPS describes the same processes in its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from repeatpass.notebooks.records import Notebook


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessInput:
    """One input. *schema* is JSON Schema, with its default where it has one."""

    name: str
    schema: Mapping[str, Any]
    title: str = ""
    description: str = ""
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessOutput:
    """One output. *schema* is JSON Schema; a file has ``contentMediaType`` in it."""

    name: str
    schema: Mapping[str, Any]
    title: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """A process that clients can describe and execute."""

    id: str
    title: str
    description: str
    version: str
    keywords: tuple[str, ...] = ()
    notebook: str = ""  # notebook@revision that is executed; empty for a process of the platform itself
    inputs: tuple[ProcessInput, ...] = field(default=())
    outputs: tuple[ProcessOutput, ...] = field(default=())


def process_of(notebook: Notebook) -> Process:
    """Return the process that the newest revision of *notebook* is."""
    latest = notebook.latest
    inputs = tuple(
        ProcessInput(name=name, title=name, description=schema.get("description", ""), schema=schema)
        for name, schema in latest.schema["properties"].items()
    )
    outputs = (ProcessOutput(name="outputs", title="Every file that the notebook publishes", schema={"type": "object"}),)
    return Process(
        id=notebook.id,
        title=latest.about.title,
        description=latest.about.description,
        version=latest.short,
        keywords=tuple(latest.about.tags),
        notebook=latest.name,
        inputs=inputs,
        outputs=outputs,
    )
