"""The list of batches, and one batch."""

import json
from collections.abc import Mapping
from typing import Any

from repeatpass.batches.masking import masked_batch, masked_body, masked_part
from repeatpass.batches.records import Batch, BatchState, Estimate, Part, PartState, Standing, Trouble
from repeatpass.batches.words import duration, size, spread
from repeatpass.core.errors import Invalid
from repeatpass.web import words
from repeatpass.web.addresses import with_query
from repeatpass.web.batch_map import draw
from repeatpass.web.desk import Desk
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.merging import merge_form, merges_of
from repeatpass.web.pages.seals import person
from repeatpass.web.views import Action, Cell, Column, Download, Fact, Link, Pager, Table
from repeatpass.web.views.batches import AreaMap, BatchesPage, BatchPage, BatchRow, Tally, TroubleRow

ROWS = 50
BATCHES = Link(text="Batches", href="/batches")
DESCRIPTION = (
    "A notebook over areas, time steps and parameters: every part is a run of its own, and none is done twice."
)
WORDS = {
    PartState.DONE: "Done", PartState.REUSED: "Done before", PartState.RUNNING: "Running", PartState.WAITING: "Waiting",
    PartState.FAILED: "Failed", PartState.CANCELLED: "Cancelled",
}  # fmt: skip
SAYING = {
    BatchState.RUNNING: "{final} of {parts} parts are through.",
    BatchState.PAUSED: "Paused with {final} of {parts} parts through.",
    BatchState.CANCELLED: "Cancelled with {final} of {parts} parts through.",
}
SHAPE = {BatchState.RUNNING: "running", BatchState.PAUSED: "queued", BatchState.CANCELLED: "cancelled"}


def batches_page(desk: Desk, asked: Mapping[str, str]) -> BatchesPage:
    """All batches, newest first; ``page`` from 1."""
    number = number_of(asked, "page", 1)
    offset = (number - 1) * ROWS
    found, total = desk.house.batches.page(limit=ROWS, offset=offset)
    counts = desk.house.batches.counts([batch.id for batch in found])
    return BatchesPage(
        title="Batches",
        path="/batches",
        description=DESCRIPTION,
        json_href="/batches.json",
        rows=tuple(_row(batch, counts[batch.id]) for batch in found),
        pager=_pager("/batches", {}, number, len(found), total),
    )


def number_of(asked: Mapping[str, str], name: str, default: int) -> int:
    """Read a whole number of an address; raise Invalid for anything else."""
    text = asked.get(name) or str(default)
    if not text.isdigit() or len(text) > 9:
        raise Invalid(f"{name} must be a whole number; it is “{text[:40]}”.", field=name)
    return max(int(text), default and 1)


def _row(batch: Batch, counts: Mapping[PartState, int]) -> BatchRow:
    return BatchRow(
        href=f"/batches/{batch.id}",
        name=batch.name,
        state=state_word(batch, counts),
        notebook=Link(text=batch.notebook, href=f"/notebooks/{batch.notebook}"),
        parts=batch.parts,
        tallies=tallies(counts),
        by=person(batch.actor),
        created=batch.created,
    )


def state_word(batch: Batch, counts: Mapping[PartState, int]) -> str:
    """The class that gives the state its shape and colour."""
    if batch.state is BatchState.FINISHED:
        return "failed" if counts.get(PartState.FAILED) else "succeeded"
    return SHAPE[batch.state]


def tallies(counts: Mapping[PartState, int], href: str = "") -> tuple[Tally, ...]:
    """How many parts are in each state that any is in."""
    total = sum(counts.values()) or 1
    return tuple(
        Tally(state=state.value, word=word, count=count, share=round(100 * count / total, 2),
              href=f"{href}{state}" if href else "")
        for state, word in WORDS.items() if (count := counts.get(state, 0))
    )  # fmt: skip


def batch_page(desk: Desk, id: str, asked: Mapping[str, str]) -> BatchPage:
    """One batch; ``state``, ``area`` and ``page`` narrow the table of parts."""
    room = desk.house.batches
    batch = room.batch(id)
    standing, path = room.standing(batch), f"/batches/{id}"
    state, area, number = _narrowing(asked)
    table, pager, shown = _parts(desk, batch, standing, state, area, number)
    moving = batch.state is BatchState.RUNNING or bool(standing.counts[PartState.RUNNING])
    return BatchPage(
        title=batch.name,
        path=path,
        description=f"A batch of {batch.parts:,} parts with the notebook {batch.notebook}.",
        json_href=f"{path}.json",
        crumbs=(HOME, BATCHES, Link(text=batch.name)),
        id=id,
        state=state_word(batch, standing.counts),
        sentence=sentence(batch, standing),
        notebook=Link(text=batch.notebook, href=f"/notebooks/{batch.notebook}?revision={batch.legs.revision[:12]}"),
        final=standing.final,
        parts=batch.parts,
        tallies=tallies(standing.counts, f"{path}?state="),
        facts=_facts(batch, standing),
        estimate=estimate_facts(batch.estimate),
        map=map_of(desk, batch),
        troubles=tuple(_trouble(trouble) for trouble in room.troubles(id)),
        table=table,
        shown=shown,
        pager=pager,
        actions=_actions(batch, standing),
        events_href=f"{path}/events" if moving else "",
        downloads=(
            Download(label="Parts as JSON", href=f"{path}/parts.json"),
            Download(label="Areas as GeoJSON", href=f"{path}/parts.geojson"),
        ),
        specification=json.dumps(_shortened(masked_body(batch.specification.body)), indent=2, ensure_ascii=False),
        merges=merges_of(desk, id),
        merge=merge_form(desk, batch),
    )


def sentence(batch: Batch, standing: Standing) -> str:
    """How a batch stands, in one sentence."""
    if batch.state is BatchState.FINISHED:
        return batch.message
    words_ = SAYING[batch.state].format(final=f"{standing.final:,}", parts=f"{batch.parts:,}")
    return f"{words_} {batch.message}".strip() if batch.state is BatchState.RUNNING else words_


def map_of(desk: Desk, batch: Batch) -> AreaMap | None:
    """The map of a batch with areas."""
    areas = desk.house.batches.areas(batch.id)
    if not areas:
        return None
    known = desk.outlines.of(batch.id, areas)
    return draw(areas, known, desk.house.batches.by_area(batch.id), f"/batches/{batch.id}?area=")


def _narrowing(asked: Mapping[str, str]) -> tuple[PartState | None, int | None, int]:
    state = asked.get("state", "")
    if state and state not in set(PartState):
        raise Invalid(f"state: “{state[:40]}” is no state of a part. Right would be: {', '.join(PartState)}.")
    area = number_of(asked, "area", 0) if asked.get("area") else None
    return (PartState(state) if state else None), area, number_of(asked, "page", 1)


def _parts(
    desk: Desk, batch: Batch, standing: Standing, state: PartState | None, area: int | None, number: int
) -> tuple[Table, Pager | None, str]:
    room, offset = desk.house.batches, (number - 1) * ROWS
    states = (state,) if state else ()
    found = room.parts(batch.id, states=states, area=area, limit=ROWS, offset=offset)
    total = standing.counts[state] if state else batch.parts
    if area is not None:
        total = sum(count for each, count in room.by_area(batch.id).get(area, {}).items() if state in (None, each))
    names = {each.number: each.name for each in room.areas(batch.id)} if batch.specification.body.get("areas") else {}
    kept = {"state": str(state or ""), "area": "" if area is None else str(area)}
    where = f" in {names.get(area, area)}" if area is not None else ""
    shown = f"{WORDS[state].lower() if state else 'all'}{where}"
    return _table(batch, found, names, shown), _pager(f"/batches/{batch.id}", kept, number, len(found), total), shown


def _table(batch: Batch, found: list[Part], names: Mapping[int, str], shown: str) -> Table:
    vary, timed = batch.specification.body.get("vary", {}), "times" in batch.specification.body
    wanted = {"Part": True, "State": True, "Area": bool(names), "Time": timed, "Varied": bool(vary)}
    wanted |= {"Tries": True, "Run": True, "Reason": any(part.reason for part in found)}
    columns = [Column(title=title, numeric=title == "Tries") for title, is_there in wanted.items() if is_there]
    rows = [zip(wanted.values(), _part(part, names, vary), strict=True) for part in found]
    return Table(
        caption=f"Parts: {shown}",
        columns=tuple(columns),
        rows=tuple(tuple(cell for is_there, cell in row if is_there) for row in rows),
        empty="No part is like that.",
    )


def _part(part: Part, names: Mapping[int, str], vary: Mapping[str, Any]) -> tuple[Cell, ...]:
    shown = masked_part(part).parameters
    varied = ", ".join(f"{name} = {shown.get(name)}" for name in vary)
    href = f"/runs/{part.run}" if part.run else ""
    return (
        Cell(text=str(part.number), sort=str(part.number)), Cell(text=WORDS[part.state], state=part.state.value),
        Cell(text=names.get(part.area, "") if part.area is not None else ""), Cell(text=part.time), Cell(text=varied),
        Cell(text=str(part.tries), sort=str(part.tries)), Cell(text=part.run, href=href, mono=True),
        Cell(text=part.reason),
    )  # fmt: skip


def _pager(path: str, kept: Mapping[str, str], number: int, shown: int, total: int) -> Pager | None:
    if total <= ROWS:
        return None
    first = (number - 1) * ROWS
    return Pager(
        first=first + 1,
        last=first + shown,
        total=total,
        previous=with_query(path, **kept, page=str(number - 1)) if number > 1 else "",
        next=with_query(path, **kept, page=str(number + 1)) if first + shown < total else "",
    )


def _facts(batch: Batch, standing: Standing) -> tuple[Fact, ...]:
    facts = [Fact(label="Begun", text=f"{words.moment(batch.created)} by {person(batch.actor)}")]
    if batch.finished:
        took = duration((batch.finished - batch.resumed).total_seconds())
        facts.append(Fact(label="Ended", text=f"{words.moment(batch.finished)}, after {took}"))
    if standing.per_hour:
        facts.append(Fact(label="Pace", text=f"{_pace(standing.per_hour)} parts an hour"))
    if standing.eta_s:
        facts.append(Fact(label="Left", text=f"about {duration(standing.eta_s)}"))
    facts.append(Fact(label="CPU time", text=duration(standing.cpu_s) if standing.cpu_s else "none yet"))
    facts.append(Fact(label="Notebook", text=f"{batch.notebook}@{batch.legs.revision[:12]}", mono=True))
    return tuple(facts)


def _pace(per_hour: float) -> str:
    return f"{per_hour:,.0f}" if per_hour >= 10 else f"{per_hour:.1f}"


def estimate_facts(estimate: Estimate) -> tuple[Fact, ...]:
    """What the batch was expected to cost."""
    known = [
        ("CPU time", spread(estimate.cpu_s) if estimate.cpu_s else ""),
        ("Duration", f"{spread(estimate.wall_s)}, {estimate.lanes} at a time" if estimate.wall_s else ""),
        ("Results", size(estimate.bytes) if estimate.bytes else ""),
        ("Memory of a part", size(estimate.peak_bytes) if estimate.peak_bytes else ""),
    ]
    return (
        *(Fact(label=label, text=text) for label, text in known if text),
        Fact(label="From", text=estimate.sentence),
    )


def _trouble(trouble: Trouble) -> TroubleRow:
    links = tuple(
        Link(text=f"part {part}", href=f"/runs/{run}") for part, run in zip(trouble.parts, trouble.runs, strict=True)
    )
    return TroubleRow(reason=trouble.reason, count=trouble.count, runs=links)


def _actions(batch: Batch, standing: Standing) -> tuple[Action, ...]:
    path, counts = f"/batches/{batch.id}", standing.counts
    again = counts[PartState.FAILED] + counts[PartState.CANCELLED]
    offered = {
        "pause": batch.state is BatchState.RUNNING,
        "resume": batch.state in (BatchState.PAUSED, BatchState.CANCELLED),
        "retry": bool(again),
        "cancel": batch.state in (BatchState.RUNNING, BatchState.PAUSED),
    }
    labels = {"pause": "Pause", "resume": "Resume", "retry": f"Try {again:,} again", "cancel": "Cancel"}
    return tuple(Action(label=labels[verb], href=f"{path}/{verb}") for verb, can in offered.items() if can)


def _shortened(body: Mapping[str, Any]) -> dict[str, Any]:
    """The specification without the many points of its features."""
    places = dict(body.get("areas", {}))
    if isinstance(places.get("features"), Mapping):
        count = len(places["features"].get("features", [0]))
        places["features"] = f"{count:,} {'feature' if count == 1 else 'features'}"
    return dict(body) | ({"areas": places} if places else {})


def batch_json(desk: Desk, id: str) -> dict[str, Any]:
    """A batch for programs."""
    room = desk.house.batches
    batch = room.batch(id)
    standing = room.standing(batch)
    return {
        "batch": masked_batch(batch),
        "counts": {str(state): count for state, count in standing.counts.items()},
        "final": standing.final, "per_hour": standing.per_hour, "eta_s": standing.eta_s, "cpu_s": standing.cpu_s,
        "troubles": room.troubles(id),
        "merges": desk.house.merges.standing(id),
        "links": {name: f"/batches/{id}/{name}" for name in ("parts.json", "parts.geojson", "events")},
    }  # fmt: skip
