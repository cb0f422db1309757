"""Tile matrix sets, tilesets and styles as pages: each made from the JSON that programs get."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from repeatpass.web.addresses import local
from repeatpass.web.views import Cell, Column, Fact, OgcSection, Table

Body = Mapping[str, Any]
OWN = {"self", "alternate"}
LISTS = {"tileMatrixSets": "tile matrix sets", "tilesets": "tilesets", "styles": "styles"}
SIZES = {"id": "Zoom", "cellSize": "Cell size", "matrixWidth": "Columns", "matrixHeight": "Rows"}
LIMITS = {"tileMatrix": "Zoom", "minTileCol": "First column", "maxTileCol": "Last column", "minTileRow": "First row",
          "maxTileRow": "Last row"}  # fmt: skip


def map_sections(body: Body) -> dict[str, Any]:
    """Return what is listed, its facts and its links, whichever of these documents it is."""
    sections = [_list(body[name], words) for name, words in LISTS.items() if name in body]
    if zooms := body.get("tileMatrices") or body.get("tileMatrixSetLimits"):
        sections.append(_zooms(zooms))
    facts = tuple(
        Fact(label=label, text=str(body[name]), mono=True)
        for name, label in (("id", "Id"), ("crs", "System"), ("tileMatrixSetURI", "Registered as"))
        if name in body
    )
    return {"facts": facts, "sections": (*sections, _links(body))}


def _list(listed: list[Body], words: str) -> OgcSection:
    rows = tuple((Cell(text=_id(each), href=_own(each), mono=True), Cell(text=str(each["title"]))) for each in listed)
    table = Table(caption=words.capitalize(), columns=_columns("Id", "Title"), rows=rows)
    return OgcSection(id="list", title=f"{len(rows)} {words}", table=table)


def _id(entry: Body) -> str:
    return str(entry.get("id") or urlsplit(_own(entry)).path.rpartition("/")[2])


def _own(entry: Body) -> str:
    found = next(each for each in entry["links"] if each["rel"] in {"self", "describedby"})
    return f"{urlsplit(found['href']).path}?f=html"


def _zooms(zooms: list[Body]) -> OgcSection:
    known = SIZES if "cellSize" in zooms[0] else LIMITS
    rows = tuple(tuple(Cell(text=_text(each[name]), mono=True) for name in known) for each in zooms)
    table = Table(caption="Zooms", columns=_columns(*known.values()), rows=rows)
    return OgcSection(id="zooms", title="Zooms", table=table)


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _links(body: Body) -> OgcSection:
    rows = tuple(
        (Cell(text=each.get("title") or each["rel"], href=_local(each)), Cell(text=each.get("type", ""), mono=True))
        for each in body["links"]
        if each["rel"] not in OWN
    )
    table = Table(caption="What belongs to it", columns=_columns("What", "Media type"), rows=rows)
    return OgcSection(id="links", title="What belongs to it", table=table)


def _local(entry: Body) -> str:
    return "" if "{" in entry["href"] else local(entry["href"])


def _columns(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title=title) for title in titles)
