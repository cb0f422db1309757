"""The few lines of proof that stand beside a value: notebook, environment, inputs, run."""

from repeatpass.indicators.records import Value
from repeatpass.runs.records import Provenance, Run
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.pages import saying
from repeatpass.web.views import Action, Download, Fact

REPEAT_NOTE = "Runs the notebook again with everything pinned and compares every output."


def notebook_fact(run: Run) -> Fact:
    """What ran, exactly."""
    legs = run.legs
    short = words.short(legs.revision)
    return Fact(
        label="Notebook", text=f"{legs.notebook} @ {short}", href=notebook_href(run), mono=True, copy=legs.revision
    )


def notebook_href(run: Run) -> str:
    """The address of the revision that ran."""
    return f"/notebooks/{run.legs.notebook}?revision={words.short(run.legs.revision)}"


def inputs_words(provenance: Provenance) -> str:
    """How many files of what size."""
    total = sum(read.size for read in provenance.inputs)
    return f"{words.plural(len(provenance.inputs), 'file')}, {words.size(total)}" if provenance.inputs else "None"


def proof_of(desk: Desk, value: Value) -> tuple[Fact, ...]:
    """The lines of proof of *value*."""
    run, provenance = desk.run(value.run)
    passport = saying.value_href(value)
    known = "" if provenance.fully_known else "not fully known"
    facts = [
        notebook_fact(run),
        Fact(
            label="Environment", text=f"{run.legs.environment_name} {words.short(run.legs.environment)}", mono=True,
            copy=run.legs.environment,
        ),
        Fact(label="Inputs", text=inputs_words(provenance), href=f"{passport}#inputs", note=known),
        Fact(label="Run", text=run.id, href=f"/runs/{run.id}", mono=True, copy=run.id),
    ]  # fmt: skip
    took = f"in {words.duration(run.usage.wall_s)}" if run.usage else ""
    return (*facts, Fact(label="Made", text=words.moment(run.finished), note=took))


def crate_download(run: Run) -> Download:
    """The one file that a stranger can repeat the run from."""
    return Download(label="Crate", href=f"/runs/{run.id}/crate.zip", note="to repeat it anywhere")


def repeat_action(subject: str, run: Run | None, what: str = "value") -> Action:
    """The button that repeats *subject*, a run or indicator/place/time."""
    about = f" About {words.duration(run.usage.wall_s)}." if run and run.usage else ""
    return Action(
        label=f"Repeat this {what}",
        href="/repeats",
        fields=(("subject", subject),),
        note=REPEAT_NOTE + about,
        command=f"repeatpass repeat {subject}",
    )
