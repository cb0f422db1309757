"""Processes as documents: processSummary and process of 18-062r2 (7.8, 7.9)."""

from typing import Any

from repeatpass.api.dialect30 import in_30
from repeatpass.api.documents import link
from repeatpass.api.negotiating import HTML
from repeatpass.notebooks.processes import Process

REL = "http://www.opengis.net/def/rel/ogc/1.0"


def summary(process: Process) -> dict[str, Any]:
    """Return a process as processSummary."""
    here = f"/ogc/processes/{process.id}"
    links = [
        link(here, "self", title="Description of this process"),
        link(f"{here}/execution", f"{REL}/execute", title="Execute this process"),
        link(f"/ogc/jobs?processID={process.id}", f"{REL}/job-list", title="Jobs of this process"),
    ]
    if process.notebook:
        links.append(link(f"/notebooks/{process.id}", "about", HTML, "The notebook that is executed"))
    return {
        "id": process.id,
        "title": process.title,
        "description": process.description,
        "version": process.version,
        "keywords": list(process.keywords),
        "mutable": process.mutable,
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["value", "reference"],
        "links": links,
    }


def description(process: Process) -> dict[str, Any]:
    """Return a process with its inputs and outputs."""
    inputs = {
        each.name: {
            "title": each.title,
            "description": each.description,
            "minOccurs": int(each.required),
            "maxOccurs": 1,
            "schema": in_30(each.schema),
        }
        for each in process.inputs
    }
    outputs = {
        each.name: {"title": each.title, "description": each.description, "schema": in_30(each.schema)}
        for each in process.outputs
    }
    return summary(process) | {"inputs": inputs, "outputs": outputs}
