"""A v5 catalogue's configuration as entries of the registry: collections, indicators that group them, layers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from repeatpass.entries import Draft, Remark
from repeatpass.entries.described import extensions_of
from repeatpass.entries.documents import checked
from repeatpass.entries.lines import Lined, read_lined
from repeatpass.entries.original.sheet import Sheet
from repeatpass.importing import resources
from repeatpass.importing.records import Dropped, Kind, Plan, Refused, Source
from repeatpass.importing.rights import citation_of, licence_of, providers_of, references_of
from repeatpass.importing.writing import ORIGIN

WORLD = [-180.0, -90.0, 180.0, 90.0]
NO_ROOM = "There is no room for stories and other texts yet; it stays where it is."
CLIENT = "It steers how the original client shows things."
REASONS = {
    "Stories": NO_ROOM,
    "Process": "A process here is a notebook with declared parameters; the form and its templates run nothing by themselves.",
    "Services": "A statistics service of its own is not needed: series of points and areas are drawn here.",
    "Locations": "Places belong to indicators here, and an indicator has values; import its series.",
    "Subcollections": "Places belong to indicators here, and an indicator has values; import its series.",
    "BaseLayers": "The map browser brings its own base layers.",
    "OverlayLayers": "The map browser brings its own overlays.",
    "Disable": "A member that the list should not offer is linked all the same.",
    "Hidden": "A member that the list should not offer is linked all the same.",
    "CollectionGroup": CLIENT, "Subtitle": "An entry has one title.", "Legend": "A legend is drawn from the data here.",
}  # fmt: skip
LAYERS = {"xyz": "xyz", "tilewms": "wms", "wms": "wms", "wmts": "wmts", "wmtscapabilities": "wmts",
          "vectortile": "vector-tile", "vector-tile": "vector-tile", "tilejson": "tilejson"}  # fmt: skip


def slug_of(text: str) -> str:
    """Return the id that a name gives: small letters, digits, dots, hyphens and underscores."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")[:80].strip("-._")


def plan_configuration(sources: Sequence[Source]) -> tuple[Plan, dict[str, list[str]]]:
    """Return what would be made of a configuration, and the themes that it states by indicator code."""
    dropped: list[Dropped] = []
    refused: list[Refused] = []
    drafts: dict[str, Draft] = {}
    themes: dict[str, list[str]] = {}
    order = {Kind.COLLECTION: 0, Kind.LAYER: 1, Kind.INDICATOR: 2}
    members: dict[str, str] = {}
    for source in sorted((each for each in sources if each.kind in order), key=lambda each: order[each.kind]):
        for sheet in _sheets(source, refused):
            draft = (
                _layer(sheet, dropped) if source.kind is Kind.LAYER else _entry(sheet, source.kind, members, dropped)
            )
            if draft is None or draft.body is None:
                refused.append(_nameless(sheet))
                continue
            id = str(draft.body["id"])
            if wrong := _wrong(draft):
                refused.append(Refused(file=source.name, reason=wrong))
                continue
            if id in drafts:
                reason = f"An entry “{id}” comes from {drafts[id].name} already."
                refused.append(Refused(file=source.name, reason=reason))
                continue
            drafts[id] = draft
            members |= {str(each): id for each in (sheet.lined.value.get("Name"), id) if each}
            themes |= _themes(sheet)
    dropped += [_story(each) for each in sources if each.kind is Kind.STORY]
    dropped += [gone for each in sources if each.kind is Kind.CATALOG for gone in _catalog(each, members, refused)]
    return Plan(entries=list(drafts.values()), dropped=dropped, refused=refused), themes


def _sheets(source: Source, refused: list[Refused]) -> Iterator[Sheet]:
    try:
        text = source.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refused.append(Refused(file=source.name, reason=f"It is no text in UTF-8: byte {error.start} cannot be read."))
        return
    lined = read_lined(text.replace("\t", "  ") if source.name.endswith(".json") else text, source.name)
    if lined.value is None:
        worst = lined.remarks[-1] if lined.remarks else None
        reason = f"{worst.message} {worst.fix}".strip() if worst else "It holds no fields."
        refused.append(Refused(file=source.name, reason=reason, line=worst.line if worst else 0))
    elif isinstance(lined.value, list):
        for number, each in enumerate(lined.value):
            if isinstance(each, dict):
                lines = {path[1:]: line for path, line in lined.lines.items() if path[:1] == (number,)}
                yield Sheet(source.name, Lined(value=each, lines=lines))
    elif isinstance(lined.value, dict):
        yield Sheet(source.name, lined)


def _wrong(draft: Draft) -> str:
    """Return why what would be made is no STAC; empty where it is."""
    found: list[Remark] = []
    checked(dict(draft.body or {}), "collection", draft.name, found)
    for item in draft.items:
        checked({name: value for name, value in item.items() if name != "collection"}, "item", draft.name, found)
    return " ".join(f"{each.field}: {each.message}" for each in found[:3])


def _nameless(sheet: Sheet) -> Refused:
    needed = "id, url and a protocol such as xyz, WMS or WMTS" if "url" in sheet.lined.value else "Name and Title"
    return Refused(file=sheet.file, reason=f"It needs {needed}.", line=sheet.lined.line(()))


def _entry(sheet: Sheet, kind: Kind, members: Mapping[str, str], dropped: list[Dropped]) -> Draft | None:
    """Return the registry entry of a collection, or of an indicator, which leads to its collections."""
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
    text = sheet.take_text("Description") or sheet.text("ShortDescription") or title
    if re.fullmatch(r"\S+\.md|https?://\S+", text):
        dropped.append(dropped_at(sheet, "Description", f"It lies in another file, {text}; the short one is taken."))
        text = sheet.text("ShortDescription") or title
    body: dict[str, Any] = {
        "type": "Collection", "stac_version": "1.1.0", "id": id, "title": title, "description": text,
        **licence, "keywords": _keywords(sheet), "providers": providers_of(sheet, dropped),
        "extent": {
            "spatial": {"bbox": [box]},
            "temporal": {"interval": [[times[0], times[-1]] if times else [None, None]]},
        },
        **_summaries(sheet), **citation_of(sheet), **_kept(sheet),
        "links": [*licence_links, *references_of(sheet, dropped), *links],
        ORIGIN: {"form": f"eodash {kind}", "code": sheet.take_text("EodashIdentifier") or name},
    }  # fmt: skip
    sheet.take("ShortDescription")
    maps = any(str(each["rel"]) in {"wms", "wmts", "xyz", "vector-tile"} for each in links)
    body["stac_extensions"] = sorted({*extensions_of(body), *([resources.EXTENSION] if maps else [])})
    dropped += _rest(sheet)
    return Draft(name=sheet.file, body=body, items=items)


def dropped_at(sheet: Sheet, field: str, reason: str) -> Dropped:
    """Return that a field is dropped, with its line."""
    path = tuple(int(each) if each.isdigit() else each for each in re.findall(r"[^.\[\]]+", field))
    return Dropped(file=sheet.file, field=field, reason=reason, line=sheet.lined.line(path))


def _resources(
    sheet: Sheet, id: str, title: str, box: list[float], times: list[str], dropped: list[Dropped]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    links, items = list[dict[str, Any]](), list[dict[str, Any]]()
    for number, each in enumerate(sheet.records("Resources")):
        where, name = f"Resources[{number}]", str(each.get("Name", ""))
        given = each.get("OverwriteBBox") or each.get("Bbox")
        if given and _is_box(given):
            box[:] = [float(part) for part in given]
        elif given:
            reason = f"{given} is no west, south, east, north in degrees; the whole world is taken."
            dropped.append(dropped_at(sheet, f"{where}.OverwriteBBox", reason))
        times += resources.times_of(each)
        if name in resources.FILES:
            made, problems = resources.items_of(each, id, box)
            items += made
            known, link, reasons = {*resources.COMMON, "TimeEntries"}, None, problems
        else:
            link, known, reason = resources.link_of(each, title)
            reasons = [reason] if reason else []
        links += [link] if link else []
        dropped += [dropped_at(sheet, where, reason) for reason in reasons]
        dropped += [dropped_at(sheet, f"{where}.{key}", CLIENT) for key in each if key not in known]
    times.sort()
    sheet.take("Resources")
    return links, items


def _is_box(given: Any) -> bool:
    if not isinstance(given, list) or len(given) != 4 or not all(isinstance(each, int | float) for each in given):
        return False
    return all(-180 <= lon <= 180 for lon in given[::2]) and -90 <= given[1] <= given[3] <= 90


def _listed(sheet: Sheet, name: str) -> list[Any]:
    value = sheet.fields.get(name)
    return sheet.take(name) if isinstance(value, list) else []  # what is no list is left, and so reported


def _members(sheet: Sheet, members: Mapping[str, str], dropped: list[Dropped]) -> list[dict[str, Any]]:
    links = []
    for number, each in enumerate(_listed(sheet, "Collections")):
        name = str(each.get("Name") or each.get("Identifier") or "") if isinstance(each, dict) else str(each)
        if name in members:
            links.append(
                {"rel": "related", "href": f"/collections/{members[name]}", "type": "text/html", "title": name}
            )
        else:
            reason = f"The collection “{name}” is not among the files."
            dropped.append(dropped_at(sheet, f"Collections[{number}]", reason))
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
    listed = {"platform": space.get("Satellite"), "instruments": space.get("Sensor")}
    found = {name: [str(each) for each in value] for name, value in listed.items() if isinstance(value, list) and value}
    return {"summaries": found} if found else {}


def _kept(sheet: Sheet) -> dict[str, Any]:
    """Return what the exported catalogue says in the same words."""
    names = {"Colorlegend": "eox:colorlegend", "MapProjection": "eodash:mapProjection"}
    found = {here: sheet.take(name) for name, here in names.items()}
    return {name: value for name, value in found.items() if value}


def _rest(sheet: Sheet) -> Iterator[Dropped]:
    for name, value in sheet.fields.items():
        if value not in (None, "", [], {}):
            yield dropped_at(sheet, name, REASONS.get(name, "Nothing here reads a field of that name."))


def _layer(sheet: Sheet, dropped: list[Dropped]) -> Draft | None:
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
    dropped.append(dropped_at(sheet, "licence", "No licence is stated; the entry says so."))
    dropped += [dropped_at(sheet, name, CLIENT) for name in sheet.fields]
    return Draft(name=sheet.file, body=body)


def _themes(sheet: Sheet) -> dict[str, list[str]]:
    given = sheet.lined.value
    code, themes = given.get("EodashIdentifier") or given.get("Name"), given.get("Themes")
    return {str(code): [str(each) for each in themes]} if code and isinstance(themes, list) and themes else {}


def _story(source: Source) -> Dropped:
    return Dropped(file=source.name, field="", reason=NO_ROOM)


def _catalog(source: Source, members: Mapping[str, str], refused: list[Refused]) -> Iterator[Dropped]:
    """Yield what a catalogue says beyond its list: the list itself is what the folders hold."""
    for sheet in _sheets(source, refused):
        for number, each in enumerate(_listed(sheet, "collections")):
            if str(each) not in members:
                yield dropped_at(sheet, f"collections[{number}]", f"“{each}” is not among the files.")
        for name in ("id", "title", "description"):
            sheet.take(name)
        for name in sheet.fields:
            reason = NO_ROOM if name.startswith("stories") else "This house has one catalogue, made anew at /eodash."
            yield dropped_at(sheet, name, reason)
