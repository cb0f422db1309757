"""One collection: what it is, where and when, its files, who made it, how to open it."""

from typing import Any

from markupsafe import Markup

from repeatpass.catalog.records import Collection, CollectionAsset, Item
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.notebook_html import markdown
from repeatpass.web.pages import collections as listed
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.previews import map_of, nowhere
from repeatpass.web.views import Cell, CollectionPage, Column, Download, Fact, Link, Table

COLLECTIONS = Link(text="Collections", href="/collections")


def collection_page(desk: Desk, id: str) -> CollectionPage:
    """One collection at its present version."""
    catalog = desk.house.catalog
    collection = catalog.collection(id)
    files, path = catalog.assets(id), f"/collections/{id}"
    return CollectionPage(
        title=collection.title,
        path=path,
        description=listed.sentence_of(collection),
        json_href=f"{path}.json",
        crumbs=(HOME, COLLECTIONS, Link(text=collection.title)),
        id=id,
        nature=listed.nature_of(collection),
        sentence=listed.sentence_of(collection),
        about=Markup(markdown(collection.description)),
        facts=tuple(_facts(desk, collection, files)),
        map=map_of(desk, collection, files),
        items=_files(collection, catalog.items(id), files),
        used_by=_used_by(desk, id),
        code=code_of(id, layouts_of(catalog.items(id))),
        citation=str(collection.body.get("sci:citation", "")),
        downloads=(Download(label="STAC", href=f"/stac/collections/{id}"), Download(label="JSON", href=f"{path}.json")),
    )


def code_of(id: str, layouts: tuple[str, ...] = ()) -> str:
    """The lines that open it; of a cube in two layouts, those for either."""
    if len(layouts) < 2:
        return f'import repeatpass\n\ndata = repeatpass.open("{id}")\ndata'
    names = {"map": "maps", "series": "series"}
    opened = "\n".join(f'{names[layout]} = repeatpass.open("{id}", layout="{layout}")' for layout in layouts)
    return f"import repeatpass\n\n{opened}\n{names[layouts[0]]}"


def layouts_of(items: list[Item]) -> tuple[str, ...]:
    """The layouts in which a cube is kept; empty where it is none."""
    assets = [asset for item in items[:1] for asset in item.body.get("assets", {}).values()]
    return tuple(asset["repeatpass:layout"] for asset in assets if asset.get("repeatpass:layout"))


def _facts(desk: Desk, collection: Collection, files: list[CollectionAsset]) -> list[Fact]:
    body = collection.body
    link: Any = next((each for each in body.get("links", ()) if each.get("rel") == "license"), {})
    makers = [each for each in body.get("providers", ()) if "producer" in each.get("roles", ())]
    carriers = [each for each in body.get("providers", ()) if "producer" not in each.get("roles", ())]
    facts = [
        Fact(label="Nature", text=listed.nature_of(collection)),
        *(Fact(label="Made by", text=each["name"], href=each.get("url", "")) for each in makers),
        *_origin(body),
        *(Fact(label="Carried by", text=each["name"], href=each.get("url", "")) for each in carriers),
        Fact(label="Time", text=_time(collection)),
        Fact(label="Place", text="None is stated" if nowhere(desk, files) else listed.where_of(collection)),
        Fact(label="Version", text=collection.version),
        Fact(label="Size", text=words.size(sum(file.size for file in files)), note=words.plural(len(files), "file")),
        Fact(label="Licence", text=str(body.get("repeatpass:license_title") or body.get("license", "not stated")),
             href=link.get("href", "")),
        Fact(label="Attribution", text=str(body.get("attribution", ""))),
        Fact(label="Keywords", text=", ".join(body.get("keywords", ()))),
        Fact(label="Registered", text=words.moment(collection.created)),
    ]  # fmt: skip
    return [fact for fact in facts if fact.text]


def _origin(body: Any) -> list[Fact]:
    """What made it here, and of what."""
    made = str(body.get("repeatpass:made_by", ""))
    if not made:
        return []
    what = "batch" if made.startswith("/batches/") else "run"
    sources = [Fact(label="Made of", text=id, href=f"/collections/{id}") for id in body.get("repeatpass:sources", ())]
    return [Fact(label="Made here by", text=f"The {what} {made.rpartition('/')[2]}", href=made), *sources]


def _time(collection: Collection) -> str:
    start, end = listed.interval_of(collection)
    return f"{words.day(start)} to {words.day(end)}" if start and end else "No date is stated"


def _files(collection: Collection, items: list[Item], files: list[CollectionAsset]) -> Table:
    titles = {item.id: str(item.body.get("properties", {}).get("title", item.id)) for item in items}
    rows = tuple(
        (
            Cell(text=titles.get(file.item or "", "The whole collection"),
                 href=f"/stac/collections/{collection.id}/items/{file.item}" if file.item else ""),
            Cell(text=_named(file, items), href=f"/files/{file.checksum}"),
            Cell(text=file.media_type.partition(";")[0], mono=True),
            Cell(text=words.size(file.size), sort=str(file.size)),
            Cell(text=words.short(file.checksum), mono=True, copy=file.checksum),
        )
        for file in files
    )  # fmt: skip
    columns = tuple(
        Column(title=title, numeric=title == "Size") for title in ("Item", "Asset", "Type", "Size", "SHA-256")
    )
    return Table(caption=f"Files of version {collection.version}", columns=columns, rows=rows)


def _named(file: CollectionAsset, items: list[Item]) -> str:
    """An asset's key, with the layout of a cube beside it."""
    body = next((item.body for item in items if item.id == file.item), {})
    layout = body.get("assets", {}).get(file.key, {}).get("repeatpass:layout", "")
    return f"{file.key} ({layout} layout)" if layout else file.key


def _used_by(desk: Desk, id: str) -> tuple[Link, ...]:
    house = desk.house
    found: list[Link] = []
    for series in desk.every():
        run = next(iter(series.runs), "")
        if run and any(read.collection == id for read in house.runs.provenance(run).inputs):
            found.append(Link(text=series.indicator.title, href=f"/indicators/{series.id}"))
    return tuple(found)
