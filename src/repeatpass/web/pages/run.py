"""One run, while it runs and for ever after."""

import json
import re
from typing import Any

from repeatpass.core.errors import NotFound
from repeatpass.runs.execution import Failure as Failed
from repeatpass.runs.execution import Limits
from repeatpass.runs.masking import masked_parameters, without_secrets
from repeatpass.runs.records import Provenance, Purpose, Run, State
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.executed import code_cells, executed_notebook
from repeatpass.web.logs import Entry, whole_log
from repeatpass.web.notebook_html import notebook_html
from repeatpass.web.pages.flavours import limits_words
from repeatpass.web.pages.following import following
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.inputs import input_rows, lock_href, output_rows, unrecorded_words
from repeatpass.web.pages.keeping import keeping_of
from repeatpass.web.pages.proof import crate_download, notebook_href
from repeatpass.web.pages.runs import purpose_words
from repeatpass.web.pages.seals import person, seal_of
from repeatpass.web.pages.steps import steps_of
from repeatpass.web.pages.value import cost_of
from repeatpass.web.views import NOTHING, Action, Download, Fact, Failure, Link, LogLine, RunPage

RUNS = Link(text="Runs", href="/runs")
LINES = 400  # of the log on the page; the whole log is one link away
COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # of terminals
LONG = 4000  # letters of one line
WAITING = {State.QUEUED: "Waiting for a free place.", State.RUNNING: "The notebook is being executed."}


def run_page(desk: Desk, id: str) -> RunPage:
    """One run with its steps, log, inputs, outputs and notebook."""
    house = desk.house
    run = house.runs.run(id)
    provenance, log = house.runs.provenance(id), whole_log(house, run)
    kept = not run.deleted
    notebook = executed_notebook(house.files, run) or source_notebook(desk, run)
    final = run.state.final
    path = f"/runs/{id}"
    return RunPage(
        title=f"Run {id}",
        path=path,
        description=f"{purpose_words(desk, run)}: {run.message or WAITING.get(run.state, '')}",
        json_href=f"{path}.json",
        crumbs=(HOME, RUNS, Link(text=f"Run {id}")),
        id=id,
        state=str(run.state),  # type: ignore[arg-type]
        message=run.message or WAITING.get(run.state, f"The run {run.state}."),
        notebook=Link(text=run.legs.notebook, href=notebook_href(run)),
        revision=run.legs.revision,
        facts=tuple(_facts(desk, run)),
        done=done_of(log),
        cells=max((entry.of for entry in log), default=0),
        steps=steps_of(run, log, list(code_cells(notebook))) if kept else (),
        log=tuple(line_of(entry) for entry in log[-LINES:]),
        log_total=len(log),
        log_href=f"{path}/log.txt" if log else "",
        events_href="" if final else f"{path}/events",
        parameters=_parameters(run),
        inputs=input_rows(desk, provenance),
        inputs_known=provenance.fully_known,
        unrecorded=unrecorded_words(provenance),
        outputs=output_rows(run, provenance.outputs, kept=kept),
        resources=cost_of(run),
        failure=_failure(run.failure) if run.failure else None,
        seal=_seal(desk, run),
        cancel=None if final else Action(label="Cancel", href=f"{path}/cancel"),
        again=_again(run) if final else None,
        repeat=_repeat(run) if run.state is State.SUCCEEDED and kept else None,
        keeping=keeping_of(desk, run),
        downloads=_downloads(run),
        notebook_html=notebook_html(notebook) if notebook and run.executed else NOTHING,
    )


def source_notebook(desk: Desk, run: Run) -> Any:
    """The notebook as it was given; None where its file is gone."""
    try:
        return json.loads(desk.house.files.read(run.legs.source))
    except (NotFound, ValueError):
        return None


def done_of(log: list[Entry]) -> int:
    """How many cells are done: those before the one that runs, all of them at the end."""
    if not log:
        return 0
    last = log[-1]
    return last.cell if last.kind == "state" and last.cell else max(0, last.cell - 1)


def line_of(entry: Entry) -> LogLine:
    """A line of the log as the page shows it."""
    text = entry.text if len(entry.text) <= LONG else f"{entry.text[:LONG]} … (the rest is in the whole log)"
    return LogLine(number=entry.number, time=entry.clock, kind=entry.kind, text=text)


def _facts(desk: Desk, run: Run) -> list[Fact]:
    legs = run.legs
    subject = {Purpose.UPDATE: f"/indicators/{run.subject}", Purpose.REPEAT: f"/runs/{run.subject}"}
    facts = [
        Fact(label="Purpose", text=purpose_words(desk, run), href=subject.get(run.purpose, "")),
        Fact(label="Asked by", text=person(run.actor)),
        Fact(label="Asked", text=words.moment(run.created)),
        Fact(label="Started", text=words.moment(run.started) if run.started else "not yet"),
        Fact(label="Finished", text=words.moment(run.finished) if run.finished else "not yet"),
        Fact(label="Environment", text=f"{legs.environment_name} {words.short(legs.environment)}", mono=True,
             copy=legs.environment, href=lock_href(desk, legs.environment)),
        Fact(label="Kit", text=words.short(legs.kit), mono=True, copy=legs.kit),
        Fact(label="Machine", text=legs.machine or "not known", mono=True),
    ]  # fmt: skip
    facts += [*_resources(desk, run), *following(desk, run)]
    return facts + ([Fact(label="Ended by", text=f"the limit of {run.limits_by}")] if run.limits_by else [])


def _resources(desk: Desk, run: Run) -> list[Fact]:
    """What the run may use, and how it is held to that."""
    limits = limits_words(Limits(**run.limits))
    flavour = Fact(label="Flavour", text=run.flavour or "as asked", note=limits)
    return [flavour, *([Fact(label="Kept apart", text=run.isolation)] if run.isolation else [])]


def _parameters(run: Run) -> tuple[Fact, ...]:
    given = masked_parameters(run.parameters).items()
    return tuple(Fact(label=name, text=json.dumps(value, ensure_ascii=False), mono=True) for name, value in given)


def _failure(failed: Failed) -> Failure:
    error = ": ".join(part for part in (failed.ename, failed.evalue) if part)
    trace = COLOURS.sub("", "\n".join(failed.traceback))
    return Failure(cell=failed.cell or 0, source=failed.source, error=error, traceback=trace)


def _seal(desk: Desk, run: Run) -> Any:
    if run.state is not State.SUCCEEDED:
        return None
    return seal_of(desk.house.repeats.latest({run.id}).get(run.id))


def _repeat(run: Run) -> Action:
    return Action(label="Repeat this run", href="/repeats", fields=(("subject", run.id),))


def _again(run: Run) -> Action:
    shown = masked_parameters(run.parameters)
    fields = tuple((name, _text(value)) for name, value in run.parameters.items() if shown[name] == value)
    fields += (("run-flavour", run.flavour),) if run.flavour else ()
    revision = words.short(run.legs.revision)
    return Action(label="Run as new", href=f"/notebooks/{run.legs.notebook}", fields=(("revision", revision), *fields))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _downloads(run: Run) -> tuple[Download, ...]:
    found = [Download(label="JSON", href=f"/runs/{run.id}.json")]
    if run.deleted:
        return tuple(found)
    if run.executed:
        found.insert(0, Download(label="Executed notebook", href=f"/runs/{run.id}/executed.ipynb"))
    return (crate_download(run), *found) if run.state is State.SUCCEEDED else tuple(found)


def run_json(desk: Desk, run: Run, provenance: Provenance) -> dict[str, Any]:
    """The run and everything that it read and left."""
    seal = seal_of(desk.house.repeats.latest({run.id}).get(run.id))
    return {
        "run": without_secrets(run), "keeping": keeping_of(desk, run), "outputs": provenance.outputs, "inputs": provenance.inputs,
        "unrecorded": provenance.unrecorded, "inputs_fully_known": provenance.fully_known, "seal": seal,
    }  # fmt: skip
