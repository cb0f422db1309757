"""``repeatpass run``: here, or at another Repeatpass."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from repeatpass.cli.common import AsJson, Home, console, errors, house_at, print_json
from repeatpass.cli.runs import parsed, say_run

if TYPE_CHECKING:
    from repeatpass.assembly import House
    from repeatpass.kit.job import Job
    from repeatpass.runs.records import Run, RunOutput

T = TypeVar("T")
Into = Annotated[Path | None, typer.Option(help="Folder for the outputs, which is made if need be.")]


def run(
    notebook: Annotated[str, typer.Argument(help="notebook, notebook@revision, or the path of an .ipynb")],
    parameter: Annotated[list[str] | None, typer.Option("-p", "--parameter", help="name=value, repeatable")] = None,
    flavour: Annotated[str, typer.Option(help="Class of resources; repeatpass flavours lists them.")] = "",
    where: Annotated[str, typer.Option(help="Address of another Repeatpass that is to run it.")] = "",
    token: Annotated[str, typer.Option(help="Token for --where.", envvar="REPEATPASS_TOKEN", show_envvar=True)] = "",
    into: Into = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Execute a notebook and wait for its end; Ctrl-C asks whether the run is to be stopped."""
    given = parsed(parameter or [])
    if where:
        succeeded = _elsewhere(where, token, notebook, given, flavour, into, as_json)
    else:
        succeeded = _here(home, notebook, given, flavour, into, as_json)
    raise typer.Exit(0 if succeeded else 1)


def _here(
    home: Path | None, notebook: str, given: dict[str, Any], flavour: str, into: Path | None, as_json: bool
) -> bool:
    from repeatpass.cli.progress import followed
    from repeatpass.runs.masking import without_secrets
    from repeatpass.runs.records import State

    with house_at(home, work=True) as house:
        path = Path(notebook)
        if path.suffix == ".ipynb" and path.is_file():
            asked = house.submitting.submit_file(house.owner, path.name, path.read_bytes(), given, flavour=flavour)
        else:
            asked = house.submitting.submit(house.owner, notebook, given, flavour=flavour)
        ended = _interruptible(lambda: followed(house, asked), lambda: _cancelled(house, asked), asked.id)
        outputs = house.runs.provenance(ended.id).outputs
        written = _copied(house, outputs, into) if into else []
    if as_json:
        print_json({"run": without_secrets(ended), "outputs": outputs})
    else:
        say_run(ended)
        for output in outputs:
            console.print(f"  {output.path}  {output.kind}  {output.checksum[:19]}…", highlight=False)
        _say_written(written)
    return ended.state is State.SUCCEEDED


def _cancelled(house: "House", run: "Run") -> "Run":
    house.worker.cancel(house.owner, run.id)
    return house.runs.wait(run.id, 30)


def _copied(house: "House", outputs: "Sequence[RunOutput]", into: Path) -> list[Path]:
    written = []
    for output in outputs:
        target = into / output.path  # checked to lie inside its folder when it was kept
        target.parent.mkdir(parents=True, exist_ok=True)
        house.files.copy_out(output.checksum, target)
        written.append(target)
    return written


def _elsewhere(
    where: str, token: str, notebook: str, given: dict[str, Any], flavour: str, into: Path | None, as_json: bool
) -> bool:
    from repeatpass.kit.client import Client

    job = Client(where, token).run(notebook, given, flavour=flavour)
    state = _interruptible(lambda: _watched(job), lambda: _dismissed(job), job.url)
    succeeded = bool(state["status"] == "successful")
    outputs = job.outputs() if succeeded else []
    written = [output.download(into) for output in outputs] if into else []
    if as_json:
        found = [
            {"name": each.name, "href": each.href, "type": each.media_type, "value": each.value} for each in outputs
        ]
        print_json({"job": state, "outputs": found})
        return succeeded
    console.print(f"Job {job.url}: {state['status']}. {state.get('message', '')}", highlight=False, markup=False)
    for each in outputs:
        console.print(f"  {each.name}  {each.href or each.value}", highlight=False, markup=False)
    _say_written(written)
    return succeeded


def _watched(job: "Job") -> dict[str, Any]:
    from repeatpass.kit.showing import shown

    *_, last = shown(job.states())
    return last


def _dismissed(job: "Job") -> dict[str, Any]:
    job.dismiss()
    *_, last = job.states(30)
    return last


def _interruptible(follow: Callable[[], T], stop: Callable[[], T], name: str) -> T:
    """Follow a run to its end; at Ctrl-C stop it if the person says so, and let it go on otherwise."""
    try:
        return follow()
    except KeyboardInterrupt:
        errors.print()
        if not typer.confirm("Stop the run? Otherwise it goes on without you.", default=False, err=True):
            errors.print(f"It goes on: {name}", highlight=False)
            raise typer.Exit(130) from None
        return stop()


def _say_written(written: Sequence[Path]) -> None:
    for path in written:
        console.print(f"  written: {path}", highlight=False, markup=False)
