"""Features as pages: a page of a collection, one of them, and what they are; each made from the JSON of programs."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from repeatpass.web.views import Cell, Column, Fact, OgcSection, Table

Body = Mapping[str, Any]
SHOWN = 12  # columns of a table
LONG = 80  # letters of a cell


def items_sections(body: Body) -> dict[str, Any]:
    """Return a page of features as a table: the id, the first fields, the place."""
    names = body["columns"][:SHOWN]
    rows = tuple(
        (
            Cell(text=str(each["id"]), href=f"{_items(body)}/{quote(str(each['id']), safe='')}?f=html", mono=True),
            *(Cell(text=_short(each["properties"].get(name))) for name in names),
            Cell(text=_place(each["geometry"])),
        )
        for each in body["features"]
    )
    columns = tuple(Column(title=title) for title in ("Feature", *names, "Place"))
    table = Table(caption="Features", columns=columns, rows=rows, empty="No feature is like this.")
    matched, returned = body.get("numberMatched"), body["numberReturned"]
    title = f"{returned} of {matched} features" if matched not in (None, returned) else f"{returned} features"
    return {"facts": _other_forms(body), "sections": (OgcSection(id="list", title=title, table=table),)}


def feature_sections(body: Body) -> dict[str, Any]:
    """Return one feature: its properties, and its place."""
    rows = tuple((Cell(text=name), Cell(text=_text(value))) for name, value in body["properties"].items())
    table = Table(
        caption="Properties", columns=(Column(title="Property"), Column(title="Value")), rows=rows,
        empty="It has no properties.",
    )  # fmt: skip
    facts = (
        Fact(label="Id", text=str(body["id"]), mono=True),
        Fact(label="Place", text=_place(body["geometry"]) or "none"),
        Fact(label="Collection", text=body["collection"], href=f"/ogc/collections/{body['collection']}?f=html"),
    )
    return {"facts": facts, "sections": (OgcSection(id="properties", title="Properties", table=table),)}


def schema_sections(body: Body) -> dict[str, Any]:
    """Return what features are, or can be asked for."""
    rows = tuple(
        (
            Cell(text=name, mono=True),
            Cell(text=str(each.get("format") or each.get("type") or "anything")),
            Cell(text=str(each.get("x-ogc-unit", ""))),
            Cell(text=str(each.get("description") or each.get("title", ""))),
        )
        for name, each in body["properties"].items()
    )
    columns = tuple(Column(title=title) for title in ("Name", "Kind", "Unit", "What it is"))
    table = Table(caption="Properties", columns=columns, rows=rows)
    facts = (Fact(label="Collection", text=body["collection"], href=f"/ogc/collections/{body['collection']}?f=html"),)
    return {"facts": facts, "sections": (OgcSection(id="properties", title="Properties", table=table),)}


def tile_sets_sections(body: Body) -> dict[str, Any]:
    """Return the sets of vector tiles of a collection."""
    rows = tuple(
        (Cell(text=each["title"], href=f"{_local(each['links'][0]['href'])}?f=html"), Cell(text=each["crs"], mono=True))
        for each in body["tilesets"]
    )
    columns = (Column(title="Set of tiles"), Column(title="System"))
    return {"sections": (OgcSection(id="sets", title="Sets of tiles",
                                    table=Table(caption="Sets of tiles", columns=columns, rows=rows)),)}  # fmt: skip


def tile_set_sections(body: Body) -> dict[str, Any]:
    """Return one set of vector tiles: where its tiles are."""
    template = next(each["href"] for each in body["links"] if each["rel"] == "item")
    return {"facts": (Fact(label="System", text=body["crs"], mono=True), Fact(label="Tiles", text=template, mono=True))}


def _local(href: str) -> str:
    return urlsplit(href).path


def _items(body: Body) -> str:
    return f"/ogc/collections/{body['collection']}/items"


def _other_forms(body: Body) -> tuple[Fact, ...]:
    collection = Fact(label="Collection", text=body["collection"], href=f"/ogc/collections/{body['collection']}?f=html")
    forms = (
        Fact(label=name, text="All features", href=f"{_items(body)}?f={form}")
        for form, name in (
            ("geojson-file", "GeoJSON"), ("csv", "CSV"), ("fgb", "FlatGeobuf"), ("parquet", "GeoParquet"),
        )
    )  # fmt: skip
    paged = Fact(label="GeoJSON", text="Page by page", href=f"{_items(body)}?f=json")
    return (collection, paged, *forms)


def _place(geometry: Any) -> str:
    if geometry is None:
        return ""
    if geometry["type"] == "Point":
        return ", ".join(f"{number:.5g}" for number in geometry["coordinates"][:2])
    return str(geometry["type"])


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
