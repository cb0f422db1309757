"""Application packages: a notebook that is deployed as a process (OGC API – Processes – Part 2, 20-044).

Three forms are taken: the notebook itself, the standard's JSON package with the notebook inside of it (as an object or
as base64), and a package that points to a notebook of this house. Nothing is fetched from elsewhere.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from repeatpass.access import Actor
from repeatpass.api.bodies import read_json
from repeatpass.api.errors import UnsupportedMediaType
from repeatpass.api.workspace_files import notebook_in_workspace
from repeatpass.assembly import House
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.notebooks.parameters import parameters_schema
from repeatpass.notebooks.source import about, read_notebook

PACKAGE = "application/ogcapppkg+json"
NOTEBOOK = "application/x-ipynb+json"
PACKAGES = (PACKAGE, "application/json")
OURS = re.compile(r"/(?:(files)/(sha256:[0-9a-f]{64})|runs/([\w-]+)/(executed)\.ipynb|(notebooks)/([\w.-]+))/?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A notebook that is to be a process called *id*."""

    id: str
    content: bytes


def kind_of(media_type: str) -> str:
    """Return the kind of package that a Content-Type states; raise UnsupportedMediaType for one that is not taken."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in (*PACKAGES, NOTEBOOK):
        raise UnsupportedMediaType(
            f"A process is deployed from {PACKAGE} or {NOTEBOOK}, not from “{kind or 'nothing'}”.",
            ogc="unsupported-media-type",
        )
    return kind


def package_of(house: House, actor: Actor, kind: str, body: bytes, wanted_id: str = "") -> Package:
    """Read what was sent to be deployed; *wanted_id* is the name that the address states, if it does.

    Raise Invalid, naming the member that is wrong.
    """
    found = read_json(body, strict=False)
    if kind == NOTEBOOK or (isinstance(found, dict) and "nbformat" in found):
        return _named(body, wanted_id, {})
    if not isinstance(found, dict) or "executionUnit" not in found:
        raise Invalid("An application package is an object with “processDescription” and “executionUnit”.")
    described = _description(found.get("processDescription", {}))
    return _named(_unit(house, actor, found["executionUnit"]), wanted_id, described)


def _description(given: Any) -> Mapping[str, Any]:
    """The description, which the draft also wraps into ``process``."""
    inner = given.get("process", given) if isinstance(given, Mapping) else None
    if not isinstance(inner, Mapping):
        raise Invalid("“processDescription” must be an object with the “id” of the process.")
    return inner


def _named(content: bytes, wanted_id: str, described: Mapping[str, Any]) -> Package:
    notebook = read_notebook(content, "The notebook")
    stated = str(described.get("id") or "")
    if wanted_id and stated and wanted_id != stated:
        raise Invalid(f"The address names the process “{wanted_id}”, processDescription.id “{stated}”.")
    _require_same_inputs(described.get("inputs"), set(parameters_schema(notebook)["properties"]))
    own = notebook.get("metadata", {}).get("repeatpass", {})
    id = wanted_id or stated or str(own.get("id") or "") or _slug(about(notebook, "").title)
    if not id:
        raise Invalid("The process needs a name: add ?id=NAME, processDescription.id, or a heading in the notebook.")
    return Package(id=id, content=content)


def _require_same_inputs(stated: Any, known: set[str]) -> None:
    """Inputs are read from the notebook; what a package states of others would be a promise that nobody keeps."""
    names = set(stated) if isinstance(stated, Mapping) else set()
    if unknown := sorted(str(name) for name in names - known):
        raise Invalid(
            f"processDescription.inputs names {', '.join(unknown)}, which the notebook does not declare; its cell tagged "
            f"parameters has: {', '.join(sorted(known)) or 'none'}."
        )


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80].strip("-")


def _unit(house: House, actor: Actor, unit: Any) -> bytes:
    units = unit if isinstance(unit, list) else [unit]
    if len(units) != 1 or not isinstance(units[0], Mapping):
        raise Invalid("“executionUnit” must be one object: the notebook as “value”, or its “href”.")
    given: Mapping[str, Any] = units[0]
    if "nbformat" in given:
        return json.dumps(given).encode()
    if "image" in given or given.get("type") in ("docker", "oci"):
        raise Invalid("executionUnit names a container image; here a process is a notebook, sent as “value” or “href”.")
    if isinstance(given.get("href"), str):
        return _pointed_to(house, actor, given["href"])
    value = given.get("value", given.get("unit"))
    if isinstance(value, Mapping):
        return json.dumps(value).encode()
    if isinstance(value, str):
        return _decoded(value, str(given.get("encoding") or ""))
    raise Invalid("“executionUnit” has neither “value” (the notebook, or base64 of it) nor “href”.")


def _decoded(value: str, encoding: str) -> bytes:
    if encoding not in ("", "base64"):
        raise Invalid(f"executionUnit.encoding is “{encoding}”; it can be base64.")
    if not encoding and value.lstrip().startswith("{"):
        return value.encode()
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("executionUnit.value must be the notebook as an object, or base64 of it.") from None


def _pointed_to(house: House, actor: Actor, href: str) -> bytes:
    """Return a notebook of this house: kept file, executed notebook, one on the shelf, or a file in the workspace."""
    parts = urlsplit(href)
    if parts.netloc and parts.netloc not in {
        urlsplit(house.settings.address).netloc,
        f"localhost:{house.settings.port}",
    }:
        raise Invalid(
            f"executionUnit.href “{href[:200]}” is elsewhere; nothing is fetched from there. Send the notebook as “value”."
        )
    found = OURS.fullmatch(parts.path)
    if found and found[1]:
        return house.files.read(found[2])
    if found and found[4]:
        return house.files.read(house.runs.run(found[3]).executed)
    if found:
        return house.shelf.content(house.shelf.offered(found[6]))
    content = notebook_in_workspace(house.settings.home, actor, parts.path)
    if parts.scheme or parts.path.startswith("/") or content is None:
        raise NotFound(
            f"executionUnit.href “{href[:200]}” is no notebook of this house: give /files/sha256:…, "
            "/runs/RUN/executed.ipynb, /notebooks/NAME, or the path of a file in your workspace."
        )
    return content
