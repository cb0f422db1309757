"""The list of runs."""

from collections.abc import Mapping

from repeatpass.core.errors import Invalid
from repeatpass.runs.records import Purpose, Run, State
from repeatpass.runs.room import Wanted
from repeatpass.web import words
from repeatpass.web.addresses import with_query
from repeatpass.web.desk import Desk
from repeatpass.web.pages.proof import notebook_href
from repeatpass.web.pages.seals import person
from repeatpass.web.views import Facet, FacetValue, Fact, Link, Pager, RunRow, RunsPage

ROWS = 50
DESCRIPTION = "One execution of one notebook with one set of parameters, and everything it left behind."


def runs_page(desk: Desk, asked: Mapping[str, str]) -> RunsPage:
    """All runs, newest first, narrowed by ``state``, ``purpose``, ``notebook``, ``subject``; ``page`` from 1."""
    wanted, number = wanted_of(asked)
    found, total = desk.house.runs.page(wanted)
    return RunsPage(
        title="Runs",
        path="/runs",
        description=DESCRIPTION,
        json_href="/runs.json",
        rows=tuple(row_of(desk, run) for run in found),
        facets=_facets(desk, asked),
        pager=_pager(asked, number, len(found), total),
        queue=_queue(desk),
    )


def wanted_of(asked: Mapping[str, str]) -> tuple[Wanted, int]:
    """Read the address; raise Invalid for a state, purpose or page that does not exist."""
    try:
        states = (State(asked["state"]),) if asked.get("state") else ()
        purpose = Purpose(asked["purpose"]) if asked.get("purpose") else None
        number = max(1, int(asked.get("page") or 1))
    except ValueError as error:
        raise Invalid(f"The list cannot be narrowed that way: {error}.") from None
    offset = (number - 1) * ROWS
    notebook, subject = asked.get("notebook", ""), asked.get("subject", "")
    return Wanted(
        states=states, purpose=purpose, notebook=notebook, subject=subject, limit=ROWS, offset=min(offset, 10**9)
    ), number


def row_of(desk: Desk, run: Run) -> RunRow:
    """A run in a list."""
    return RunRow(
        id=run.id,
        href=f"/runs/{run.id}",
        state=str(run.state),  # type: ignore[arg-type]
        notebook=Link(text=run.legs.notebook, href=notebook_href(run)),
        purpose=purpose_words(desk, run),
        by=person(run.actor),
        created=run.created,
        seconds=run.usage.wall_s if run.usage else None,
        message="" if run.state in (State.SUCCEEDED, State.QUEUED, State.RUNNING) else run.message,
    )


def purpose_words(desk: Desk, run: Run) -> str:
    """Why it was asked for."""
    if run.purpose is Purpose.UPDATE:
        return f"Update of {desk.title(run.subject)}"
    if run.purpose is Purpose.REPEAT:
        return f"Repeat of run {run.subject}"
    return "Trial"


def _facets(desk: Desk, asked: Mapping[str, str]) -> tuple[Facet, ...]:
    counts = desk.house.runs.counts()
    chosen = asked.get("state", "")
    values = tuple(
        FacetValue(
            text=str(state).capitalize(), count=count, selected=chosen == state,
            href=with_query("/runs", state="" if chosen == state else str(state)),
        )
        for state, count in counts.items() if count or chosen == state
    )  # fmt: skip
    return (Facet(title="State", values=values),) if values else ()


def _pager(asked: Mapping[str, str], number: int, shown: int, total: int) -> Pager | None:
    if total <= ROWS:
        return None
    kept = {name: asked.get(name, "") for name in ("state", "purpose", "notebook", "subject")}
    first = (number - 1) * ROWS
    return Pager(
        first=first + 1,
        last=first + shown,
        total=total,
        previous=with_query("/runs", **kept, page=str(number - 1)) if number > 1 else "",
        next=with_query("/runs", **kept, page=str(number + 1)) if first + shown < total else "",
    )


def _queue(desk: Desk) -> tuple[Fact, ...]:
    counts = desk.house.runs.counts()
    slots = words.plural(desk.house.settings.slots, "run")
    return (
        Fact(label="Waiting", text=words.number(counts[State.QUEUED])),
        Fact(label="Running", text=words.number(counts[State.RUNNING]), note=f"of at most {slots} at the same time"),
    )
