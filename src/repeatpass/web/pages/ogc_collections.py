"""The collections of the OGC APIs as pages: each made from the JSON that programs get."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from repeatpass.web.addresses import local
from repeatpass.web.views import Cell, Column, Fact, OgcSection, Table

Body = Mapping[str, Any]
EYEBROWS = {
    "wps": "OGC Web Processing Service",
    "wms": "OGC Web Map Service",
    "wmts": "OGC Web Map Tile Service",
    "collections": "OGC API",
    "collection": "OGC API",
    **dict.fromkeys(("items", "feature", "schema"), "OGC API – Features"),
    **dict.fromkeys(("stac", "stac-conformance", "stac-items", "stac-item"), "STAC API"),
    **dict.fromkeys(("tilesets", "tileset"), "OGC API – Tiles"),
    **dict.fromkeys(("matrices", "matrix", "tilesets", "tileset"), "OGC API – Tiles"),
    **dict.fromkeys(("styles", "style"), "OGC API – Maps"),
}
SELF = {"self", "alternate", "up", "prev", "next"}


def collections_sections(body: Body) -> dict[str, Any]:
    """Return the list of collections as a table."""
    rows = tuple(
        (
            Cell(text=each["title"], href=f"/ogc/collections/{each['id']}?f=html"),
            Cell(text=each["id"], mono=True),
            Cell(text=_first_sentence(each["description"])),
        )
        for each in body["collections"]
    )
    columns = tuple(Column(title=title) for title in ("Collection", "Id", "What it holds"))
    table = Table(caption="Collections", columns=columns, rows=rows, empty="There is no collection yet.")
    return {"sections": (OgcSection(id="list", title=f"{body['numberMatched']} collections", table=table),)}


def collection_sections(body: Body) -> dict[str, Any]:
    """Return one collection: its extent, and what can be read of it."""
    extent = body.get("extent", {})
    boxes, times = extent.get("spatial", {}).get("bbox", ()), extent.get("temporal", {}).get("interval", ())
    facts = (
        Fact(label="Id", text=body["id"], mono=True),
        *(Fact(label="Extent", text=_box(box)) for box in boxes[:1]),
        *(Fact(label="Time", text=_interval(times[0])) for _ in times[:1]),
        *(Fact(label="Systems", text=f"{len(body['crs'])} systems of coordinates") for _ in range("crs" in body)),
        Fact(label="For people", text="The page of this collection", href=f"/collections/{body['id']}"),
    )
    here = next((urlsplit(each["href"]).netloc for each in body["links"] if each["rel"] == "self"), "")
    rows = tuple(
        (
            Cell(text=each.get("title") or each["rel"], href=_followed(each["href"], here)),
            Cell(text=each.get("type", ""), mono=True),
            Cell(text=each["rel"].rsplit("/", 1)[-1], mono=True),
        )
        for each in body["links"]
        if each["rel"] not in SELF and "{" not in each["href"]
    )
    columns = tuple(Column(title=title) for title in ("What", "Media type", "Relation"))
    table = Table(caption="What can be read", columns=columns, rows=rows)
    return {"facts": facts, "sections": (OgcSection(id="links", title="What can be read", table=table),)}


def _first_sentence(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= 200 else line[:199].rsplit(" ", 1)[0] + "…"


def _box(box: list[float]) -> str:
    west, south, east, north = box if len(box) == 4 else (box[0], box[1], box[3], box[4])
    return f"west {west:g}, south {south:g}, east {east:g}, north {north:g}"


def _interval(interval: list[str | None]) -> str:
    start, end = (moment or "open" for moment in interval)
    return f"{start} to {end}"


def _followed(href: str, here: str) -> str:
    """A link to this house without its host; one that leads elsewhere, such as to a licence, as it is."""
    return local(href) if urlsplit(href).netloc in ("", here) else href
