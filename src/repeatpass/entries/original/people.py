"""Who made the data and who keeps them, and what one may do with them."""

import re
from typing import Any

from repeatpass.entries.original.sheet import Sheet
from repeatpass.entries.original.texts import links_in, spdx_of, without_links

BROKEN = re.compile(r"\[([^\]()]+)\((https?://[^)\s]+)\)$")  # a link without its closing bracket
ROLES = ("licensor", "producer", "processor", "host")


def providers_of(sheet: Sheet, resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the providers of STAC: who provides and manages, and the services that hold the data."""
    found: dict[str, dict[str, Any]] = {}
    for name, role in (("Provider", "producer"), ("ManagedBy", "host")):
        for each in _named(sheet, name):
            _add(found, each, [role])
    for number, each in enumerate(resources):
        if each.get("Name"):
            roles = _roles(sheet, number, str(each.get("Role") or "host"))
            url = str(each.get("EndPoint") or "")
            address = {"url": url} if url.startswith(("http://", "https://")) else {}
            _add(found, {"name": str(each["Name"]), **address}, roles, str(each.get("Notes") or ""))
    return list(found.values())


def _named(sheet: Sheet, name: str) -> list[dict[str, str]]:
    text = sheet.text(name)
    if broken := BROKEN.match(text):
        sheet.warn(name, f"The link “{text}” lacks a bracket.", f"Write [{broken[1]}]({broken[2]}).")
        text = f"[{broken[1]}]({broken[2]})"
    sheet.take(name)
    links = [each for each in links_in(text) if each.title]
    if links:
        return [{"name": each.title} | ({"url": each.href} if each.href.startswith("http") else {}) for each in links]
    return [{"name": text}] if text else []


def _roles(sheet: Sheet, number: int, text: str) -> list[str]:
    given = [each.strip().lower() for each in text.replace("/", ",").split(",")]
    good = [each for each in given if each in ROLES]
    if good != given:
        sheet.warn(("Resources", number, "Role"), f"“{text}” is no role of STAC.", f"Write one of {', '.join(ROLES)}.")
    return good or ["host"]


def _add(found: dict[str, dict[str, Any]], maker: dict[str, str], roles: list[str], notes: str = "") -> None:
    known = found.setdefault(maker["name"], {**maker, "roles": []})
    known["roles"] = [each for each in ROLES if each in {*known["roles"], *roles}]
    if notes and "description" not in known:
        known["description"] = notes


def licence_text(sheet: Sheet) -> str:
    """Return what stands in the field License; a list of titles and addresses as Markdown links."""
    return sheet.text("License") or ", ".join(f"[{each['Title']}]({each['URL']})" for each in sheet.records("License"))


def licence_of(sheet: Sheet) -> dict[str, Any]:
    """Return ``license`` (an SPDX identifier, or other) and its title in words."""
    text, stated = licence_text(sheet), sheet.take_text("LicenseType")
    sheet.take("License")
    found = spdx_of(f"{text} {sheet.text('LicenseUrl')}")
    if stated and stated.lower() not in ("proprietary", "various", "other"):
        found = stated
    if text and not found and not stated:
        said = "The licence is none that is known by an identifier; it is kept in words."
        sheet.note("License", said, "Add LicenseType: an SPDX identifier such as CC-BY-4.0, or proprietary.")
    words = " ".join(without_links(text).split())
    return {"license": found or "other"} | ({"repeatpass:license_title": words[:300]} if words else {})


def licence_links(sheet: Sheet, text: str) -> list[dict[str, str]]:
    """Return the links to the licence; *text* is what stood in the field License."""
    stated = sheet.take_text("LicenseUrl")
    kind = sheet.take_text("LicenseUrlType") or "text/html"
    hrefs = [stated, *(each.href for each in links_in(text))]
    unique = list(dict.fromkeys(each for each in hrefs if each.startswith(("http://", "https://"))))
    if not unique and text:
        sheet.note("License", "It has no link that leads to its text.", "Add LicenseUrl.")
    return [{"rel": "license", "href": each, "type": kind, "title": "Licence"} for each in unique]
