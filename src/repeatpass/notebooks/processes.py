"""A notebook as a process: what goes in and what comes out, read from the notebook itself.

The words are those of OGC API – Processes (18-062r2, 7.10); WPS describes the same processes in its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from repeatpass.notebooks.outputs import Declared
from repeatpass.notebooks.records import Notebook

Schema = Mapping[str, Any]
# What `repeatpass.publish` can make of a thing; which of them, only a run can tell.
PUBLISHED = (
    "text/csv",
    "application/vnd.apache.parquet",
    "application/x-netcdf",
    "image/png",
    "application/vnd.vegalite.v5+json",
)
ANY_VALUE: Schema = {
    "oneOf": [
        {"type": "string"},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "array", "items": {}},
        {"type": "object"},
    ]
}
NOTEBOOK = "notebook"  # the output of a run that leaves no other
NOTEBOOK_TYPE = "application/x-ipynb+json"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessInput:
    """One input. *schema* is JSON Schema, with its default where it has one."""

    name: str
    schema: Schema
    title: str = ""
    description: str = ""
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessOutput:
    """One output. *schema* is JSON Schema; a file has ``contentMediaType`` in it."""

    name: str
    schema: Schema
    title: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """An output that a run of the same revision has left."""

    name: str
    title: str
    unit: str
    media_type: str
    literal: bool = False  # one JSON value


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
    mutable: bool = False  # whether it can be replaced and undeployed (OGC 20-044)
    open_ended: bool = False  # whether a run may leave outputs that are not described here


def process_of(
    notebook: Notebook,
    declared: Iterable[Declared] = (),
    left: Iterable[Left] = (),
    stated: Mapping[str, Mapping[str, Any]] | None = None,
) -> Process:
    """Return the process that the newest revision of *notebook* is.

    Its outputs are those that its source has *declared*, as far as its *latest* run has *left* them described more
    exactly, with what its metadata have *stated* of them laid over.
    """
    latest = notebook.latest
    outputs, computed = _outputs(tuple(declared), tuple(left), stated or {})
    return Process(
        id=notebook.id,
        title=latest.about.title,
        description=latest.about.description,
        version=latest.short,
        keywords=tuple(latest.about.tags),
        notebook=latest.name,
        inputs=tuple(_input(name, schema) for name, schema in latest.schema["properties"].items()),
        outputs=outputs,
        mutable=not notebook.curated,
        open_ended=computed,
    )


def readable(name: str) -> str:
    """Return a name as a title: ``reference_period`` as “Reference period”."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _input(name: str, schema: Schema) -> ProcessInput:
    return ProcessInput(
        name=name,
        title=str(schema.get("title") or readable(name)),
        description=str(schema.get("description", "")),
        schema=schema,
    )


def _outputs(
    declared: tuple[Declared, ...], left: tuple[Left, ...], stated: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[ProcessOutput, ...], bool]:
    seen = {each.name: each for each in left}
    said = {each.name: each for each in declared if each.name}
    found = tuple(_output(name, said.get(name), seen.get(name), stated.get(name, {})) for name in {**said, **seen})
    return found or (EXECUTED,), any(not each.name for each in declared)


def _output(name: str, declared: Declared | None, left: Left | None, stated: Mapping[str, Any]) -> ProcessOutput:
    known = left or declared
    title = str(stated.get("title") or (known.title if known else "") or readable(name))
    unit = known.unit if known else ""
    return ProcessOutput(
        name=name,
        title=readable(name) if title == name else title,
        description=str(stated.get("description") or (f"In {unit}." if unit else "")),
        schema=stated.get("schema") or _schema(declared, left),
    )


def _schema(declared: Declared | None, left: Left | None) -> Schema:
    if left is not None:
        return ANY_VALUE if left.literal else file_schema(left.media_type)
    if declared is not None and declared.media_type:
        return file_schema(declared.media_type)
    return {"oneOf": [*(file_schema(each) for each in PUBLISHED), *ANY_VALUE["oneOf"]]}


def file_schema(media_type: str) -> Schema:
    """Return the schema of a file of *media_type* (18-062r2, 7.10.3): text, JSON, or bytes."""
    plain = media_type.partition(";")[0]
    if plain.endswith(("/json", "+json")):
        return {"type": "object", "contentMediaType": media_type}
    if plain.startswith("text/"):
        return {"type": "string", "contentMediaType": media_type}
    return {"type": "string", "contentEncoding": "binary", "contentMediaType": media_type}


EXECUTED = ProcessOutput(
    name=NOTEBOOK,
    title="The executed notebook",
    description="With everything that its cells have shown; it names no other output.",
    schema=file_schema(NOTEBOOK_TYPE),
)
