"""Entries from folders and buckets of files: what the files say, and what a person adds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from repeatpass.catalog.products import outline
from repeatpass.core.errors import Invalid
from repeatpass.core.ids import check_name
from repeatpass.data.metadata import FileFacts, UnreadableFile, read_metadata
from repeatpass.data.metadata.cubes import ZARR, ZARR_ZIP
from repeatpass.entries.described import asset_of, extensions_of, stores_of
from repeatpass.entries.listing import SUFFIXES, is_elsewhere, listed_files, times_of
from repeatpass.entries.records import Draft, Level, OwnFile, Remark

PATCHED = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What only a person can say of files. What is left empty is taken from the files where they say it."""

    id: str = ""
    title: str = ""
    description: str = ""
    licence: str = ""  # SPDX identifier, or other
    provider: str = ""
    keywords: Sequence[str] = field(default=())
    properties: Mapping[str, Any] = field(default_factory=dict)  # further STAC fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """One file that was read."""

    address: str
    facts: FileFacts
    item: str  # id; "" where it belongs to the collection as a whole
    start: str
    end: str


def read_folder(address: str, said: Said) -> Draft:
    """Return the collection of the files at *address*: a folder, a bucket, or one file; anything fsspec knows.

    Each file with a place and a time becomes an item; one without is an asset of the collection. Files here are kept
    in the file area, files elsewhere stay where they are. Raise NotFound where there is none, Invalid where the
    licence is missing.
    """
    listed = listed_files(address)
    read, remarks = _read_all(listed)
    if not read:
        raise Invalid(
            f"None of the {len(listed)} files at {address} can be read: {remarks[0].message}", address=address
        )
    body = _body(address, said, read)
    files = [OwnFile(key="data", path=Path(each.address), media_type=each.facts.media_type, item=each.item)
             for each in read if each.item and not is_elsewhere(each.address)]  # fmt: skip
    for each, key in _loose(read):
        if not is_elsewhere(each.address):
            files.append(OwnFile(key=key, path=Path(each.address), media_type=each.facts.media_type))
    items = [_item(str(body["id"]), each) for each in read if each.item]
    return Draft(name=address, remarks=remarks, body=body, items=items, files=files)


def _read_all(listed: Sequence[str]) -> tuple[list[Read], list[Remark]]:
    read: list[Read] = []
    remarks: list[Remark] = []
    names: set[str] = set()
    for address in listed:
        try:
            facts = read_metadata(address)
        except UnreadableFile as error:
            remarks.append(_remark(address, f"{error.message} It is left out.", ""))
            continue
        if facts.media_type == ZARR and not is_elsewhere(address):
            facts = replace(facts, media_type=ZARR_ZIP)  # as it is kept here
        remarks += [_remark(address, each, "", Level.NOTE) for each in facts.remarks]
        start, end = times_of(facts)
        placed = facts.bbox is not None and bool(start)
        if facts.bbox is not None and not start:
            said = "It says no time, and neither does its name; it is taken as a file of the collection as a whole."
            remarks.append(_remark(address, said, "Put the date into its name: name_2024-05-31.tif."))
        item = _free(facts.name, names) if placed else ""
        read.append(Read(address=address, facts=facts, item=item, start=start, end=end))
    return read, remarks


def _remark(address: str, message: str, fix: str, level: Level = Level.WARNING) -> Remark:
    return Remark(level=level, message=message, fix=fix, file=address.rsplit("/", 1)[-1])


def _free(name: str, taken: set[str]) -> str:
    stem = name
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if stem.lower().endswith(suffix):
            stem = stem[: -len(suffix)]
            break
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:180] or "item"
    found, number = plain, 1
    while found in taken:
        number += 1
        found = f"{plain}-{number}"
    taken.add(found)
    return found


def _body(address: str, said: Said, read: Sequence[Read]) -> dict[str, Any]:
    first = read[0].facts
    stem = address.rstrip("/").rsplit("/", 1)[-1]
    id = said.id or PATCHED.sub("-", _free(stem, set()).lower()).strip("-._")
    licence = said.licence or first.stated.get("license", "")
    if not licence:
        said_so = "Neither you nor the files say under which licence the data may be used"
        raise Invalid(f"{said_so}; give an SPDX identifier such as CC-BY-4.0, or other.", field="license")
    title = said.title or first.stated.get("title", "") or stem
    maker = said.provider or first.stated.get("attribution", "")
    body: dict[str, Any] = {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": check_name(id, "a collection"),
        "title": title,
        "description": said.description or first.stated.get("description", "") or _description(title, read),
        "keywords": list(said.keywords),
        "license": licence if re.fullmatch(r"[\w.()+ -]+", licence) and len(licence) <= 60 else "other",
        "extent": _extent(read),
        "links": [],
        **said.properties,
    }
    if body["license"] == "other" and licence != "other":
        body["repeatpass:license_title"] = licence
    if maker:
        body["providers"] = [{"name": maker, "roles": ["producer"]}]
    if not any(each.facts.bbox for each in read):
        body["repeatpass:nowhere"] = True
    if loose := {key: asset_of(each.facts, _href(each)) for each, key in _loose(read)}:
        body["assets"] = loose
    if schemes := stores_of(each.address for each in read):
        body["storage:schemes"] = schemes
    body["stac_extensions"] = sorted(extensions_of(body))
    return body


def _description(title: str, read: Sequence[Read]) -> str:
    formats = sorted({each.facts.format for each in read})
    return f"{title}: {len(read)} {'file' if len(read) == 1 else 'files'} ({', '.join(formats)})."


def _loose(read: Sequence[Read]) -> list[tuple[Read, str]]:
    """Return the files that belong to the collection as a whole, and the keys of their assets."""
    loose, taken = [each for each in read if not each.item], set[str]()
    return [(each, "data" if len(loose) == 1 else _free(each.facts.name, taken)[:80]) for each in loose]


def _href(read: Read) -> str:
    return read.address if is_elsewhere(read.address) else ""


def _extent(read: Sequence[Read]) -> dict[str, Any]:
    boxes = [each.facts.bbox for each in read if each.facts.bbox]
    crossing = any(box[0] > box[2] for box in boxes)
    if crossing and len(set(boxes)) > 1:
        west, east = -180.0, 180.0
    else:
        west, east = min((box[0] for box in boxes), default=-180.0), max((box[2] for box in boxes), default=180.0)
    south, north = min((box[1] for box in boxes), default=-90.0), max((box[3] for box in boxes), default=90.0)
    starts, ends = [each.start for each in read if each.start], [each.end for each in read if each.end]
    interval = [min(starts, default=None), max(ends, default=None)]
    return {"spatial": {"bbox": [[west, south, east, north]]}, "temporal": {"interval": [interval]}}


def _item(collection: str, read: Read) -> dict[str, Any]:
    box = read.facts.bbox
    assert box is not None
    once = read.start if read.start == read.end else None
    asset, schemes = asset_of(read.facts, _href(read)), stores_of([read.address])
    item: dict[str, Any] = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": read.item,
        "collection": collection,
        "geometry": outline(box),
        "bbox": list(box),
        "properties": {"datetime": once}
        | ({} if once else {"start_datetime": read.start, "end_datetime": read.end})
        | asset.pop("properties", {})
        | ({"storage:schemes": schemes} if schemes else {}),
        "links": [],
        "assets": {"data": asset},
    }
    return item | {"stac_extensions": sorted(extensions_of(item))}
