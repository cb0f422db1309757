"""Documents of the STAC API as pages: where to begin, the items of a collection, one item with its files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from repeatpass.core.errors import Invalid
from repeatpass.core.times import parse_time
from repeatpass.web import words
from repeatpass.web.addresses import local
from repeatpass.web.links import safe
from repeatpass.web.pages.coverage_maps import boxes_map, union
from repeatpass.web.views import Cell, Column, Fact, MapView, OgcSection, Table
from repeatpass.web.views.figures import Extent

Body = Mapping[str, Any]
TIMES = ("datetime", "start_datetime", "end_datetime")
SAID = {"data": "Collections", "search": "Search", "conformance": "What it conforms to", "service-doc": "All operations",
        "aggregate": "Counts of items", "aggregations": "What can be counted"}  # fmt: skip
LONG = 200  # letters of a value


def landing_sections(body: Body) -> dict[str, Any]:
    """Return the collections, and what programs can ask for."""
    rows = tuple(
        (
            Cell(text=each.get("title") or local(each["href"]), href=_page(each["href"])),
            Cell(text=local(each["href"]), mono=True),
        )
        for each in body["links"]
        if each["rel"] == "child"
    )
    table = Table(
        caption="Collections", columns=_columns("Collection", "Address"), rows=rows, empty="There is none yet."
    )
    asked = tuple(
        (Cell(text=SAID[each["rel"]], href=local(each["href"])), Cell(text=each.get("method", "GET"), mono=True),
         Cell(text=local(each["href"]), mono=True))
        for each in body["links"]
        if each["rel"] in SAID
    )  # fmt: skip
    asks = Table(caption="For programs", columns=_columns("What", "Method", "Address"), rows=asked)
    return {"sections": (
        OgcSection(id="collections", title=words.plural(len(rows), "collection"), table=table),
        OgcSection(id="asks", title="For programs", table=asks, note="A browser gets pages from here, programs JSON; "
                   "f=json asks for it."),
    )}  # fmt: skip


def items_sections(body: Body) -> dict[str, Any]:
    """Return a page of items: when, where, which files; with a map of their boxes."""
    features: Sequence[Body] = body["features"]
    rows = tuple(
        (
            Cell(text=each["id"], href=_item(each), mono=True),
            Cell(text=time_of(each)),
            Cell(text=words.box(box) if (box := box_of(each)) else ""),
            Cell(text=", ".join(each["assets"])),
        )
        for each in features
    )
    table = Table(
        caption="Items", columns=_columns("Item", "Time", "Place", "Files"), rows=rows, empty="There is no item."
    )
    matched, returned = body.get("numberMatched"), len(features)
    title = (
        words.plural(returned, "item")
        if matched in (None, returned)
        else f"{returned} of {words.number(matched)} items"
    )
    return {"facts": _collection(body), "sections": (OgcSection(id="list", title=title, table=table),),
            "map": _map("Items", features)}  # fmt: skip


def item_sections(body: Body) -> dict[str, Any]:
    """Return one item: when and where, its files, its properties."""
    box = box_of(body)
    facts = (
        *_collection(body),
        Fact(label="Time", text=time_of(body)),
        *(Fact(label="Place", text=words.box(each)) for each in [box] if each),
    )
    properties = tuple(
        (Cell(text=name, mono=True), Cell(text=_text(value)))
        for name, value in body["properties"].items()
        if name not in TIMES and value is not None
    )
    known = Table(
        caption="Properties", columns=_columns("Property", "Value"), rows=properties, empty="It states no more."
    )
    return {"facts": facts, "sections": (_files(body), OgcSection(id="properties", title="Properties", table=known)),
            "map": _map(body["id"], [body])}  # fmt: skip


def _files(body: Body) -> OgcSection:
    rows = tuple(
        (
            Cell(text=str(asset.get("title") or key), href=_href(asset["href"])),
            Cell(text=str(asset.get("type", "")), mono=True),
            Cell(text=words.size(asset["file:size"]) if isinstance(asset.get("file:size"), int) else ""),
            Cell(text=str(asset.get("description", ""))),
        )
        for key, asset in body["assets"].items()
    )
    columns = _columns("File", "Kind", "Size", "What it is")
    table = Table(caption="Files", columns=columns, rows=rows, empty="It has no files.")
    return OgcSection(id="files", title="Files", table=table)


def time_of(body: Body) -> str:
    """When an item is of, in words."""
    moment, start, end = (body["properties"].get(name) for name in TIMES)
    if moment:
        return _moment(moment)
    return f"covers {_moment(start)} to {_moment(end)}" if start and end else "no time stated"


def _moment(text: Any) -> str:
    try:
        moment = parse_time(str(text))
    except Invalid:
        return str(text)[:40]
    return words.day(moment) if moment.hour == moment.minute == moment.second == 0 else words.moment(moment)


def box_of(body: Body) -> Extent | None:
    """Where an item lies, in degrees; None where it does not say."""
    stated = body.get("bbox")
    if not stated or len(stated) not in (4, 6):
        return None
    half = len(stated) // 2
    return (float(stated[0]), float(stated[1]), float(stated[half]), float(stated[half + 1]))


def _map(title: str, features: Sequence[Body]) -> MapView | None:
    boxes = list(dict.fromkeys(box for each in features if (box := box_of(each)) is not None))
    return boxes_map(title, boxes, union(boxes)) if boxes else None


def _collection(body: Body) -> Iterator[Fact]:
    address = next((each["href"] for each in body["links"] if each["rel"] in ("collection", "parent")), "")
    id = str(body.get("collection") or local(address).rpartition("/")[2])
    if id:
        yield Fact(label="Collection", text=id, href=f"/collections/{quote(id)}")


def _item(body: Body) -> str:
    return f"/stac/collections/{quote(body['collection'])}/items/{quote(body['id'], safe='')}"


def _page(href: str) -> str:
    return local(href).removeprefix("/stac")


def _href(href: str) -> str:
    return local(href) if "/files/" in href else safe(href)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONG else text[: LONG - 1] + "…"


def _columns(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title=title) for title in titles)
