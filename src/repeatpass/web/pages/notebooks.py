"""The shelf of notebooks."""

from collections.abc import Mapping
from dataclasses import dataclass

from repeatpass.notebooks.records import Notebook
from repeatpass.runs.records import Provenance, Run, State
from repeatpass.runs.room import Wanted
from repeatpass.verification.records import Repeat
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.pages.inputs import PICTURES
from repeatpass.web.pages.narrowing import Question, narrow
from repeatpass.web.pages.seals import seal_of
from repeatpass.web.views import Link, NotebookCard, NotebooksPage

DESCRIPTION = "Readable science that runs: each can be opened, run with other parameters, and repeated."


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
    house = desk.house
    runs, _total = house.runs.page(Wanted(notebook=notebook.id, states=(State.SUCCEEDED,), limit=1))
    run = runs[0] if runs else None
    provenance = desk.run(run.id)[1] if run else None
    titles = {entry.id: entry.title for entry in house.catalog.collections()}
    read = dict.fromkeys(each.collection for each in provenance.inputs) if provenance else {}
    every = [series for series in desk.every() if _makes(series.indicator.notebook, notebook.id)]
    makers = {id for series in every for id in series.runs}
    found = house.repeats.latest(makers | ({run.id} if run else set()))
    return Used(
        notebook=notebook,
        run=run,
        provenance=provenance,
        makes=tuple(Link(text=series.indicator.title, href=f"/indicators/{series.id}") for series in every),
        reads=tuple(Link(text=titles.get(id, id), href=f"/collections/{id}" if id in titles else "") for id in read),
        repeat=max(found.values(), key=lambda each: each.created, default=None),
    )


def _makes(stated: str, id: str) -> bool:
    return stated.partition("@")[0] == id


def notebooks_page(desk: Desk, asked: Mapping[str, str]) -> NotebooksPage:
    """The shelf, narrowed by ``q``, ``tag``, ``author``."""
    questions: list[Question[Notebook]] = [
        Question(name="tag", title="Subject", values=lambda each: each.latest.about.tags),
        Question(name="author", title="Author", values=lambda each: authors_of(each)),
    ]
    narrowed = narrow("/notebooks", desk.house.shelf.notebooks(), questions, asked, _text, "Search notebooks")
    return NotebooksPage(
        title="Notebooks",
        path="/notebooks",
        description=DESCRIPTION,
        json_href="/notebooks.json",
        search=narrowed.search,
        facets=narrowed.facets,
        cards=tuple(card_of(used(desk, each)) for each in narrowed.found),
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
