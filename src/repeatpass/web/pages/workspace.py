"""The workspace: what its owner's runs use and left, and the secrets that they are told."""

from collections.abc import Mapping
from typing import Any

from repeatpass.access import Actor, Right
from repeatpass.runs.masking import without_secrets
from repeatpass.runs.records import Run
from repeatpass.runs.room import Wanted
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.pages.flavours import time_words
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.keeping import keeping_of
from repeatpass.web.pages.proof import notebook_href
from repeatpass.web.views import (
    Action,
    Bar,
    Cell,
    Column,
    Link,
    ResultRow,
    SecretRow,
    Table,
    WorkspacePage,
)

PATH = "/workspace"
RECENT, LARGEST = 12, 20


def workspace_page(desk: Desk, actor: Actor, given: Mapping[str, str] | None = None, error: str = "") -> WorkspacePage:
    """The workspace of *actor*; a form that was refused comes back with the name that was *given*.

    Raise Forbidden for whoever is not signed in.
    """
    actor.require(Right.RUN)
    return WorkspacePage(
        title="Workspace",
        path=PATH,
        description="Your runs, what they use, what they left, and the secrets that they are told.",
        json_href=f"{PATH}.json",
        crumbs=(HOME, Link(text="Workspace")),
        owner=actor.name,
        bars=_bars(desk, actor),
        runs=_runs(desk, actor),
        results=_results(desk, actor),
        retention=_retention(desk),
        secrets=_secrets(desk, actor),
        secret_name=(given or {}).get("name", ""),
        secret_error=error,
    )


def _bars(desk: Desk, actor: Actor) -> tuple[Bar, ...]:
    quota, used = desk.house.quotas.of(actor.id), desk.house.counting.used(actor.id)
    return (
        _bar("Results kept", used.kept_bytes, quota.kept_bytes, words.size),
        _bar("Runs at the same time", used.running, quota.running, words.number, "Those over it wait."),
        _bar("Runs waiting", used.queued, quota.queued, words.number),
        _bar("CPU time in 24 hours", used.cpu_s, quota.cpu_s, time_words),
    )


def _bar(label: str, used: float, of: float, said: Any, note: str = "") -> Bar:
    percent = min(100.0, round(100 * used / of, 1)) if of else 0.0
    return Bar(label=label, used=said(used), of=said(of) if of else "", percent=percent, note=note if of else "")


def _runs(desk: Desk, actor: Actor) -> Table:
    found, total = desk.house.runs.page(Wanted(actor=actor.id, limit=RECENT))
    titles = ("Run", "State", "Notebook", "Flavour", "When", "Took")
    return Table(
        caption="Runs, newest first",
        columns=tuple(Column(title=title, numeric=title == "Took") for title in titles),
        rows=tuple(_run_row(run) for run in found),
        total=total,
        empty="Your runs will be listed here. Open a notebook and press Run.",
    )


def _run_row(run: Run) -> tuple[Cell, ...]:
    return (
        Cell(text=run.id, href=f"/runs/{run.id}", mono=True),
        Cell(text=str(run.state).capitalize(), state=str(run.state)),
        Cell(text=run.legs.notebook, href=notebook_href(run)),
        Cell(text=run.flavour or "as asked"),
        Cell(text=words.moment(run.created), sort=run.created.isoformat()),
        Cell(text=words.duration(run.usage.wall_s if run.usage else None)),
    )


def _results(desk: Desk, actor: Actor) -> tuple[ResultRow, ...]:
    found = desk.house.retention.largest(actor.id, LARGEST)
    resting = desk.house.retention.resting([run.id for run, _ in found])
    rows = []
    for run, size in found:
        keeping = keeping_of(desk, run, resting.get(run.id, ""), back=PATH)
        if keeping is not None:
            notebook = Link(text=run.legs.notebook, href=notebook_href(run))
            link = Link(text=run.id, href=f"/runs/{run.id}")
            rows.append(ResultRow(run=link, notebook=notebook, finished=run.finished, size=size, keeping=keeping))
    return tuple(rows)


def _retention(desk: Desk) -> str:
    after = desk.house.retention.after
    if after is None:
        return "Results are kept for ever, unless you delete them or set a day."
    days = words.plural(after.days, "day")
    return (
        f"Results of trials are kept for {days}, then deleted, unless something rests on them or you keep them. "
        "Each says until when."
    )


def _secrets(desk: Desk, actor: Actor) -> tuple[SecretRow, ...]:
    return tuple(
        SecretRow(
            name=secret.name,
            updated=secret.updated,
            remove=Action(label="Remove", href=f"{PATH}/secrets/remove", fields=(("name", secret.name),)),
        )
        for secret in desk.house.secrets.of(actor)
    )


def workspace_json(desk: Desk, actor: Actor) -> dict[str, Any]:
    """The workspace as its owner's programs read it."""
    actor.require(Right.RUN)
    house = desk.house
    found, total = house.runs.page(Wanted(actor=actor.id, limit=RECENT))
    largest = house.retention.largest(actor.id, LARGEST)
    resting = house.retention.resting([run.id for run, _ in largest])
    return {
        "owner": actor.id, "quota": house.quotas.of(actor.id), "used": house.counting.used(actor.id),
        "secrets": house.secrets.of(actor), "runs": [without_secrets(run) for run in found], "runs_total": total,
        "results": [
            {"run": run.id, "notebook": run.legs.notebook, "size": size, "kept_until": run.kept_until,
             "rests": resting.get(run.id, "")}
            for run, size in largest
        ],
        "retention": _retention(desk),
        "expiring": [{"run": run.id, "kept_until": run.kept_until} for run in house.retention.expiring(owner=actor.id)],
    }  # fmt: skip
