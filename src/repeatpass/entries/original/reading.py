"""From an entry's YAML to a STAC 1.1 collection. What STAC has no place for is kept as ``repeatpass:entry``."""

import re
from pathlib import Path
from typing import Any

from repeatpass.core.times import parse_time
from repeatpass.entries.described import extensions_of
from repeatpass.entries.lines import read_lined
from repeatpass.entries.original.access import links_of, resources_of
from repeatpass.entries.original.beside import beside
from repeatpass.entries.original.checking import check, entry_schema
from repeatpass.entries.original.content import columns_of, summaries_of, variables_of
from repeatpass.entries.original.coverage import dimensions_of, extent_of
from repeatpass.entries.original.people import licence_links, licence_of, licence_text, providers_of
from repeatpass.entries.original.sheet import Sheet
from repeatpass.entries.original.tags import tags_of
from repeatpass.entries.records import Draft, Level, Remark

__all__ = ["entry_schema", "read_entry", "slug_of"]

VERSIONED = "https://stac-extensions.github.io/version/v1.2.0/schema.json"
KEPT = "repeatpass:entry"
WORDS = {"+": "-plus", "&": "-and-", "µ": "u"}


def read_entry(text: str, name: str, folder: Path | None = None) -> Draft:
    """Return the collection that an entry describes, and everything that is to be said of it.

    *name* is the file's name, which gives the collection its id; *folder* is where it lies, with the files beside it.
    The YAML's format: the public registry's CONTRIBUTING.md. Nothing is raised: an entry that cannot be taken is a
    draft without a body, whose remarks say why, with line and fix.
    """
    lined = read_lined(text, name)
    if lined.value is None or not isinstance(lined.value, dict):
        return Draft(name=name, remarks=lined.remarks if lined.remarks else (_no_entry(name),))
    sheet = Sheet(name, lined)
    check(sheet)
    if any(each.level is Level.ERROR for each in sheet.remarks):
        return Draft(name=name, remarks=_in_order(sheet))
    body, files = _body(sheet, slug_of(sheet, name), folder)
    return Draft(name=name, remarks=_in_order(sheet), body=body, files=files)


def _no_entry(name: str) -> Remark:
    fix = "An entry has fields, at least Name and Description: repeatpass collections schema prints them all."
    return Remark(level=Level.ERROR, message="This holds no fields.", fix=fix, file=name, line=1)


def _in_order(sheet: Sheet) -> tuple[Remark, ...]:
    return tuple(sorted(dict.fromkeys(sheet.remarks), key=lambda each: each.line))


def slug_of(sheet: Sheet, name: str) -> str:
    """Return the id that a file's name gives: lower case, without letters that addresses do not like."""
    stem = re.sub(r"\.ya?ml$", "", Path(name).name, flags=re.IGNORECASE)
    plain = stem.lower()
    for letter, word in WORDS.items():
        plain = plain.replace(letter, word)
    plain = re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-._")[:80].strip("-._") or "entry"
    if plain != stem:
        sheet.note((), f"“{stem}” cannot be part of an address; its id here is “{plain}”.", f"Name it {plain}.yaml.")
    return plain


def _body(sheet: Sheet, id: str, folder: Path | None) -> tuple[dict[str, Any], Any]:
    tags, resources = tags_of(sheet), resources_of(sheet)
    extent = extent_of(sheet)
    dimensions = dimensions_of(sheet, extent["extent"])
    cube = dimensions.get("cube:dimensions", {})
    words = licence_text(sheet)
    links, needed = links_of(sheet)
    columns = columns_of(sheet, tags)
    assets, files = beside(sheet, folder)
    body: dict[str, Any] = {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": id,
        "title": sheet.take_text("Name"),
        "description": sheet.take_text("Description"),
        "keywords": tags,
        **licence_of(sheet),
        "providers": providers_of(sheet, resources),
        **extent,
        **dimensions,
        **variables_of(sheet, cube),
        **summaries_of(sheet, cube),
        **columns,
        **_life(sheet),
        "links": [*licence_links(sheet, words), *links],
    }
    if assets:
        body["assets"] = assets
    if "deprecated" in body or "experimental" in body:
        needed.append(VERSIONED)
    body["stac_extensions"] = sorted({*needed, *extensions_of(body)})
    rest = {name: value for name, value in (sheet.aside | sheet.fields).items() if value not in (None, "", [], {})}
    return body | {KEPT: rest | ({"Resources": resources} if resources else {})}, files


def _life(sheet: Sheet) -> dict[str, Any]:
    """Return when it came and changed, whether it is on trial or past, and how to cite it."""
    found: dict[str, Any] = {}
    for name, field in (("RegistryEntryAdded", "created"), ("RegistryEntryLastModified", "updated")):
        text = sheet.text(name)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            try:
                parse_time(text)
            except Exception:
                sheet.warn(name, f"“{text}” is no day of the calendar.", "Write it as 2021-05-18.")
                continue
            found[field] = f"{text}T00:00:00Z"
            sheet.take(name)
    for name in ("Experimental", "Deprecated"):
        if sheet.text(name).lower() in ("true", "yes", "1"):
            found[name.lower()] = True
            sheet.take(name)
    citation = sheet.take_text("sci:citation")
    return found | ({"sci:citation": citation} if citation else {})
