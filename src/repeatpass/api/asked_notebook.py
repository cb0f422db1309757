"""Carrying out what ``execute-notebook`` was asked: which notebook, in which environment, copied to where."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor
from repeatpass.api.execution import ExecuteNotebook
from repeatpass.api.workspace_files import notebook_in_workspace
from repeatpass.assembly import House
from repeatpass.core.errors import Conflict, Invalid, NotFound
from repeatpass.core.ids import new_id
from repeatpass.core.times import now
from repeatpass.notebooks.kernels import USUAL, environment_for
from repeatpass.runs.copies import Copies, keep_copies
from repeatpass.runs.records import Run
from repeatpass.storage import events
from repeatpass.workspaces.git import committed
from repeatpass.workspaces.placing import checked_place, is_taken

Also = Callable[[sa.Connection], None]
FROM_GIT = "run.from-git"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """The notebook that is meant: the *content* of a file, or (None) the one on the shelf called *name*."""

    name: str
    content: bytes | None
    commit: str = ""


def submit_asked(house: House, actor: Actor, asked: ExecuteNotebook, run_id: str, also: Also, flavour: str = "") -> Run:
    """Queue what was *asked*; everything is checked before anything is kept."""
    run_id = run_id or new_id()
    environment = _environment(house, asked)
    chosen, limits = asked.resources.chosen(house.submitting.flavours)
    found, copies = _found(house, actor, asked), _copies(house, actor, asked, run_id)

    def keep(connection: sa.Connection) -> None:
        also(connection)
        if copies is not None:
            keep_copies(connection, copies)
        if found.commit:
            events.record(connection, FROM_GIT, run_id, commit=found.commit, asked=asked.git_revision)

    facts: dict[str, Any] = {"limits": limits, "flavour": flavour or chosen, "id": run_id, "also": keep}
    if found.content is None:
        return house.submitting.submit(actor, found.name, asked.parameters, environment=environment, **facts)
    facts["environment"] = environment or USUAL
    return house.submitting.submit_file(actor, found.name, found.content, asked.parameters, **facts)


def git_commit(house: House, run: str) -> str:
    """Return the git commit whose notebook *run* executed; empty where none was asked for."""
    query = sa.select(events.events.c.body).where(events.events.c.subject == run, events.events.c.name == FROM_GIT)
    with house.database.read() as connection:
        body = connection.execute(query.limit(1)).scalar()
    return "" if body is None else str(body["commit"])


def _environment(house: House, asked: ExecuteNotebook) -> str:
    """Return the environment that kernel and image stand for; empty, which is the notebook's own, without them."""
    if not asked.kernel and not asked.image:
        return ""
    installed = {house.environments.name(digest) for digest in house.environments.all()}
    return environment_for(asked.kernel, asked.image, installed)


def _found(house: House, actor: Actor, asked: ExecuteNotebook) -> _Found:
    if asked.content is not None:
        if asked.git_revision:
            raise Invalid("git_revision is of a notebook in your workspace; one that is sent has no revision.")
        return _Found(name=asked.notebook, content=asked.content)
    if asked.git_revision:
        path = committed(_workspace(house, actor), asked.notebook, asked.git_revision)
        return _Found(name=asked.notebook, content=path.content, commit=path.commit)
    content = notebook_in_workspace(house.settings.home, actor, asked.notebook)
    if content is not None:
        return _Found(name=asked.notebook, content=content)
    return _Found(name=_on_the_shelf(house, actor, asked.notebook), content=None)


def _on_the_shelf(house: House, actor: Actor, name: str) -> str:
    shelved = name.removesuffix(".ipynb")
    try:
        return house.shelf.find(shelved).name
    except NotFound:
        raise NotFound(
            f"There is no file “{name}” in your workspace (the folder workspaces/{actor.id} of the home) and no "
            f"notebook “{shelved}” on the shelf. Put the file there, or add it with repeatpass notebooks add.",
            notebook=name,
        ) from None


def _copies(house: House, actor: Actor, asked: ExecuteNotebook, run_id: str) -> Copies | None:
    """Return where copies are wanted; raise Invalid for places that are none, Conflict for one that is taken."""
    folder = _place("result_data_directory", asked.result_data_directory, run_id)
    notebook = _executed_place(asked, folder, run_id)
    if not folder and not notebook:
        return None
    if is_taken(_workspace(house, actor), notebook):
        raise Conflict(f"“{notebook}” is in your workspace already and is not overwritten; choose another name.")
    return Copies(run=run_id, workspace=actor.id, notebook=notebook, folder=folder)


def _executed_place(asked: ExecuteNotebook, folder: str, run_id: str) -> str:
    given = asked.output_filename.replace("{job_name}", run_id)
    if given and ("/" in given or not given.endswith(".ipynb") or given == ".ipynb"):
        raise Invalid(
            f"output_filename must be the name of a file ending in .ipynb, without folders; it is “{given[:200]}”. "
            "Name the folder as output_dirname."
        )
    source = PurePosixPath(asked.notebook)
    where = _place("output_dirname", asked.output_dirname, run_id) or folder
    if not given and not where:
        return ""
    # As the earlier platform names it: <stem>_result_<time>_<job>.ipynb
    name = given or f"{source.stem}_result_{now():%Y%m%d-%H%M%S}_{run_id}.ipynb"
    beside = str(source.parent) if source.suffix == ".ipynb" and str(source.parent) != "." else ""
    return checked_place("/".join(part for part in (where or beside, name) if part), "output_filename")


def _place(field: str, given: str, run_id: str) -> str:
    return checked_place(given.replace("{job_name}", run_id), field) if given else ""


def _workspace(house: House, actor: Actor) -> Path:
    return house.settings.home / "workspaces" / actor.id
