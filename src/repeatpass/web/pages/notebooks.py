"""The shelf of notebooks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from repeatpass.notebooks.records import Notebook
from repeatpass.runs.records import Provenance, Run
from repeatpass.verification.records import Repeat
from repeatpass.web import words
from repeatpass.web.desk import Desk, Series
from repeatpass.web.pages.inputs import PICTURES
from repeatpass.web.pages.narrowing import Question, narrow
from repeatpass.web.pages.paging import page_number, pager_of
from repeatpass.web.pages.seals import seal_of
from repeatpass.web.views import Link, NotebookCard, NotebooksPage

DESCRIPTION = "Readable science that runs: each can be opened, run with other parameters, and repeated."

AT_ONCE = 30  # notebooks of a page


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """A notebook, its newest successful run, and what it reads and makes."""

    notebook: Notebook
    run: Run | None
    provenance: Provenance | None
    makes: tuple[Link, ...]
    reads: tuple[Link, ...]
    repeat: Repeat | None


def used(desk: Desk, notebook: Notebook) -> Used:
    """Look up what a notebook is used for."""
    return all_used(desk, [notebook])[0]


def all_used(desk: Desk, notebooks: Sequence[Notebook]) -> list[Used]:
    """Look up what notebooks are used for, all at once."""
    house, every = desk.house, desk.every()
    newest = house.usage.newest_runs([each.id for each in notebooks])
    makers = {each.id: [one for one in every if _makes(one.indicator.notebook, each.id)] for each in notebooks}
    runs = {run for series in makers.values() for one in series for run in one.runs}
    repeats = house.repeats.latest(runs | {run.id for run in newest.values()})
    hidden = house.registry.hidden_from(house.catalog.viewer)
    return [_used(desk, each, newest.get(each.id), makers[each.id], repeats, hidden) for each in notebooks]


def _used(
    desk: Desk,
    notebook: Notebook,
    run: Run | None,
    makers: Sequence[Series],
    repeats: Mapping[str, Repeat],
    hidden: Collection[str],
) -> Used:
    provenance = desk.provenance(run) if run else None
    ids = {id for series in makers for id in series.runs} | ({run.id} if run else set())
    read = dict.fromkeys(each.collection for each in provenance.inputs) if provenance else {}
    return Used(
        notebook=notebook,
        run=run,
        provenance=provenance,
        makes=tuple(Link(text=series.indicator.title, href=f"/indicators/{series.id}") for series in makers),
        reads=tuple(collection_link(desk, id, hidden) for id in read),
        repeat=max((repeats[id] for id in ids if id in repeats), key=lambda each: each.created, default=None),
    )


def collection_link(desk: Desk, id: str, hidden: Collection[str]) -> Link:
    """A collection by its title; only its id, leading nowhere, where there is none to be seen."""
    entry = None if id in hidden else desk.house.registry.entry(id)
    return Link(text=entry.title, href=f"/collections/{id}") if entry else Link(text=id)


def _makes(stated: str, id: str) -> bool:
    return stated.partition("@")[0] == id


def notebooks_page(desk: Desk, asked: Mapping[str, str]) -> NotebooksPage:
    """The shelf, narrowed by ``q``, ``tag``, ``author``, page by page; raise Invalid for a page that is none."""
    number = page_number(asked.get("page", "1"))
    questions: list[Question[Notebook]] = [
        Question(name="tag", title="Subject", values=lambda each: each.latest.about.tags),
        Question(name="author", title="Author", values=lambda each: authors_of(each)),
    ]
    narrowed = narrow("/notebooks", desk.house.shelf.notebooks(), questions, asked, _text, "Search notebooks")
    first = (number - 1) * AT_ONCE
    return NotebooksPage(
        title="Notebooks",
        path="/notebooks",
        description=DESCRIPTION,
        json_href="/notebooks.json",
        search=narrowed.search,
        facets=narrowed.facets,
        cards=tuple(card_of(each) for each in all_used(desk, narrowed.found[first : first + AT_ONCE])),
        pager=pager_of("/notebooks", asked, number, AT_ONCE, len(narrowed.found)),
        total=len(narrowed.found),
    )


def authors_of(notebook: Notebook) -> list[str]:
    """Who wrote it."""
    return list(notebook.latest.about.authors)


def _text(notebook: Notebook) -> str:
    about = notebook.latest.about
    return " ".join((notebook.id, about.title, about.description, *about.tags, *about.authors))


def card_of(known: Used) -> NotebookCard:
    """A notebook in a list, with a figure that it made."""
    latest, run = known.notebook.latest, known.run
    pictures = [each for each in (known.provenance.outputs if known.provenance else ()) if each.media_type in PICTURES]
    return NotebookCard(
        name=known.notebook.id,
        href=f"/notebooks/{known.notebook.id}",
        title=latest.about.title,
        summary=latest.about.description,
        authors=words.listed(authors_of(known.notebook)),
        licence=latest.about.licence,
        revision=latest.revision,
        reads=known.reads,
        makes=known.makes,
        seconds=run.usage.wall_s if run and run.usage else None,
        figure=f"/runs/{run.id}/outputs/{pictures[0].path}" if run and pictures else "",
        seal=seal_of(known.repeat),
    )
