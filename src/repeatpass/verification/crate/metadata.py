"""ro-crate-metadata.json: the run described as a Workflow Run Crate 0.5 on RO-Crate 1.1.

Source: https://w3id.org/ro/crate/1.1 and https://w3id.org/ro/wfrun/workflow/0.5. Written as plain
JSON-LD, one flat list of entities.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from repeatpass.verification.crate.records import (
    CONTEXT,
    EXECUTED,
    LOCK,
    NOTEBOOK,
    OUTPUTS,
    PASSPORT,
    CrateContent,
    CrateInput,
)

Entity = dict[str, Any]
ROOT = "https://w3id.org/ro/crate/1.1"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
# Words that the context of RO-Crate 1.1 does not have.
BEYOND = {
    "sha256": "https://w3id.org/ro/terms/workflow-run#sha256",
    "creditText": "http://schema.org/creditText",
}
BIOSCHEMAS = "https://bioschemas.org/profiles"
TYPES = {bool: "Boolean", int: "Integer", float: "Float", str: "Text", list: "Text", dict: "Text"}
FORMATS = {
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".py": "text/x-python",
}


def metadata_json(
    content: CrateContent, places: Mapping[str, str], files: Mapping[str, str], sizes: Mapping[str, int]
) -> Entity:
    """Return the metadata of a crate with *files* (path → checksum); *places* as in the passport."""
    listed = {path: _file(path, content, files[path], sizes[path]) for path in sorted(files)}
    for each in content.inputs:
        path = places.get(each.pin.checksum)
        listed.setdefault(_input_id(each, places), {}).update(_input(each, path))
    listed[NOTEBOOK] |= _notebook(content)
    parts = [key for key in listed if not key.startswith("#")]
    described = [_descriptor(), _root(content, parts), *listed.values(), *_parameters(content)]
    graph = [*described, _run(content, places), *_others(content)]
    return {"@context": [f"{ROOT}/context", dict(BEYOND)], "@graph": [_flat(entity) for entity in graph]}


def _flat(entity: Entity) -> Entity:
    """Write a list of one as that one, and leave out empty lists, as RO-Crate's JSON-LD is meant to be."""
    return {key: value[0] if isinstance(value, list) and len(value) == 1 else value
            for key, value in entity.items() if value != []}  # fmt: skip


def _descriptor() -> Entity:
    return {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": [_ref(ROOT), _ref("https://w3id.org/workflowhub/workflow-ro-crate/1.0")],
        "about": _ref("./"),
    }


def _root(content: CrateContent, parts: list[str]) -> Entity:
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": content.title or f"Run {content.run}",
        "description": content.description
        or f"A run of Repeatpass with everything needed to repeat it: {content.run}.",
        "datePublished": _time(content.finished or content.started or "1970-01-01"),
        "conformsTo": [_ref(profile) for profile in PROFILES],
        "license": _licence(content.licence),
        "hasPart": [_ref(part) for part in parts],
        "mainEntity": _ref(NOTEBOOK),
        "mentions": [_ref("#run")],
    }
    if content.authors:
        root["author"] = [_ref(_person(name)) for name in content.authors]
    if content.address:
        root["url"] = content.address
    if content.citation:
        root["creditText"] = content.citation
    return root


def _file(path: str, content: CrateContent, checksum: str, size: int) -> Entity:
    entity: Entity = {
        "@id": path,
        "@type": "File",
        "contentSize": str(size),
        "sha256": checksum.removeprefix("sha256:"),
    }
    known = next((each for each in content.outputs if f"{OUTPUTS}/{each.path}" == path), None)
    suffix = path[path.rfind(".") :] if "." in path else ""
    media_type = (known.media_type if known else FORMATS.get(suffix)) or "application/octet-stream"
    entity["name"] = (known.title or known.path) if known else NAMES.get(path, path)
    about = {"about": _ref("./")} if path == "README.md" else {}
    return entity | {"encodingFormat": media_type} | about


NAMES = {
    NOTEBOOK: "The notebook that was run",
    EXECUTED: "The notebook with its results",
    CONTEXT: "What the notebook could open",
    LOCK: "The packages it ran with, and their checksums",
    PASSPORT: "The passport: all legs of the run",
    "README.md": "How to repeat this run",
}


def _input_id(each: CrateInput, places: Mapping[str, str]) -> str:
    path = places.get(each.pin.checksum)
    return path or each.href or f"#input-{each.pin.checksum.removeprefix('sha256:')[:16]}"


def _input(each: CrateInput, path: str | None) -> Entity:
    kind = "File" if path or each.href else "CreativeWork"  # a File must be in the crate or on the web
    entity: Entity = {"@id": path or each.href or _input_id(each, {}), "@type": kind, "name": each.pin.name,
                      "version": each.pin.version, "contentSize": str(each.pin.size)}  # fmt: skip
    if each.pin.checksum.startswith("sha256:"):  # of the whole file; what was read in parts elsewhere has none
        entity["sha256"] = each.pin.checksum.removeprefix("sha256:")
    return entity | ({"encodingFormat": each.pin.media_type} if each.pin.media_type else {})


def _notebook(content: CrateContent) -> Entity:
    return {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": content.title or "Notebook",
        "conformsTo": _ref(f"{BIOSCHEMAS}/ComputationalWorkflow/1.0-RELEASE"),
        "version": content.footing.revision,
        "programmingLanguage": _ref("#python"),
        "softwareRequirements": _ref(LOCK),
        "input": [_ref(f"#parameter-{name}") for name in content.footing.parameters],
    } | ({"url": content.address} if content.address else {})


def _parameters(content: CrateContent) -> list[Entity]:
    found: list[Entity] = []
    for name, value in content.footing.parameters.items():
        found += [
            {"@id": f"#parameter-{name}", "@type": "FormalParameter", "name": name,
             "additionalType": TYPES.get(type(value), "Text"), "workExample": _ref(f"#value-{name}"),
             "conformsTo": _ref(f"{BIOSCHEMAS}/FormalParameter/1.0-RELEASE")},
            {"@id": f"#value-{name}", "@type": "PropertyValue", "name": name, "value": value,
             "exampleOfWork": _ref(f"#parameter-{name}")},
        ]  # fmt: skip
    return found


def _run(content: CrateContent, places: Mapping[str, str]) -> Entity:
    used = [_input_id(each, places) for each in content.inputs]
    used += [f"#value-{name}" for name in content.footing.parameters]
    made = [f"{OUTPUTS}/{each.path}" for each in content.outputs] + ([EXECUTED] if content.executed else [])
    run: Entity = {
        "@id": "#run", "@type": "CreateAction", "identifier": content.run, "name": f"Run {content.run}",
        "description": f"The notebook was executed in the environment {content.environment.name}, every leg pinned.",
        "instrument": _ref(NOTEBOOK), "object": [_ref(each) for each in dict.fromkeys(used)],
        "result": [_ref(each) for each in made],
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }  # fmt: skip
    times = {"startTime": content.started, "endTime": content.finished}
    run |= {key: _time(value) for key, value in times.items() if value}
    return run | ({"agent": _ref(_person(content.agent))} if content.agent else {})


def _others(content: CrateContent) -> list[Entity]:
    python = {
        "@id": "#python",
        "@type": "ComputerLanguage",
        "name": "Python",
        "version": content.environment.python,
        "url": "https://www.python.org/",
    }
    profiles = [
        {"@id": key, "@type": "CreativeWork", "name": name, "version": key.rsplit("/", 1)[-1]}
        for key, name in PROFILES.items()
    ]
    people = [
        {"@id": _person(name), "@type": "Person", "name": name}
        for name in dict.fromkeys([*content.authors, *([content.agent] if content.agent else [])])
    ]
    licence = _licence(content.licence)
    told = (
        [{"@id": licence["@id"], "@type": "CreativeWork", "name": content.licence}] if isinstance(licence, dict) else []
    )
    return [python, *profiles, *people, *told]


def _time(text: str) -> str:
    """Write a time to the second with its offset in digits, which is all that the profile's checks take."""
    return datetime.fromisoformat(text).isoformat(timespec="seconds") if "T" in text else text


def _licence(licence: str) -> Entity | str:
    if not licence:
        return "No licence is stated"
    return _ref(licence if "://" in licence else f"https://spdx.org/licenses/{licence}")


def _person(name: str) -> str:
    return "#person-" + "".join(letter if letter.isalnum() else "-" for letter in name.lower())


def _ref(key: str) -> Entity:
    return {"@id": key}
