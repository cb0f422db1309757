"""``repeatpass notebooks``: the shelf."""

from pathlib import Path
from typing import Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json, print_table

app = typer.Typer(help="The notebooks on the shelf.", no_args_is_help=True)


@app.command("list")
def list_notebooks(home: Home = None, as_json: AsJson = False) -> None:
    """List the notebooks at their newest revisions."""
    with house_at(home) as house:
        found = house.shelf.notebooks()
    if as_json:
        print_json(found)
        return
    rows = [
        (entry.latest.name, entry.latest.about.title, ", ".join(entry.latest.schema["properties"])) for entry in found
    ]
    print_table(
        ("Notebook", "Title", "Parameters"), rows, "No notebook yet; add one with repeatpass notebooks add FILE."
    )


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="The .ipynb to put on the shelf.")],
    id: Annotated[str, typer.Option(help="Its name on the shelf; the file's name if not given.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Put a notebook on the shelf, or a new revision of it."""
    from repeatpass.core.errors import NotFound

    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    with house_at(home) as house:
        revision = house.shelf.add(house.owner, id or file.stem, file.read_bytes())
    if as_json:
        print_json(revision)
    else:
        console.print(f"{revision.name} is on the shelf: {revision.about.title}", highlight=False)


@app.command("withdraw")
def withdraw(id: Annotated[str, typer.Argument(help="The notebook's name.")], home: Home = None) -> None:
    """Offer a notebook no longer; its runs, passports and repeats go on working."""
    with house_at(home) as house:
        house.shelf.withdraw(house.owner, id)
    console.print(
        f"{id} is withdrawn; repeatpass notebooks add puts it back on the shelf. Its runs stay.", highlight=False
    )


@app.command("show")
def show(name: Annotated[str, typer.Argument(help="notebook or notebook@revision")], home: Home = None) -> None:
    """Show a revision with the JSON Schema of its parameters."""
    with house_at(home) as house:
        print_json(house.shelf.find(name))
