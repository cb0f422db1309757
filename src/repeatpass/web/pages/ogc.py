"""Documents of the OGC API as pages: each made from the JSON that programs get, and from nothing else."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from repeatpass.core.times import parse_time
from repeatpass.web import words
from repeatpass.web.addresses import local
from repeatpass.web.pages.ogc_collections import EYEBROWS, collection_sections, collections_sections
from repeatpass.web.pages.ogc_features import (
    feature_sections,
    items_sections,
    schema_sections,
    tile_set_sections,
    tile_sets_sections,
)
from repeatpass.web.pages.ogc_maps import map_sections
from repeatpass.web.pages.ogc_operations import operations
from repeatpass.web.pages.ogc_process import process_sections
from repeatpass.web.pages.ogc_stac import item_sections, landing_sections
from repeatpass.web.pages.ogc_stac import items_sections as stac_items_sections
from repeatpass.web.views import Cell, Column, Fact, Link, OgcPage, OgcSection, Table

Body = Mapping[str, Any]
EYEBROW = "OGC API – Processes"
HOME, STAC = Link(text="OGC API", href="/ogc"), Link(text="STAC API", href="/stac")
STATES = {"accepted": "queued", "running": "running", "successful": "succeeded", "failed": "failed",
          "dismissed": "cancelled"}  # fmt: skip


def ogc_page(kind: str, title: str, body: Body, path: str) -> OgcPage:
    """Return the page of the document *body*; *kind* says which one it is."""
    page = OgcPage(
        title=title,
        path=path,
        eyebrow=EYEBROWS.get(kind, EYEBROW),
        json_href=_href(body, "alternate", "application/json") or f"{path}?f=json",
        crumbs=_crumbs(kind, title, path),
        lede=str(body.get("description", ""))
        if kind in ("landing", "process", "wps", "wms", "wmts", "collection", "stac")
        else LEDES.get(kind, ""),
        previous=_href(body, "prev"),
        next=_href(body, "next"),
    )
    return replace(page, **MAKERS[kind](body))


def _crumbs(kind: str, title: str, path: str) -> tuple[Link, ...]:
    if path in (HOME.href, STAC.href):
        return ()
    return (Link(text="Home", href="/"), STAC if kind.startswith("stac") else HOME, Link(text=title))


LEDES = {
    "conformance": "The classes of the standards that this interface keeps.",
    "processes": "Each notebook on the shelf is a process that other programs can describe and execute.",
    "jobs": "Executions, newest first. Those that were dismissed stay readable.",
    "collections": "Every collection of data, and the standards that it can be read by.",
    "results": "What the job left, as programs receive it.",
    "matrices": "How the world is cut into tiles. Each zone of UTM has a set, too; layers in UTM link theirs.",
    "tilesets": "The ways in which maps of this collection are cut into tiles.",
    "styles": "What maps of this collection can show: its variables or files, and each in other colours.",
    "stac-conformance": "The classes of the standards that this interface keeps.",
    "stac-items": "The items of the collection, each with its files; the newest first.",
    "api": "Every operation that programs can use. Reading needs no token; executing does.",
}


def _landing(body: Body) -> dict[str, Any]:
    rows = {each["href"]: each for each in body["links"] if each["rel"] not in ("self", "alternate")}
    cells = tuple(
        (Cell(text=each.get("title") or each["rel"], href=local(href)), Cell(text=local(href), mono=True))
        for href, each in rows.items()
    )
    table = Table(caption="What is here", columns=_columns("What", "Address"), rows=cells)
    return {"sections": (OgcSection(id="here", title="What is here", table=table),)}


def _conformance(body: Body) -> dict[str, Any]:
    rows = tuple((Cell(text=each.rsplit("/", 1)[-1]), Cell(text=each, mono=True)) for each in body["conformsTo"])
    table = Table(caption="Conformance classes", columns=_columns("Class", "Identifier"), rows=rows)
    return {"sections": (OgcSection(id="classes", title="Conformance classes", table=table),)}


def _processes(body: Body) -> dict[str, Any]:
    rows = tuple(
        (
            Cell(text=each["title"] or each["id"], href=f"/ogc/processes/{each['id']}?f=html"),
            Cell(text=each["id"], mono=True),
            Cell(text=each["description"]),
        )
        for each in body["processes"]
    )
    table = Table(caption="Processes", columns=_columns("Process", "Id", "What it does"), rows=rows)
    return {"sections": (OgcSection(id="list", title=f"{body['numberMatched']} processes", table=table),)}


def _process(body: Body) -> dict[str, Any]:
    facts = (
        Fact(label="Id", text=body["id"], mono=True),
        Fact(label="Version", text=body["version"], mono=True),
        Fact(label="Keywords", text=", ".join(body["keywords"]) or "none"),
        Fact(label="Jobs", text="Jobs of this process", href=f"/ogc/jobs?processID={body['id']}&f=html"),
        *(Fact(label="Notebook", text="Read it", href=href) for href in [_href(body, "about")] if href),
    )
    return {"facts": facts, "sections": process_sections(body)}


def _jobs(body: Body) -> dict[str, Any]:
    rows = tuple(
        (
            Cell(text=each["jobID"], href=f"/ogc/jobs/{each['jobID']}?f=html", mono=True),
            Cell(text=each["status"], state=STATES[each["status"]]),
            Cell(text=each["processID"], href=f"/ogc/jobs?processID={each['processID']}&f=html"),
            Cell(text=words.moment(parse_time(each["created"])), sort=each["created"]),
            Cell(text=each["message"]),
        )
        for each in body["jobs"]
    )
    table = Table(
        caption="Jobs", columns=_columns("Job", "Status", "Process", "Created", "Message"), rows=rows,
        empty="No job is like this.",
    )  # fmt: skip
    return {"sections": (OgcSection(id="list", title=f"{body['numberMatched']} jobs", table=table),)}


def _job(body: Body) -> dict[str, Any]:
    known = ("created", "started", "finished")
    facts = (
        Fact(label="Status", text=body["status"]),
        Fact(label="Process", text=body["processID"], href=f"/ogc/processes/{body['processID']}?f=html"),
        *(Fact(label=name.capitalize(), text=words.moment(parse_time(body[name]))) for name in known if name in body),
        *(Fact(label="Results", text="What it left", href=f"/ogc/jobs/{body['jobID']}/results?f=html")
          for _ in range(body["status"] == "successful")),
        Fact(label="Run", text="The run, with its log and its passport", href=f"/runs/{body['jobID']}"),
    )  # fmt: skip
    return {"facts": facts, "lede": body["message"]}


def _results(body: Body) -> dict[str, Any]:
    rows = tuple((Cell(text=name, mono=True), *_result(value)) for name, value in body.items())
    table = Table(
        caption="Results", columns=_columns("Output", "Value", "Media type"), rows=rows, empty="It left nothing."
    )
    return {"sections": (OgcSection(id="list", title="Outputs", table=table),)}


def _result(value: Any) -> tuple[Cell, Cell]:
    if isinstance(value, Mapping) and "href" in value:
        return Cell(text=str(value.get("title") or "File"), href=local(value["href"])), Cell(text=value.get("type", ""))
    plain = value["value"] if isinstance(value, Mapping) and "value" in value else value
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    stated = value.get("mediaType", "application/json") if isinstance(value, Mapping) else "application/json"
    return Cell(text=text[:400] + ("…" if len(text) > 400 else ""), mono=True), Cell(text=stated)


def _columns(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(title=title) for title in titles)


def _href(body: Body, rel: str, type: str = "") -> str:
    links: Sequence[Mapping[str, str]] = body.get("links", ()) if isinstance(body.get("links"), list) else ()
    found = (each["href"] for each in links if each["rel"] == rel and type in ("", each.get("type", "")))
    return local(next(found, ""))


MAKERS: Mapping[str, Callable[[Body], dict[str, Any]]] = {
    "landing": _landing,
    "wps": _landing,
    "wms": _landing,
    "wmts": _landing,
    "conformance": _conformance,
    "processes": _processes,
    "process": _process,
    "jobs": _jobs,
    "job": _job,
    "results": _results,
    "collections": collections_sections,
    "collection": collection_sections,
    "items": items_sections,
    "feature": feature_sections,
    "schema": schema_sections,
    "tilesets": tile_sets_sections,
    "tileset": tile_set_sections,
    **dict.fromkeys(("matrices", "matrix", "tilesets", "tileset", "styles", "style"), map_sections),
    "stac": landing_sections,
    "stac-conformance": _conformance,
    "stac-items": stac_items_sections,
    "stac-item": item_sections,
    "api": lambda body: {"sections": operations(body)},
}
