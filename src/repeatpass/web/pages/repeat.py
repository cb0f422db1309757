"""One repeat: the verdict, the reason, leg by leg and output by output."""

from collections.abc import Mapping
from typing import Any, cast

from repeatpass.core.errors import NotFound
from repeatpass.runs.records import Provenance, Purpose, Run
from repeatpass.verification.comparison.records import Verdict as Found
from repeatpass.verification.records import Repeat
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.pages import saying
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.legs import legs_of
from repeatpass.web.pages.proof import repeat_action
from repeatpass.web.pages.seals import VERDICTS, href_of, person, rows_of, seal_of
from repeatpass.web.views import Download, Fact, Link, OutputComparison, RepeatPage, RunState, Seal

NUMERIC = ("values", "table", "raster")
TRUST = Link(text="Trust", href="/trust")


def repeat_page(desk: Desk, id: str) -> RepeatPage:
    """One repeat, while it is under way and for ever after."""
    house = desk.house
    repeat = house.repeats.repeat(id)
    original = house.runs.run(repeat.original)
    repeated = house.runs.run(repeat.runs[0]) if repeat.runs else None
    done = repeat.verdict is not None
    return RepeatPage(
        title=f"Repeat of {subject_words(desk, original)}",
        path=href_of(repeat),
        description=repeat.summary,
        json_href=f"{href_of(repeat)}.json",
        crumbs=(HOME, TRUST, Link(text=f"Repeat {repeat.id}")),
        of=Link(text=subject_words(desk, original), href=subject_href(original)),
        seal=seal_of(repeat),
        state=_state(repeat, repeated),
        sentence=sentence_of(repeat, repeated),
        when=repeat.finished or repeat.created,
        legs=legs_of(desk, repeat, original, repeated),
        outputs=_outputs(desk, repeat, original, repeated),
        cause=repeat.cause,
        original=_run_link(original),
        repeated=_run_link(repeated) if repeated else None,
        facts=tuple(_facts(desk, repeat, original)),
        again=repeat_action(original.id, original, "run") if done else None,
        history=rows_of(each for each in house.repeats.of(original.id) if each.id != repeat.id),
        events_href="" if done or not repeated else f"/runs/{repeated.id}/events",
        downloads=(Download(label="JSON", href=f"{href_of(repeat)}.json"),),
    )


def _state(repeat: Repeat, repeated: Run | None) -> RunState:
    if repeat.verdict is not None:
        return "succeeded"  # the repeat as a whole: its verdict stands
    return "queued" if repeated is None or str(repeated.state) == "queued" else "running"


def sentence_of(repeat: Repeat, repeated: Run | None) -> str:
    """What came of it, or how it stands."""
    if repeat.verdict is not None:
        return repeat.summary
    if len(repeat.runs) > 1:
        return "The repeat differs; it is made twice more to see whether repeats agree with each other."
    if repeated is not None and repeated.state.final:
        return "The repeat has ended; its outputs are being compared."
    return "The notebook runs again, with everything pinned." if repeat.pinned else "The notebook runs again."


def subject_words(desk: Desk, run: Run) -> str:
    """What was repeated, as people call it."""
    if run.purpose is Purpose.UPDATE:
        return desk.title(run.subject)
    return f"{run.legs.notebook}, run {run.id}"


def subject_href(run: Run) -> str:
    """The page of what was repeated."""
    return f"/indicators/{run.subject}" if run.purpose is Purpose.UPDATE else f"/runs/{run.id}"


def _run_link(run: Run) -> Link:
    return Link(text=f"Run {run.id}, {words.moment(run.finished or run.created)}", href=f"/runs/{run.id}")


def _facts(desk: Desk, repeat: Repeat, original: Run) -> list[Fact]:
    more = [Fact(label="Confirmed by", text=run, href=f"/runs/{run}", mono=True) for run in repeat.runs[1:]]
    swapped = [Fact(label=f"Swapped {leg}", text=str(value), mono=True) for leg, value in repeat.swapped.items()]
    known = "every input of both runs is known" if repeat.full_seal else "inputs not fully known"
    facts = [Fact(label="Asked by", text=person(repeat.actor)), Fact(label="Begun", text=words.moment(repeat.created))]
    if repeat.finished:
        facts += [Fact(label="Verdict reached", text=words.moment(repeat.finished)), Fact(label="Inputs", text=known)]
    return [*facts, *swapped, *more, *_tolerance(desk, original)]


def _tolerance(desk: Desk, original: Run) -> list[Fact]:
    if original.purpose is not Purpose.UPDATE:
        return []
    try:
        indicator = desk.series(original.subject).indicator
    except NotFound:
        return []
    return [Fact(label="Tolerance", text=saying.tolerance_words(indicator.tolerance, indicator.unit))]


def _outputs(desk: Desk, repeat: Repeat, original: Run, repeated: Run | None) -> tuple[OutputComparison, ...]:
    compared = (repeat.comparison or {}).get("outputs", ())
    provenance = desk.house.runs.provenance((repeated or original).id)
    allowed = _allowed(desk, original)
    return tuple(_output(entry, repeated or original, provenance, allowed) for entry in compared)


def _allowed(desk: Desk, original: Run) -> dict[str, str]:
    """The tolerance of each output that has one, in words."""
    try:
        indicator = desk.series(original.subject).indicator if original.purpose is Purpose.UPDATE else None
    except NotFound:
        indicator = None
    if indicator is None:
        return {}
    unit = indicator.map.unit if indicator.map and indicator.map.unit else indicator.unit
    units = {indicator.output: indicator.unit} | ({indicator.map.output: unit} if indicator.map else {})
    return {name: saying.tolerance_words(indicator.tolerance, unit) for name, unit in units.items()}


def _output(entry: Mapping[str, Any], run: Run, provenance: Provenance, allowed: Mapping[str, str]) -> OutputComparison:
    differences = entry.get("differences", ())
    numeric = entry["kind"] in NUMERIC
    worst: Mapping[str, Any] = max(differences, key=lambda each: _number(each.get("maximum_absolute")), default={})
    path = next((output.path for output in provenance.outputs if output.name == entry["name"]), "")
    return OutputComparison(
        name=entry["name"],
        kind=entry["kind"],
        seal=Seal(verdict=VERDICTS[Found(entry["verdict"])]),
        bytes_equal=entry["bytes_identical"],
        sentence="" if entry["bytes_identical"] else _clause(entry["name"], entry["sentence"]),
        max_absolute=_said(worst.get("maximum_absolute"), numeric),
        max_relative=_said(worst.get("maximum_relative"), numeric),
        share=f"{100 * (worst.get('share') or 0):.3g} %" if numeric else "—",
        where=", ".join(f"{name} {at}" for name, at in (worst.get("at") or {}).items()) or "—",
        tolerance=allowed.get(entry["name"], "—"),
        href=f"/runs/{run.id}/outputs/{path}" if path else "",
    )


def _number(value: object) -> float:
    return float("inf") if value == "infinite" else float(cast(float, value or 0))


def _said(value: object, numeric: bool) -> str:
    if value in (None, ""):
        return "0" if numeric else "—"
    return str(value) if isinstance(value, str) else f"{value:.3g}"


def _clause(name: str, sentence: str) -> str:
    """The sentence without the name it begins with: the page writes the name itself."""
    rest = sentence.removeprefix(name).lstrip(" :")
    return rest[:1].upper() + rest[1:]
