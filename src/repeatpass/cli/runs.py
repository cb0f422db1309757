"""``repeatpass repeat``, ``crate`` and ``runs``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from repeatpass.cli import keeping
from repeatpass.cli.common import AsJson, Home, console, errors, house_at, print_json, print_table

if TYPE_CHECKING:
    from repeatpass.assembly import House
    from repeatpass.runs.records import Run
    from repeatpass.verification.records import Repeat

app = typer.Typer(help="Runs, whatever their state.", no_args_is_help=True)
app.command("keep")(keeping.keep)
app.command("delete")(keeping.delete)
app.command("expiring")(keeping.expiring)
PROVEN = {"identical", "within tolerance"}


def parsed(pairs: list[str]) -> dict[str, Any]:
    """Read name=value pairs; a value that is JSON is taken as such, any other as text."""
    from repeatpass.core.errors import Invalid

    found = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise Invalid(f"“{pair}” is no parameter; write name=value.")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


def repeat(
    subject: Annotated[
        str, typer.Argument(help="indicator/place/time, a run, a crate (.zip), or with --from an input")
    ],
    swap: Annotated[list[str] | None, typer.Option("--with", help="leg=value: environment=…, inputs=latest, …")] = None,
    onwards: Annotated[
        bool, typer.Option("--from", help="The subject is collection[/item]: all that rests on it.")
    ] = False,
    here: Annotated[bool, typer.Option(help="A crate: use the Python that runs this, not the run's own.")] = False,
    given: Annotated[
        list[str] | None, typer.Option("-p", help="A crate: name=value of a parameter that it masks, or to change.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Execute again with everything pinned, compare every output, and say the verdict."""
    from repeatpass.core.errors import Invalid

    if subject.endswith(".zip"):
        _repeat_crate(Path(subject), home, here, parsed(given or []), as_json)
    if given:
        raise Invalid("-p is for a crate; for a run of this house write --with 'parameters={\"name\": value}'.")
    with house_at(home, work=True) as house, console.status("Repeating"):
        if onwards:
            begun = house.repeating.repeat_from(house.owner, *subject.split("/", 1))
        else:
            begun = [house.repeating.repeat(house.owner, run_of(house, subject), parsed(swap or []))]
        ended = [_wait(house, each.id) for each in begun]
    if as_json:
        print_json(ended if onwards else ended[0])
    else:
        for each in ended:
            _say_repeat(each)
    raise typer.Exit(0 if all(each.verdict in PROVEN for each in ended) else 1)


def _repeat_crate(path: Path, home: Path | None, here: bool, given: dict[str, Any], as_json: bool) -> None:
    """Repeat a crate without the platform: only the extra ``repeat`` is needed."""
    from repeatpass.core.errors import NotFound
    from repeatpass.verification.laptop import repeat_crate

    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    place = home or Path.home() / ".cache" / "repeatpass"
    with console.status("Repeating") as status:
        found = repeat_crate(path, home=place, here=here, parameters=given, progress=status.update)
    if as_json:
        print_json(found.to_json())
    else:
        console.print(f"[bold]{found.verdict}[/]: {found.sentence}", highlight=False)
    raise typer.Exit(0 if found.verdict in PROVEN else 1)


def crate(
    subject: Annotated[str, typer.Argument(help="indicator/place/time, or a run")],
    file: Annotated[Path, typer.Argument(help="The .zip to write.")],
    home: Home = None,
) -> None:
    """Write a run, with everything that it stands on, into one file that anyone can repeat."""
    with house_at(home) as house:
        house.exporting.write(run_of(house, subject), file, subject)
    console.print(f"{file} is written; repeatpass repeat {file} repeats it anywhere.", highlight=False)


def run_of(house: "House", subject: str) -> str:
    """Return the run that *subject* means: a run's id, or that of the value indicator/place/time."""
    from repeatpass.core.errors import Invalid
    from repeatpass.core.times import parse_time

    parts = subject.split("/")
    if len(parts) == 1:
        return subject
    if len(parts) != 3:
        raise Invalid(f"“{subject}” is neither a run nor a value; write indicator/place/time.")
    return house.indicators.value(parts[0], parts[1], parse_time(parts[2])).run


def _wait(house: "House", id: str) -> "Repeat":
    while (found := house.repeats.repeat(id)).verdict is None:
        for run in found.runs:
            house.runs.wait(run, 1)
        house.events.wake()
    return found


@app.command("list")
def list_runs(home: Home = None, limit: int = 20, as_json: AsJson = False) -> None:
    """List the newest runs."""
    from repeatpass.core.times import iso
    from repeatpass.runs.masking import without_secrets
    from repeatpass.runs.room import Wanted

    with house_at(home) as house:
        found, _total = house.runs.page(Wanted(limit=limit))
    if as_json:
        print_json([without_secrets(run) for run in found])
        return
    rows = [(run.id, run.state, run.name, run.purpose, iso(run.created), run.message) for run in found]
    print_table(("Run", "State", "Notebook", "Purpose", "Created", "Message"), rows, "No run yet.")


@app.command("show")
def show(id: str, home: Home = None) -> None:
    """Show a run with everything that it read and left."""
    from repeatpass.runs.masking import without_secrets

    with house_at(home) as house:
        run, provenance, repeats = house.runs.run(id), house.runs.provenance(id), house.repeats.of(id)
        print_json({"run": without_secrets(run), "provenance": provenance, "repeats": repeats})


@app.command("cancel")
def cancel(id: str, home: Home = None) -> None:
    """Cancel a run."""
    with house_at(home) as house:
        house.worker.cancel(house.owner, id)
    console.print(f"Run {id} is being cancelled.", highlight=False)


def say_run(run: "Run") -> None:
    """Say how a run ended, for people."""
    console.print(f"Run {run.id} of {run.name}: [bold]{run.state}[/]. {run.message}", highlight=False)
    if run.failure:
        errors.print(f"In cell {run.failure.cell}: {run.failure.ename}: {run.failure.evalue}", highlight=False)


def _say_repeat(repeat: "Repeat") -> None:
    console.print(f"[bold]{repeat.verdict}[/]: {repeat.summary}", highlight=False)
    if repeat.cause:
        console.print(f"Cause: {repeat.cause}", highlight=False)
    console.print(f"Original run {repeat.original}; repeated by {', '.join(repeat.runs) or 'no run'}", highlight=False)
