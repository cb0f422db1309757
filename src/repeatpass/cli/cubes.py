"""``repeatpass cubes``: collections onto one grid and one clock."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from repeatpass.cli.common import AsJson, Home, console, errors, house_at, print_json

if TYPE_CHECKING:
    from repeatpass.assembly import House
    from repeatpass.kit.cubes.records import Specification
    from repeatpass.runs.records import Run

app = typer.Typer(help="Cubes: collections onto one grid and one clock.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="The specification as YAML or JSON.")]


@app.command("check")
def check(file: File, home: Home = None, as_json: AsJson = False) -> None:
    """Say what a cube would be, or which field of its specification is wrong. Nothing is made."""
    from repeatpass.cubes.specifications import checked

    with house_at(home) as house:
        found = checked(_body(file), house.catalog)
        house.cubes.check(house.owner, _body(file))
    if as_json:
        print_json(_facts(found))
    else:
        for line in _facts(found).values():
            console.print(line, highlight=False)


@app.command("make")
def make(file: File, home: Home = None, as_json: AsJson = False) -> None:
    """Make a cube as a run, show its progress, and register it as a collection."""
    from repeatpass.runs.records import State

    with house_at(home, work=True) as house:
        run = _followed(house, house.cubes.make(house.owner, _body(file)))
        if run.state is not State.SUCCEEDED:
            _say_failure(run)
            raise typer.Exit(1)
        made = house.registering.run_finished(run.id)
        if made is None:
            errors.print(
                f"The cube is an output of run {run.id}, but no collection; the log says why.", highlight=False
            )
            raise typer.Exit(1)
        files = house.catalog.assets(made.id)
    if as_json:
        print_json({"run": run.id, "collection": made, "files": files})
        return
    console.print(f"{made.title}: collection {made.id}, version {made.version}, made by run {run.id}.", highlight=False)
    for each in files:
        console.print(f"  {each.key}  {each.size / 1e6:.1f} MB  {each.checksum[:19]}…", highlight=False)


def _body(file: Path) -> dict[str, Any]:
    from repeatpass.core.errors import NotFound
    from repeatpass.cubes.specifications import parsed

    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    return parsed(file.read_text(encoding="utf-8"), file.name)


def _facts(found: "Specification") -> dict[str, str]:
    grid, steps = found.grid, found.steps
    size = len(steps) * grid.height * grid.width * len(found.variables) * 4 / 1e6
    return {
        "grid": f"{grid.height} x {grid.width} cells of {grid.resolution:g} in {grid.crs}",
        "times": f"{len(steps)} steps of {found.step}, {steps[0].start:%Y-%m-%d} to before {steps[-1].end:%Y-%m-%d}",
        "variables": ", ".join(f"{each.name} from {each.collection}" for each in found.variables),
        "size": f"At most {size:.1f} MB for each layout ({', '.join(found.layouts)}) before compression",
    }


def _say_failure(run: "Run") -> None:
    errors.print(f"Run {run.id}: {run.state}. {run.message}", highlight=False)
    if run.failure:
        errors.print(f"{run.failure.ename}: {run.failure.evalue}", highlight=False)


def _followed(house: "House", run: "Run") -> "Run":
    """Wait for the run, showing what its notebook prints."""
    from rich.progress import Progress

    from repeatpass.cli.progress import COLUMNS

    log = house.folders.of(run.id) / "log.jsonl"
    with Progress(*COLUMNS, console=errors, transient=True) as progress:
        task = progress.add_task("queued", total=None)
        while not (now := house.runs.wait(run.id, 0.3)).state.final:
            doing, done, of = _told(log)
            progress.update(task, description=doing or str(now.state), completed=done, total=of or None)
    return now


def _told(log: Path) -> tuple[str, int, int]:
    """The last line like “maps: 12 of 54” in the log of a run."""
    import json
    import re

    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return "", 0, 0
    for line in reversed(lines):
        try:
            text = str(json.loads(line).get("text", ""))
        except ValueError:
            continue
        if told := re.findall(r"^(\w+): (\d+) of (\d+)$", text, re.MULTILINE):
            return f"Writing {told[-1][0]}", int(told[-1][1]), int(told[-1][2])
    return "", 0, 0
