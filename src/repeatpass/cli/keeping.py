"""``repeatpass runs keep``, ``delete`` and ``expiring``: how long what runs left is kept."""

from typing import Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json, print_table


def delete(id: str, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, home: Home = None) -> None:
    """Delete what a run left; the record of the run stays."""
    with house_at(home) as house:
        size = sum(output.size for output in house.runs.provenance(id).outputs)
        if not yes:
            typer.confirm(
                f"Delete the outputs ({size / 1e6:.1f} MB), executed notebook and log of run {id}?", abort=True
            )
        house.retention.delete(house.owner, id)
    console.print(f"The results of run {id} are deleted; repeatpass gc frees the space.", highlight=False)


def keep(
    id: str,
    until: Annotated[str, typer.Option(help="Only until this day, such as 2027-01-31.")] = "",
    home: Home = None,
) -> None:
    """Keep what a run left: for ever, or until a day."""
    from repeatpass.core.times import parse_time

    with house_at(home) as house:
        if until:
            house.retention.keep_until(house.owner, id, parse_time(until))
        else:
            house.retention.keep(house.owner, id)
    console.print(f"The results of run {id} are kept {f'until {until}' if until else 'for ever'}.", highlight=False)


def expiring(home: Home = None, as_json: AsJson = False) -> None:
    """List the runs whose results will be deleted, the next first."""
    from repeatpass.core.times import words

    with house_at(home) as house:
        found = house.retention.expiring()
    if as_json:
        print_json(found)
        return
    rows = [(words(run.kept_until) if run.kept_until else "", run.id, run.name, run.actor) for run in found]
    print_table(("Kept until", "Run", "Notebook", "Asked by"), rows, "Nothing will be deleted: all results are kept.")
