"""One file of a v5 configuration as an entry of the registry: a collection, an indicator that groups some, a layer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from repeatpass.entries import Draft
from repeatpass.entries.described import extensions_of
from repeatpass.entries.original.sheet import Sheet
from repeatpass.importing import resources
from repeatpass.importing.records import Dropped, Kind
from repeatpass.importing.rights import citation_of, licence_of, providers_of, references_of
from repeatpass.importing.telling import CLIENT, REASONS, UNKNOWN, WORLD, changed_at, dropped_at, listed, slug_of
from repeatpass.importing.writing import ORIGIN

LAYERS = {"xyz": "xyz", "tilewms": "wms", "wms": "wms", "wmts": "wmts", "wmtscapabilities": "wmts",
          "vectortile": "vector-tile", "vector-tile": "vector-tile", "tilejson": "tilejson"}  # fmt: skip


def entry_of(
    sheet: Sheet, kind: Kind, members: Mapping[str, str], stories: Sequence[Mapping[str, Any]], dropped: list[Dropped]
) -> Draft | None:
    """Return the registry entry of a collection, or of an indicator, which leads to its collections.

    *stories* are the links to its stories.
    """
    name, title = sheet.take_text("Name"), sheet.take_text("Title")
    id = slug_of(name)
    if not id or not title:
        return None
    if kind is Kind.INDICATOR and id in members.values():
        id = f"{id[:70]}-indicator"
    box, times = list(WORLD), list[str]()
    links, items = _resources(sheet, id, title, box, times, dropped)
    links += _members(sheet, members, dropped) if kind is Kind.INDICATOR else []
    licence, licence_links = licence_of(sheet, dropped)
    text = _description(sheet, title, dropped)
    body: dict[str, Any] = {
        "type": "Collection", "stac_version": "1.1.0", "id": id, "title": title, "description": text,
        **licence, "keywords": _keywords(sheet), "providers": providers_of(sheet, dropped),
        "extent": {
            "spatial": {"bbox": [box]},
            "temporal": {"interval": [[times[0], times[-1]] if times else [None, None]]},
        },
        **_summaries(sheet), **citation_of(sheet, dropped), **_kept(sheet),
        "links": [*licence_links, *references_of(sheet, dropped), *stories, *links],
        ORIGIN: {"form": f"eodash {kind}", "code": sheet.take_text("EodashIdentifier") or name},
    }  # fmt: skip
    maps = any(str(each["rel"]) in {"wms", "wmts", "xyz", "vector-tile"} for each in links)
    body["stac_extensions"] = sorted({*extensions_of(body), *([resources.EXTENSION] if maps else [])})
    dropped += _rest(sheet)
    return Draft(name=sheet.file, body=body, items=items)


def _description(sheet: Sheet, title: str, dropped: list[Dropped]) -> str:
    text, short = sheet.take_text("Description"), sheet.text("ShortDescription")
    if re.fullmatch(r"\S+\.md|https?://\S+", text):
        instead = "the short one is taken" if short else "the title is taken"
        reason = f"It lies in another file, {text}, which is not here; {instead}."
        dropped.append(dropped_at(sheet, "Description", reason, "Import it together with that file."))
        text = ""
    return text or short or title


def _resources(
    sheet: Sheet, id: str, title: str, box: list[float], times: list[str], dropped: list[Dropped]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    links, items = list[dict[str, Any]](), list[dict[str, Any]]()
    for where, each in _members_of(sheet, "Resources", dropped):
        name = str(each.get("Name", ""))
        given = each.get("OverwriteBBox") or each.get("Bbox")
        if given and _is_box(given):
            box[:] = [float(part) for part in given]
        elif given:
            reason = f"{given} is no west, south, east, north in degrees; the whole world is taken."
            dropped.append(dropped_at(sheet, f"{where}.OverwriteBBox", reason, "Write [5, 45, 15, 55]."))
        times += resources.times_of(each)
        if name in resources.FILES:
            made, problems = resources.items_of(each, id, box)
            items += made
            known, link = {*resources.COMMON, "TimeEntries"}, None
        else:
            link, known, reason = resources.link_of(each, title)
            problems = [("", reason)] if reason else []
        links += [link] if link else []
        for inner, reason in problems:
            todo = resources.ADDRESS if "address" in reason else ""
            dropped.append(dropped_at(sheet, f"{where}{inner}", reason, todo))
        dropped += [dropped_at(sheet, f"{where}.{key}", CLIENT) for key in each if key not in known]
    times.sort()
    sheet.take("Resources")
    return links, items


def _members_of(sheet: Sheet, name: str, dropped: list[Dropped]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the mappings of a list, or the one that stands alone, with their paths; say which are none."""
    value = sheet.fields.get(name)
    if isinstance(value, dict):
        yield name, value
    for number, each in enumerate(value if isinstance(value, list) else ()):
        if isinstance(each, dict):
            yield f"{name}[{number}]", each
        elif each not in (None, ""):
            reason = f"“{str(each)[:60]}” is no mapping with Name and EndPoint."
            dropped.append(dropped_at(sheet, f"{name}[{number}]", reason, "Write “- Name: …” and its fields below."))


def _is_box(given: Any) -> bool:
    if not isinstance(given, list) or len(given) != 4 or not all(isinstance(each, int | float) for each in given):
        return False
    return all(-180 <= lon <= 180 for lon in given[::2]) and -90 <= given[1] <= given[3] <= 90


def _members(sheet: Sheet, members: Mapping[str, str], dropped: list[Dropped]) -> list[dict[str, Any]]:
    links = []
    for number, each in enumerate(listed(sheet, "Collections")):
        name = str(each.get("Name") or each.get("Identifier") or "") if isinstance(each, dict) else str(each)
        if name in members:
            links.append(
                {"rel": "related", "href": f"/collections/{members[name]}", "type": "text/html", "title": name}
            )
        else:
            reason = f"The collection “{name}” is not among the files."
            dropped.append(dropped_at(sheet, f"Collections[{number}]", reason, "Import its file with it."))
    return links


def _keywords(sheet: Sheet) -> list[str]:
    """Return themes, tags and agencies as keywords, and whatever made the data that is no satellite."""
    source = sheet.fields.get("DataSource")
    others = [source.get(name) for name in ("InSitu", "Other")] if isinstance(source, dict) else []
    listed = [sheet.take("Themes"), sheet.take("Tags"), sheet.take("Agency"), *others]
    words = [str(word) for part in listed for word in (part if isinstance(part, list) else [part]) if word]
    return list(dict.fromkeys(words))


def _summaries(sheet: Sheet) -> dict[str, Any]:
    source = sheet.take("DataSource")
    space = source.get("Spaceborne") if isinstance(source, dict) else None
    if not isinstance(space, dict):
        return {}
    given = {"platform": space.get("Satellite"), "instruments": space.get("Sensor")}
    listed = {name: value if isinstance(value, list) else [value] for name, value in given.items() if value}
    return {"summaries": {name: [str(each) for each in value] for name, value in listed.items()}} if listed else {}


def _kept(sheet: Sheet) -> dict[str, Any]:
    """Return what the exported catalogue says in the same words."""
    names = {"Colorlegend": "eox:colorlegend", "MapProjection": "eodash:mapProjection", "Subtitle": "eodash:subtitle"}
    found = {here: sheet.take(name) for name, here in names.items()}
    found["repeatpass:sentence"] = " ".join(sheet.take_text("ShortDescription").split())
    return {name: value for name, value in found.items() if value}


def _rest(sheet: Sheet) -> Iterator[Dropped]:
    for name, value in sheet.fields.items():
        if value not in (None, "", [], {}):
            yield dropped_at(sheet, name, *REASONS.get(name, UNKNOWN))


def layer_of(sheet: Sheet, dropped: list[Dropped]) -> Draft | None:
    """Return the registry entry of a base layer or overlay: one link to its service."""
    id, place = slug_of(sheet.take_text("id")), sheet.take_text("url")
    rel = LAYERS.get(sheet.take_text("protocol").lower().replace(" ", ""), "")
    if not id or not rel or not place.startswith(("http://", "https://")):
        return None
    title, credit = sheet.take_text("name") or id, sheet.take_text("Attribution") or sheet.take_text("attribution")
    link: dict[str, Any] = {"rel": rel, "href": place, "title": title}
    if (layers := sheet.take_text("layers")) and rel in ("wms", "wmts"):
        link |= {"wms:layers": layers.split(",")} if rel == "wms" else {"wmts:layer": layers}
    body = {
        "type": "Collection", "stac_version": "1.1.0", "id": id, "title": title, "license": "other",
        "description": f"The layer “{title}” of another service." + (f" {credit}" if credit else ""),
        "keywords": ["layer"], "stac_extensions": [resources.EXTENSION],
        "extent": {"spatial": {"bbox": [WORLD]}, "temporal": {"interval": [[None, None]]}},
        "links": [link | ({"attribution": credit} if credit else {})],
        ORIGIN: {"form": "eodash layer", "code": id},
    }  # fmt: skip
    reason, todo = (
        "No licence is stated; the entry says so.",
        "Say it in the entry here: Edit, or repeatpass collections add.",
    )
    dropped.append(changed_at(sheet, "licence", reason, todo))
    dropped += [dropped_at(sheet, name, CLIENT) for name in sheet.fields]
    return Draft(name=sheet.file, body=body)
