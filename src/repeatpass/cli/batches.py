"""``repeatpass batches``: a notebook over areas, times and parameters."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from repeatpass.cli.common import AsJson, Home, console, errors, house_at, print_json, print_table

if TYPE_CHECKING:
    from repeatpass.assembly import House
    from repeatpass.batches.records import Batch, Estimate, Plan, Specification

app = typer.Typer(help="Batches: a notebook over areas, times and parameters.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="The batch as YAML or JSON.")]
Batch_ = Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id.")]


@app.command("plan")
def plan(file: File, home: Home = None, as_json: AsJson = False) -> None:
    """Say how many parts a batch would have and what it would cost. Nothing is begun."""
    with house_at(home) as house:
        made = house.batching.plan(_specification(file), house.owner)
        if as_json:
            print_json(planned(made))
        else:
            _say_plan(made)


@app.command("start")
def start(
    file: File,
    detach: Annotated[
        bool, typer.Option("--detach", help="Do not wait; a server must be up to go on with it.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Plan a batch, begin it, and show how far it is until it ends. Ctrl-C leaves it to the server."""
    with house_at(home, work=not detach) as house:
        made = house.batching.plan(_specification(file), house.owner)
        if not as_json:
            _say_plan(made)
        batch = house.batching.start(house.owner, made)
        if not detach:
            batch = _followed(house, batch)
        _say(house, batch, as_json)
        failed = any(trouble.count for trouble in house.batches.troubles(batch.id))
    raise typer.Exit(1 if failed else 0)


@app.command("list")
def list_batches(home: Home = None, limit: int = 20, as_json: AsJson = False) -> None:
    """List the newest batches."""
    from repeatpass.batches.masking import masked_batch
    from repeatpass.core.times import iso

    with house_at(home) as house:
        found, _ = house.batches.page(limit=limit)
        counts = house.batches.counts([batch.id for batch in found])
    if as_json:
        print_json([masked_batch(each) for each in found])
        return
    rows = [
        (each.id, each.state, each.name, f"{sum(n for s, n in counts[each.id].items() if s.final)} of {each.parts}",
         iso(each.created))
        for each in found
    ]  # fmt: skip
    print_table(("Batch", "State", "Name", "Parts final", "Begun"), rows, "No batch yet.")


@app.command("show")
def show(id: Batch_, home: Home = None, as_json: AsJson = False) -> None:
    """Show how far a batch is, and which parts failed for which reason."""
    with house_at(home) as house:
        _say(house, house.batches.batch(id), as_json)


def _steer(verb: str, id: str, home: Path | None) -> None:
    with house_at(home) as house:
        batch = getattr(house.batching, verb)(house.owner, id)
    console.print(f"Batch {id} is {batch.state}.", highlight=False)


@app.command("pause")
def pause(id: Batch_, home: Home = None) -> None:
    """Begin no more parts; those under way are finished."""
    _steer("pause", id, home)


@app.command("resume")
def resume(id: Batch_, home: Home = None) -> None:
    """Go on with a batch that was paused or cancelled, without repeating what is done. A server must be up."""
    _steer("resume", id, home)


@app.command("retry")
def retry(id: Batch_, home: Home = None) -> None:
    """Try the parts that failed or were cancelled again. A server must be up."""
    _steer("retry", id, home)


@app.command("cancel")
def cancel(id: Batch_, home: Home = None) -> None:
    """End a batch and its runs; what is done stays."""
    _steer("cancel", id, home)


def _specification(file: Path) -> "Specification":
    """Read a specification; features may be the name of a GeoJSON file beside it."""
    import json

    from repeatpass.batches.specification import checked
    from repeatpass.core.errors import Invalid, NotFound
    from repeatpass.core.yaml_text import read_yaml

    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    body = read_yaml(file.read_text(encoding="utf-8"), file.name)
    places = body.get("areas") if isinstance(body, dict) else None
    if isinstance(places, dict) and isinstance(places.get("features"), str):
        beside = file.parent / places["features"]
        try:
            body["areas"] = {**places, "features": json.loads(beside.read_text(encoding="utf-8"))}
        except (OSError, ValueError) as error:
            raise Invalid(f"areas.features: {beside} cannot be read as GeoJSON ({error}).") from None
    return checked(body, file.name)


def planned(made: "Plan") -> dict[str, Any]:
    """Return a plan for programs."""
    from repeatpass.runs.masking import masked_parameters

    return {
        "name": made.name,
        "notebook": made.revision.name,
        "parts": made.total,
        "done_already": len(made.done),
        "estimate": made.estimate,
        "first": [
            {"number": part.number, "time": part.time, "parameters": masked_parameters(made.parameters(part))}
            for part in made.first
        ],
    }


def _say_plan(made: "Plan") -> None:
    from repeatpass.runs.masking import masked_parameters

    console.print(f"[bold]{made.name}[/] with {made.revision.name}", highlight=False)
    console.print(f"{made.total:,} parts, {len(made.done):,} of them done already.", highlight=False)
    console.print(_cost(made.estimate), highlight=False)
    rows = [(part.number, part.time, masked_parameters(made.parameters(part))) for part in made.first[:5]]
    print_table(("Part", "Time", "Parameters"), rows, "")


def _cost(estimate: "Estimate") -> str:
    from repeatpass.batches.words import cost

    return f"{cost(estimate)} {estimate.sentence}".strip()


def _followed(house: "House", batch: "Batch") -> "Batch":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from repeatpass.batches.records import BatchState
    from repeatpass.batches.words import duration

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task(batch.name, total=batch.parts)
        while (now := house.batches.batch(batch.id)).state is BatchState.RUNNING:
            standing = house.batches.standing(now)
            left = f", {duration(standing.eta_s)} left" if standing.eta_s else ""
            progress.update(task, completed=standing.final, description=f"{batch.name}{left}")
            time.sleep(0.5)
    return now


def _say(house: "House", batch: "Batch", as_json: bool) -> None:
    from repeatpass.batches.masking import masked_batch

    standing, troubles = house.batches.standing(batch), house.batches.troubles(batch.id)
    if as_json:
        counted = replace(standing, counts=dict(standing.counts))  # asdict makes no Counter of a Counter
        print_json({"batch": masked_batch(batch), "standing": counted, "troubles": troubles})
        return
    console.print(f"Batch {batch.id} ({batch.name}): [bold]{batch.state}[/]. {batch.message}", highlight=False)
    counts = ", ".join(f"{count:,} {state}" for state, count in standing.counts.items() if count)
    console.print(f"{batch.parts:,} parts: {counts}.", highlight=False)
    rows = [(trouble.count, trouble.reason, " ".join(trouble.runs[:3])) for trouble in troubles]
    if rows:
        print_table(("Failed", "Reason", "Runs"), rows, "")
