"""The passport of one value."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from repeatpass.core.times import iso_short, parse_time
from repeatpass.indicators.records import Value, ValueState
from repeatpass.runs.masking import masked_parameters
from repeatpass.runs.records import Run
from repeatpass.verification.passport import Passport, passport_of
from repeatpass.web import words
from repeatpass.web.addresses import with_query
from repeatpass.web.desk import Desk
from repeatpass.web.executed import cell_source, executed_notebook
from repeatpass.web.pages import saying
from repeatpass.web.pages.charting import place_name
from repeatpass.web.pages.indicator import HOME, INDICATORS
from repeatpass.web.pages.inputs import input_rows, lock_href, output_row, unrecorded_words
from repeatpass.web.pages.proof import crate_download, notebook_href, repeat_action
from repeatpass.web.pages.resting import changed_of, since_words
from repeatpass.web.pages.seals import person, rows_of, seal_of
from repeatpass.web.views import Cell, Column, Download, Fact, Link, Person, Reading, Table, ValuePage


def passport(desk: Desk, id: str, place: str, time: str, revision: int | None = None) -> Passport:
    """The passport; raise NotFound if there is no such value, Invalid if *time* is no time."""
    house = desk.house
    return passport_of(house.indicators, house.runs, house.repeats, id, place, parse_time(time), revision)


def value_page(desk: Desk, found: Passport) -> ValuePage:
    """How one value was made, line by line."""
    indicator, value, run, provenance = found.indicator, found.value, found.run, found.provenance
    path, label = saying.value_href(value), saying.time_words(value.time, indicator.cadence, value.flag)
    output = found.output
    return ValuePage(
        title=f"{indicator.title}, {place_name(indicator, value.place)}, {label}",
        path=path,
        description=f"How the value of {label} was made, line by line.",
        json_href=_json_href(value),
        crumbs=(HOME, INDICATORS, _indicator(found), Link(text=f"Passport of {label}")),
        id=found.subject,
        indicator=_indicator(found),
        place=Link(
            text=place_name(indicator, value.place), href=with_query(f"/indicators/{value.indicator}", place=value.place)
        ),
        reading=_reading(desk, found),
        seal=seal_of(found.latest),
        resting=since_words(changed_inputs(desk, found)),
        strip=_strip(found),
        run=Link(text=run.id, href=f"/runs/{run.id}"),
        made=run.finished or run.created,
        notebook=tuple(_notebook(desk, found)),
        parameters=tuple(
            Fact(label=name, text=json.dumps(given, ensure_ascii=False), mono=True)
            for name, given in masked_parameters(run.parameters).items()
        ),
        environment=tuple(_environment(desk, found)),
        inputs=input_rows(desk, provenance),
        inputs_known=provenance.fully_known,
        unrecorded=unrecorded_words(provenance),
        output=output_row(run, output) if output else None,
        cell=output.cell if output else None,
        cell_source=cell_source(executed_notebook(desk.house.files, run), output.cell if output else None),
        cost=(*cost_of(run), *_kept_apart(run)),
        people=_people(found),
        repeats=rows_of(found.repeats),
        repeat=repeat_action(found.subject, run),
        revisions=_revisions(found) if len(found.history) > 1 else None,
        **_neighbours(desk, found),
        downloads=(crate_download(run), Download(label="JSON", href=_json_href(value)),
                   Download(label="Executed notebook", href=f"/runs/{run.id}/executed.ipynb")),
        permalink=saying.value_href(value, revision=True),
    )  # fmt: skip


def changed_inputs(desk: Desk, found: Passport) -> Sequence[str]:
    """Which inputs of a current value have other bytes now."""
    return changed_of(desk, desk.series(found.indicator.id)).get(found.run.id, ())


def _json_href(value: Value) -> str:
    path, _, query = saying.value_href(value, revision=True).partition("?")
    return f"{path}.json?{query}"


def _indicator(found: Passport) -> Link:
    return Link(text=found.indicator.title, href=f"/indicators/{found.indicator.id}")


def _reading(desk: Desk, found: Passport) -> Reading:
    values = desk.series(found.indicator.id).by_place.get(found.value.place, [found.value])
    digits = saying.digits_of(value.value for value in values)
    said = saying.reading_of(found.indicator, found.value, digits)
    newest = max((each.revision for each in found.history if each.state is ValueState.RELEASED), default=0)
    if found.value.state is ValueState.RELEASED and found.value.revision < newest:
        by = next(each for each in found.history if each.revision == newest)
        return replace(said, state="superseded", reason=f"Revision {newest} took its place. {by.reason}".strip())
    return said


def _strip(found: Passport) -> tuple[Fact, ...]:
    value, run = found.value, found.run
    exact = "none" if value.value is None else repr(value.value)
    unit = saying.unit_of(found.indicator.unit)
    output = found.output.checksum if found.output else ""
    return (
        Fact(label="Value", text=f"{exact} {unit}".strip(), copy=exact),
        Fact(label="Subject", text=found.subject, copy=found.subject, href=saying.value_href(value)),
        Fact(label="Revision", text=str(value.revision), href=saying.value_href(value, revision=True)),
        Fact(label="Notebook", text=run.name, copy=f"{run.legs.notebook}@{run.legs.revision}", href=notebook_href(run)),
        Fact(label="Environment", text=words.short(run.legs.environment), copy=run.legs.environment),
        Fact(label="Output", text=words.short(output) if output else "none", copy=output),
        Fact(label="Run", text=run.id, copy=run.id, href=f"/runs/{run.id}"),
    )


def _notebook(desk: Desk, found: Passport) -> list[Fact]:
    legs = found.run.legs
    facts = [
        Fact(label="Name", text=legs.notebook, href=notebook_href(found.run)),
        Fact(label="Revision", text=words.short(legs.revision), mono=True, copy=legs.revision,
             note="SHA-256 of its text and code"),
        Fact(label="File", text=words.short(legs.source), mono=True, copy=legs.source, href=f"/files/{legs.source}"),
    ]  # fmt: skip
    about = desk.house.shelf.revision(legs.notebook, legs.revision).about if _on_shelf(desk, found) else None
    if about:
        facts += [Fact(label="Licence", text=about.licence)] if about.licence else []
        facts += [Fact(label="Authors", text=words.listed(list(about.authors)))] if about.authors else []
    return facts


def _on_shelf(desk: Desk, found: Passport) -> bool:
    legs = found.run.legs
    return any(each.revision == legs.revision for each in desk.house.shelf.revisions(legs.notebook))


def _environment(desk: Desk, found: Passport) -> list[Fact]:
    legs = found.run.legs
    packages = len(desk.house.environments.packages(legs.environment))
    return [
        Fact(label="Name", text=legs.environment_name),
        Fact(label="Lock", text=words.short(legs.environment), mono=True, copy=legs.environment,
             href=lock_href(desk, legs.environment), note=f"{words.plural(packages, 'package')}, each by checksum"),
        Fact(label="Kit", text=words.short(legs.kit), mono=True, copy=legs.kit),
        Fact(label="Machine", text=legs.machine or "not known", mono=True),
    ]  # fmt: skip


def cost_of(run: Any) -> tuple[Fact, ...]:
    """What a run used."""
    usage = run.usage
    if usage is None:
        return ()
    return (
        Fact(label="Took", text=words.duration(usage.wall_s)),
        Fact(label="Processor", text=words.duration(usage.cpu_s)),
        Fact(label="Memory", text=words.size(usage.peak_rss_bytes), note="at most"),
        Fact(label="Read", text=words.size(usage.read_bytes)),
        Fact(label="Written", text=words.size(usage.written_bytes)),
    )


def _kept_apart(run: Run) -> list[Fact]:
    return [Fact(label="Kept apart", text=run.isolation)] if run.isolation else []


def _people(found: Passport) -> tuple[Person, ...]:
    asked = Person(name=person(found.run.actor), role="asked for by")
    return (*(Person(name=name, role="author") for name in found.indicator.authors), asked)


def _revisions(found: Passport) -> Table:
    columns = ("Revision", "Value", "State", "Since", "Why", "Run")
    rows = tuple(
        (
            Cell(text=str(value.revision), href=saying.value_href(value, revision=True)),
            Cell(text="—" if value.value is None else repr(value.value)),
            Cell(text=str(value.state).capitalize(), state=str(value.state)),
            Cell(text=words.moment(value.created), sort=value.created.isoformat()),
            Cell(text=value.reason or "First value"),
            Cell(text=value.run, href=f"/runs/{value.run}", mono=True),
        )
        for value in reversed(found.history)
    )
    return Table(
        caption="Nothing is overwritten: every value this place and time has had",
        columns=tuple(Column(title=title, numeric=title == "Value") for title in columns),
        rows=rows,
    )


def _neighbours(desk: Desk, found: Passport) -> dict[str, Link | None]:
    values = desk.series(found.indicator.id).by_place.get(found.value.place, [])
    times = [iso_short(value.time) for value in values]
    now = iso_short(found.value.time)
    at = times.index(now) if now in times else -1

    def link(value: Value | None) -> Link | None:
        if value is None:
            return None
        said = saying.time_words(value.time, found.indicator.cadence, value.flag)
        return Link(text=said, href=saying.value_href(value))

    return {
        "earlier": link(values[at - 1] if at > 0 else None),
        "later": link(values[at + 1] if 0 <= at < len(values) - 1 else None),
    }
