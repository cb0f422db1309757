"""One notebook: rendered, its parameters as a form, its runs."""

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from repeatpass.notebooks.records import Notebook, Revision
from repeatpass.runs.room import Wanted
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.executed import executed_notebook
from repeatpass.web.notebook_html import contents, notebook_html
from repeatpass.web.pages.flavours import flavour_choices
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.notebooks import Used, used
from repeatpass.web.pages.parameters import fields_of
from repeatpass.web.pages.runs import purpose_words
from repeatpass.web.pages.seals import person, seal_of
from repeatpass.web.views import Action, Cell, Column, Download, Fact, Link, NotebookPage, Person, Table

NOTEBOOKS = Link(text="Notebooks", href="/notebooks")
LISTED = 10


def notebook_page(
    desk: Desk, id: str, revision: str = "", given: Mapping[str, str] | None = None, error: str = ""
) -> NotebookPage:
    """One notebook at a *revision* (its newest by default); a form that was refused comes back as it was *given*."""
    shelf = desk.house.shelf
    notebook = shelf.notebook(id)
    shown = shelf.revision(id, revision) if revision else notebook.latest
    known = used(desk, notebook)
    about, path = shown.about, f"/notebooks/{id}"
    html = rendered(desk, known, shown)
    return NotebookPage(
        title=about.title,
        path=path,
        description=about.description,
        json_href=f"{path}.json",
        crumbs=(HOME, NOTEBOOKS, Link(text=about.title)),
        name=id,
        summary=about.description,
        revision=shown.revision,
        html=html,
        parameters=fields_of(shown.schema, given or {}, error),
        run=None if notebook.withdrawn else _run(known, shown),
        facts=tuple(_facts(known, shown)),
        flavours=flavour_choices(desk.house.flavours, (given or {}).get("run-flavour") or shown.about.flavour),
        people=tuple(Person(name=name, role="author") for name in about.authors),
        citation=about.citation,
        reads=known.reads,
        makes=known.makes,
        contents=contents(html),
        revisions=_revisions(desk, id),
        runs=_runs(desk, id),
        seal=seal_of(known.repeat),
        downloads=(
            Download(label="Notebook", href=f"/files/{shown.file}"),
            Download(label="JSON", href=f"{path}.json"),
        ),
        error=error,
        withdrawn=_withdrawn(notebook),
    )


def _withdrawn(notebook: Notebook) -> str:
    if notebook.withdrawn is None:
        return ""
    return (
        f"Withdrawn on {words.moment(notebook.withdrawn)}: it can no longer be run anew. Its runs and the passports of "
        "their values stay, and can be repeated."
    )


def rendered(desk: Desk, known: Used, shown: Revision) -> Markup:
    """The notebook with the outputs of its newest run of this revision, or without any; made once and kept."""
    run = known.run if known.run and known.run.legs.revision == shown.revision else None

    def make() -> bytes:
        notebook = executed_notebook(desk.house.files, run) if run else None
        return str(notebook_html(notebook or json.loads(desk.house.shelf.content(shown)))).encode()

    name = run.executed if run else shown.file
    return Markup(desk.drawings.get(f"notebook {name}", make).decode())


def _run(known: Used, shown: Revision) -> Action:
    usage = known.run.usage if known.run else None
    took = f"The last run took {words.duration(usage.wall_s)}. " if usage else ""
    return Action(
        label="Run",
        href=f"/notebooks/{known.notebook.id}",
        fields=(("revision", shown.short),),
        note=f"{took}A trial: it publishes nothing.",
        command=f"repeatpass run {known.notebook.id}",
    )


def _facts(known: Used, shown: Revision) -> list[Fact]:
    process = f"/ogc/processes/{known.notebook.id}"
    return [
        Fact(label="Revision", text=shown.short, mono=True, copy=shown.revision),
        Fact(label="Added", text=words.moment(shown.created), note=f"by {person(shown.author)}"),
        Fact(label="Environment", text=shown.environment, mono=True),
        Fact(label="Licence", text=shown.about.licence or "not stated"),
        Fact(label="Subjects", text=words.listed(list(shown.about.tags)) or "none"),
        *([] if known.notebook.withdrawn else [_process(process)]),
    ]


def _process(path: str) -> Fact:
    return Fact(label="Process", text=path, href=path, mono=True, note="for programs, OGC API")


def _revisions(desk: Desk, id: str) -> Table | None:
    found = desk.house.shelf.revisions(id)
    if len(found) < 2:
        return None
    rows = tuple(
        (
            Cell(text=each.short, href=f"/notebooks/{id}?revision={each.short}", mono=True),
            Cell(text=words.moment(each.created), sort=each.created.isoformat()),
            Cell(text=person(each.author)),
        )
        for each in found
    )
    columns = (Column(title="Revision"), Column(title="Added"), Column(title="By"))
    return Table(caption="Every revision is kept", columns=columns, rows=rows)


def _runs(desk: Desk, id: str) -> Table | None:
    found, total = desk.house.runs.page(Wanted(notebook=id, limit=LISTED))
    if not found:
        return None
    titles = ("Run", "State", "Purpose", "When", "Took")
    rows = tuple(
        (
            Cell(text=run.id, href=f"/runs/{run.id}", mono=True),
            Cell(text=str(run.state).capitalize(), state=str(run.state)),
            Cell(text=purpose_words(desk, run)),
            Cell(text=words.moment(run.created), sort=run.created.isoformat()),
            Cell(text=words.duration(run.usage.wall_s if run.usage else None)),
        )
        for run in found
    )
    columns = tuple(Column(title=title, numeric=title == "Took") for title in titles)
    return Table(caption="Runs of this notebook", columns=columns, rows=rows, total=total)


def notebook_json(desk: Desk, id: str, revision: str = "") -> dict[str, Any]:
    """A notebook as it stands on the shelf."""
    shelf = desk.house.shelf
    notebook = shelf.notebook(id)
    shown = shelf.revision(id, revision) if revision else notebook.latest
    known = used(desk, notebook)
    return {
        "id": id, "owner": notebook.owner, "curated": notebook.curated, "withdrawn": notebook.withdrawn, "revision": shown,
        "reads": known.reads, "makes": known.makes, "seal": seal_of(known.repeat),
        "revisions": [each.revision for each in shelf.revisions(id)],
    }  # fmt: skip
