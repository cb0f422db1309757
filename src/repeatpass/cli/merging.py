"""``repeatpass batches merge``: what the parts left becomes one collection."""

from typing import Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, errors, house_at, print_json


def merge(
    id: Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id.")],
    as_: Annotated[str, typer.Option("--as", help="geoparquet, cog or zarr")],
    output: Annotated[str, typer.Option(help="Name of the output of each part; left out where one fits.")] = "",
    name: Annotated[str, typer.Option(help="Id of the collection that is made or gets a new version.")] = "",
    overlap: Annotated[str, typer.Option(help="Where parts overlap: first, last or refuse")] = "first",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Merge the results of a batch into one collection: rows into a table, tiles into a mosaic or a cube."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from repeatpass.batches.merging.records import wish_of

    wish = wish_of(id, {"as": as_, "output": output, "name": name, "overlap": overlap})
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with house_at(home) as house, Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("Reading", total=None)

        def told(doing: str, number: int, of: int) -> None:
            progress.update(task, description=doing, completed=number, total=of)

        made = house.merging.merge(house.owner, wish, told)
        files = house.catalog.assets(made.id)
    if as_json:
        print_json({"collection": made, "files": files})
        return
    console.print(f"{made.title}: collection {made.id}, version {made.version}.", highlight=False)
    for file in files:
        console.print(f"  {file.item} {file.key}  {file.size / 1e6:.1f} MB  {file.checksum[:19]}…", highlight=False)
