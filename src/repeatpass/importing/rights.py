"""Who made it, under which licence, and how to cite it, of a v5 configuration."""

import re
from collections.abc import Mapping
from typing import Any

from repeatpass.entries.original.sheet import Sheet
from repeatpass.importing.records import Dropped
from repeatpass.importing.telling import changed_at, dropped_at

ROLES = {"producer", "licensor", "processor", "host"}
NOTEBOOK = "application/x-ipynb+json"
SPDX = "Write an identifier of the SPDX list, such as CC-BY-4.0, into License."


def licence_of(sheet: Sheet, dropped: list[Dropped]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return ``license`` as STAC says it, and the links to its text; where nothing is stated, that is said."""
    given = sheet.take("License")
    if isinstance(given, str) and given.strip() and not re.fullmatch(r"[\w.+-]+", given.strip()):
        dropped.append(changed_at(sheet, "License", "It is no SPDX identifier; it is kept in words.", SPDX))
        return {"license": "other", "repeatpass:license_title": " ".join(given.split())[:300]}, []
    if isinstance(given, str) and given.strip():
        return {"license": given.strip()}, []
    listed = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    links = [
        {"rel": "license", "href": each["Url"], "type": each.get("Type") or "text/html", "title": each.get("Title") or "Licence"}
        for each in listed if _is_address(each.get("Url"))
    ]  # fmt: skip
    if links:
        return {"license": "other", "repeatpass:license_title": str(links[0]["title"])}, links
    dropped.append(changed_at(sheet, "License", "No licence is stated; the entry says so.", SPDX))
    return {"license": "other", "repeatpass:license_title": "No licence is stated"}, []


def providers_of(sheet: Sheet, dropped: list[Dropped]) -> list[dict[str, Any]]:
    """Return the providers with those of their roles that STAC knows."""
    found = []
    for number, each in enumerate(sheet.records("Provider")):
        if not each.get("Name"):
            dropped.append(dropped_at(sheet, f"Provider[{number}]", "It has no Name.", "Give it one."))
            continue
        roles = [str(role).lower() for role in each.get("Roles") or () if str(role).lower() in ROLES]
        one = {"name": str(each["Name"]), "roles": roles or ["producer"]}
        one |= {"url": each["Url"]} if _is_address(each.get("Url")) else {}
        found.append(one | ({"description": str(each["Description"])} if each.get("Description") else {}))
    sheet.take("Provider")
    return found


def citation_of(sheet: Sheet, dropped: list[Dropped]) -> dict[str, Any]:
    """Return citation, DOI and publications in the words of STAC's scientific extension."""
    given = sheet.take("Citation")
    if given and not isinstance(given, Mapping):
        dropped.append(changed_at(sheet, "Citation", "It is taken as the text of the citation, without a DOI."))
        given = {"Citation": "; ".join(map(str, given)) if isinstance(given, list) else str(given)}
    if not isinstance(given, Mapping):
        return {}
    found = {"sci:citation": given.get("Citation"), "sci:doi": _doi(given.get("DOI"))}
    listed = given.get("Publication")
    publications = [
        {name: text for name, text in {"doi": _doi(each.get("DOI")), "citation": each.get("Citation")}.items() if text}
        for each in (listed if isinstance(listed, list) else ()) if isinstance(each, Mapping)
    ]  # fmt: skip
    found["sci:publications"] = publications
    return {name: value for name, value in found.items() if value}


def references_of(sheet: Sheet, dropped: list[Dropped]) -> list[dict[str, Any]]:
    """Return links to what else is said of it, to notebooks that use it, and to its picture."""
    links = [
        {"rel": "about", "href": each["Url"], "type": each.get("MediaType") or "text/html", "title": str(each.get("Name") or "")}
        for each in sheet.records("References") if _is_address(each.get("Url"))
    ]  # fmt: skip
    sheet.take("References")
    services = sheet.records("Services")
    for each in services:
        if "notebook" in str(each.get("Name", "")).lower() and _is_address(each.get("Url")):
            title = str(each.get("Title") or "Notebook")
            links.append({"rel": "example", "href": each["Url"], "type": NOTEBOOK, "title": title})
    if services and all("notebook" in str(each.get("Name", "")).lower() for each in services):
        sheet.take("Services")
    picture = sheet.take("Image")
    if _is_address(picture):
        links.append({"rel": "preview", "href": picture, "type": _picture(str(picture)), "title": "Preview"})
    elif picture:
        reason = f"“{picture}” is a path on the catalogue's own server."
        dropped.append(dropped_at(sheet, "Image", reason, "Give its full address, which begins with https://."))
    return links


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _doi(value: Any) -> str:
    return str(value or "").removeprefix("https://doi.org/").removeprefix("http://doi.org/")


def _picture(href: str) -> str:
    return "image/jpeg" if href.lower().endswith((".jpg", ".jpeg")) else "image/png"
