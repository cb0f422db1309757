"""Usage examples: notebooks of the house that open a collection, found by themselves, and others that it links."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from repeatpass.catalog.records import Collection
from repeatpass.catalog.registry import Entry, asked_of, find
from repeatpass.catalog.registry.plain import records_in
from repeatpass.core.errors import NotFound
from repeatpass.notebooks.records import Notebook
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.links import safe
from repeatpass.web.pages.collections import shelves
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.views import Link
from repeatpass.web.views.collections import ExampleCard, ExamplesPage

PATH = "/registry/examples"
LINKED = "example"  # the relation of a link to a usage example (STAC extension example-links)
KINDS = {"Tutorials": "Tutorial", "Tools & Applications": "Tool or application", "Publications": "Publication"}
DESCRIPTION = (
    "What others did with the data: notebooks of this house that open a collection, found by reading them and by what "
    "their runs have read, and examples elsewhere that its makers name."
)


def examples_of(desk: Desk, collection: Collection) -> tuple[ExampleCard, ...]:
    """The usage examples of one collection: notebooks here first."""
    found = (_notebook(desk, id) for id in desk.house.usage.of(collection.id))
    return (*(card_of(each) for each in found if each), *linked_of(collection))


def _notebook(desk: Desk, id: str) -> Notebook | None:
    try:
        return desk.house.shelf.notebook(id)
    except NotFound:
        return None


def card_of(notebook: Notebook) -> ExampleCard:
    """A notebook of the house as an example."""
    about = notebook.latest.about
    return ExampleCard(
        title=about.title,
        href=f"/notebooks/{notebook.id}",
        summary=about.description,
        by=words.listed(list(about.authors)),
    )


def linked_of(collection: Collection) -> tuple[ExampleCard, ...]:
    """Examples elsewhere, as the document links them."""
    return tuple(
        ExampleCard(
            title=str(link.get("title") or link["href"]),
            href=safe(link.get("href")),
            summary=str(link.get("description") or ""),
            by=str(link.get("repeatpass:author") or ""),
            kind=KINDS.get(str(link.get("repeatpass:group")), "Notebook" if _is_notebook(link) else "Example"),
            outside=not str(link["href"]).startswith("/"),
        )
        for link in records_in(collection.body.get("links"))
        if link.get("rel") == LINKED and safe(link.get("href"))
    )


def _is_notebook(link: Mapping[str, Any]) -> bool:
    return str(link.get("type")) == "application/x-ipynb+json"


def examples_page(desk: Desk, tag: str = "") -> ExamplesPage:
    """All usage examples by collection; with *tag*, those of its collections. Raise NotFound for an unknown tag."""
    house = desk.house
    hidden = house.registry.hidden_from(house.catalog.viewer)
    found = find(house.registry.entries(), asked_of([("tag", tag)]), house.usage.counts(), hidden)
    if tag and not found.entries:
        raise NotFound(f"No collection has the tag “{tag}”.", tag=tag)
    spelled = next((each.text for each in found.facets["tag"] if each.value in asked_of([("tag", tag)]).tags), tag)
    groups = _groups(desk, found.entries)
    path = f"{PATH}/{quote(tag, safe='')}" if tag else PATH
    return ExamplesPage(
        title=f"Usage examples: {spelled}" if tag else "Usage examples",
        path=path,
        description=DESCRIPTION,
        json_href=f"{path}.json",
        crumbs=(HOME, Link(text="Collections", href="/collections"),
                *([Link(text="Usage examples", href=PATH), Link(text=spelled)] if tag else [Link(text="Usage examples")])),
        groups=groups,
        total=len({card.href for _, cards in groups for card in cards}),
        shelves=shelves(PATH),
    )  # fmt: skip


def _groups(desk: Desk, entries: Sequence[Entry]) -> tuple[tuple[Link, tuple[ExampleCard, ...]], ...]:
    examples = desk.house.usage.examples()
    notebooks = {each.id: card_of(each) for each in desk.house.shelf.notebooks()}
    wanted = [each for each in entries if each.id in examples or each.linked]
    bodies = {each.id: each for each in desk.house.catalog.some([each.id for each in wanted if each.linked])}
    return tuple(
        (Link(text=entry.title, href=f"/collections/{entry.id}"), cards)
        for entry in wanted
        if (cards := _cards(examples.get(entry.id, ()), notebooks, bodies.get(entry.id)))
    )


def _cards(
    ids: Iterable[str], notebooks: Mapping[str, ExampleCard], collection: Collection | None
) -> tuple[ExampleCard, ...]:
    here = tuple(notebooks[id] for id in sorted(ids) if id in notebooks)
    return here + (linked_of(collection) if collection else ())
