"""``repeatpass indicators`` and ``repeatpass passport``."""

from pathlib import Path
from typing import Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json, print_table

app = typer.Typer(help="Indicators and their values.", no_args_is_help=True)


@app.command("list")
def list_indicators(home: Home = None, as_json: AsJson = False) -> None:
    """List the indicators with their newest values."""
    from repeatpass.core.times import iso_short

    with house_at(home) as house:
        found = house.indicators.summaries()
    if as_json:
        print_json(found)
        return
    rows = [
        (
            entry.indicator.id,
            entry.indicator.title,
            entry.values,
            (entry.latest and iso_short(entry.latest.time)) or "—",
        )
        for entry in found
    ]
    print_table(
        ("Indicator", "Title", "Values", "Newest"), rows, "No indicator yet; apply one with indicators apply FILE."
    )


@app.command("apply")
def apply(
    file: Annotated[Path, typer.Argument(help="The indicator's YAML file.")],
    update: Annotated[bool, typer.Option(help="Execute its notebook and collect the values.")] = True,
    home: Home = None,
) -> None:
    """Make an indicator from a file, or change it, and update it."""
    from repeatpass.core.errors import NotFound
    from repeatpass.indicators.definition import read_definition

    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    with house_at(home, work=update) as house:
        body = read_definition(file.read_text(), file.name)
        house.shelf.offered(body["notebook"])  # before anything is kept: an indicator needs its notebook
        indicator, changed = house.indicators.apply(house.owner, body)
        console.print(f"{indicator.id} is {'applied' if changed else 'unchanged'}.", highlight=False)
        if update:
            _update(house, indicator.id)


@app.command("update")
def update(id: str, home: Home = None) -> None:
    """Execute an indicator's notebook and collect the values."""
    with house_at(home, work=True) as house:
        _update(house, id)


def _update(house: object, id: str) -> None:
    from repeatpass.assembly import House
    from repeatpass.cli.progress import followed
    from repeatpass.runs.records import Purpose, State

    assert isinstance(house, House)
    indicator = house.indicators.indicator(id)
    asked = house.submitting.submit(
        house.owner,
        indicator.notebook,
        indicator.parameters,
        purpose=Purpose.UPDATE,
        subject=id,
        flavour=indicator.flavour,
    )
    ended = followed(house, asked)
    if ended.state is not State.SUCCEEDED:
        console.print(f"Run {ended.id} {ended.state}: {ended.message}", highlight=False)
        raise typer.Exit(1)
    delivery = house.collecting.collect(ended.id)
    if delivery is not None:
        words = f"{delivery.released} new, {delivery.unchanged} unchanged, {delivery.held} held. {delivery.reason}"
        console.print(f"{id}: {words}", highlight=False)


@app.command("show")
def show(id: str, place: str = "", home: Home = None) -> None:
    """Show an indicator with its current values."""
    with house_at(home) as house:
        print_json({"indicator": house.indicators.indicator(id), "values": house.indicators.current(id, place)})


@app.command("held")
def held(id: str, home: Home = None, as_json: AsJson = False) -> None:
    """List the values that failed a gate and wait for a person."""
    from repeatpass.core.times import iso_short

    with house_at(home) as house:
        house.indicators.indicator(id)
        found = house.indicators.held(id)
    if as_json:
        print_json(found)
        return
    rows = [(f"{id}/{each.place}/{iso_short(each.time)}", each.revision, each.value, each.reason) for each in found]
    print_table(("Value", "Revision", "Number", "Why it is held"), rows, "Nothing is held.")


@app.command("release")
def release(
    subject: Annotated[str, typer.Argument(help="indicator/place/time")],
    revision: Annotated[int, typer.Option(help="The held revision; indicators held lists it.")],
    reason: Annotated[str, typer.Option(help="Why it is right all the same; readers see this.")],
    home: Home = None,
) -> None:
    """Release a held value, as a new revision with its reason."""
    from repeatpass.verification.passport import subject_of

    with house_at(home) as house:
        released = house.indicators.release(house.owner, *subject_of(subject), revision, reason)
    console.print(f"{subject} is {released.value} now, revision {released.revision}.", highlight=False)


@app.command("reject")
def reject(
    subject: Annotated[str, typer.Argument(help="indicator/place/time")],
    revision: Annotated[int, typer.Option(help="The held revision; indicators held lists it.")],
    reason: Annotated[str, typer.Option(help="Why it is wrong; readers see this.")],
    home: Home = None,
) -> None:
    """Reject a held value; what was there before stays."""
    from repeatpass.verification.passport import subject_of

    with house_at(home) as house:
        rejected = house.indicators.reject(house.owner, *subject_of(subject), revision, reason)
    console.print(f"{subject}, revision {revision}: {rejected.reason}", highlight=False)


def passport(
    subject: Annotated[str, typer.Argument(help="indicator/place/time")], home: Home = None, as_json: AsJson = False
) -> None:
    """Show how a value was made, to the last file."""
    from repeatpass.verification.passport import passport_of, subject_of

    with house_at(home) as house:
        found = passport_of(house.indicators, house.runs, house.repeats, *subject_of(subject))
    if as_json:
        print_json(found.to_json())
        return
    for label, text in found.lines():
        console.print(f"[dim]{label:>14}[/]  {text}", highlight=False, soft_wrap=True)
