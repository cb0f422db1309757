"""Processes of a v5 configuration: each endpoint as a link that describes it, and the notebook here that is called so."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from repeatpass.entries.original.sheet import Sheet
from repeatpass.importing.records import Dropped
from repeatpass.importing.telling import OWN_PROCESS, changed_at, dropped_at, slug_of

NAMED = re.compile(r"/processes/([^/?#{}]+)")  # OGC API – Processes
PROCESS = "eodash:process"  # marks the link and holds its title
OF_ENDPOINT = {"Identifier": "id", "EndPoint": "endpoint", "Body": "body", "Flatstyle": "flatstyle"}
OF_PROCESS = {"JsonForm": "jsonform", "VegaDefinition": "vegadefinition"}
TEMPLATE = "eodash:template"
Notebooks = Mapping[str, str]  # by name as `slug_of` writes it: the id of a notebook here


def processes_of(sheet: Sheet, notebooks: Notebooks, dropped: list[Dropped]) -> list[dict[str, Any]]:
    """Return links of what ``Process`` says, and take it out: endpoints elsewhere, and notebooks here of the same name.

    Nothing is asked and nothing run. What has no address to link is said in *dropped*, as is what became of the form.
    """
    given = sheet.fields.get("Process")
    if not isinstance(given, Mapping):
        return []
    links = [link for where, each in _endpoints(given) if (link := _link(sheet, given, where, each, dropped))]
    notebook = next((notebooks[name] for name in _names(given) if name in notebooks), "")
    sheet.take("Process")
    if not links and not notebook:
        reason = "It names no endpoint at an http or https address, so there is nothing to link."
        dropped.append(dropped_at(sheet, "Process", reason, OWN_PROCESS))
    elif notebook:
        reason = (
            f"The notebook “{notebook}” here is called so, and is linked; nobody has compared what the two compute."
        )
        dropped.append(changed_at(sheet, "Process.Name", reason))
    elif given.get("JsonForm"):
        reason = "Its address is kept in the link; the form is not shown here."
        dropped.append(changed_at(sheet, "Process.JsonForm", reason, OWN_PROCESS))
    return [*links, *_notebook(notebook)]


def _endpoints(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    value = given.get("EndPoints")
    if isinstance(value, list):
        yield from ((f"Process.EndPoints[{number}]", each) for number, each in enumerate(value))
    elif value:
        yield "Process.EndPoints", value


def _link(
    sheet: Sheet, process: Mapping[str, Any], where: str, endpoint: Any, dropped: list[Dropped]
) -> dict[str, Any] | None:
    """Return the link to one endpoint with all that a client is told of it; None, and why, where it has no address."""
    address = str(endpoint.get("Url") or "") if isinstance(endpoint, Mapping) else ""
    if not re.match(r"https?://[^/\s{}]", address):
        reason = f"Its Url “{address[:60]}” is no http or https address."
        dropped.append(dropped_at(sheet, where, reason, "Give its full address, which begins with https://."))
        return None
    name = str(process.get("Name") or "Process")
    told = {f"eodash:{here}": endpoint.get(there) for there, here in OF_ENDPOINT.items()}
    told |= {f"eodash:{here}": process.get(there) for there, here in OF_PROCESS.items()}
    link = {"rel": "service", "href": address, "title": f"{name} (process elsewhere)", PROCESS: name}
    if "{{" in address:  # filled from the form by the client; an address for others ends before it
        link |= {"href": re.split(r"[?{]", address)[0].rstrip("/"), TEMPLATE: address}
    if kind := endpoint.get("Type"):
        link["type"] = str(kind)
    if method := str(endpoint.get("Method") or "").upper():
        link["method"] = method
    return link | {key: value for key, value in told.items() if value not in (None, "", [], {})}


def _names(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield by what names a notebook here may be the same: the title, and what an OGC API calls the process."""
    yield slug_of(str(given.get("Name") or ""))
    for _, each in _endpoints(given):
        found = NAMED.search(str(each.get("Url") or "")) if isinstance(each, Mapping) else None
        if found:
            yield slug_of(found[1])


def _notebook(id: str) -> list[dict[str, Any]]:
    """Return the link to a notebook here, as a usage example."""
    if not id:
        return []
    return [{"rel": "example", "href": f"/notebooks/{id}", "type": "text/html", "title": f"{id} (notebook here)"}]
