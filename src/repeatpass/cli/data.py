"""``repeatpass data``: bring data of one's own, share them, offer them, decide on what is offered, take them back."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, errors, house_at, print_json, print_table

if TYPE_CHECKING:
    from repeatpass.assembly import House
    from repeatpass.bringing.records import Submission

app = typer.Typer(help="Data of one's own: brought, checked, shared, offered, withdrawn.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="Id of the collection.")]
Reason = Annotated[str, typer.Option(help="Why, in a sentence.")]
LOOK_S = 0.3
ZARR_MARKS = ("zarr.json", ".zgroup", ".zmetadata")


@app.command("add")
def add(
    files: Annotated[
        list[str], typer.Argument(help="Files of one kind, folders that are Zarr stores, or one http address.")
    ],
    title: Annotated[str, typer.Option(help="A few words that say what the data are.")],
    licence: Annotated[
        str, typer.Option(help="What others may do with them: an id of SPDX such as CC-BY-4.0, or other.")
    ],
    id: Annotated[str, typer.Option(help="Id of the collection; empty: made from the title.")] = "",
    description: Annotated[str, typer.Option(help="How they were made, in Markdown.")] = "",
    licence_title: Annotated[str, typer.Option(help="The licence in words, where it is another one.")] = "",
    provider: Annotated[str, typer.Option(help="Who made the data; empty: you.")] = "",
    keywords: Annotated[str, typer.Option(help="Words to find them by, with commas between them.")] = "",
    start: Annotated[str, typer.Option(help="First day, for files that do not say.")] = "",
    end: Annotated[str, typer.Option(help="Last day.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Bring files, or one file from an address: check them, make them fit for the cloud, keep them as a private collection."""
    from repeatpass.bringing.records import Arrived, Stage
    from repeatpass.bringing.wishing import read_wish
    from repeatpass.core.errors import Invalid, NotFound

    given = {"title": title, "licence": licence, "id": id, "description": description, "licence_title": licence_title,
             "provider": provider, "keywords": keywords, "start": start, "end": end}  # fmt: skip
    wish = read_wish(given)
    address = next((each for each in files if each.startswith(("http://", "https://"))), "")
    if address and len(files) > 1:
        raise Invalid("Give one address, or files; not both.")
    if missing := [each for each in files if not address and not Path(each).exists()]:
        raise NotFound(f"There is no file {missing[0]}.")
    with TemporaryDirectory(prefix="repeatpass-zarr-") as folder, house_at(home, work=True) as house:
        if address:
            made = house.bringing.point_to(house.owner, wish, address)
        else:
            paths = [_packed(Path(each), Path(folder)) for each in files]
            arrived = [Arrived(name=each.name, path=each) for each in paths]
            made = house.bringing.bring(house.owner, wish, arrived)
        found = _followed(house, made)
    if as_json:
        print_json(found)
    else:
        _say(found)
    if found.stage is not Stage.REGISTERED:
        raise typer.Exit(1)


def _packed(path: Path, folder: Path) -> Path:
    """A file as it is; a Zarr store as one zip file in *folder*, the form in which it is taken. Raise Invalid for others."""
    from repeatpass.core.errors import Invalid
    from repeatpass.kit.cubes.zipping import zip_store

    if path.is_file():
        return path
    if not any((path / mark).is_file() for mark in ZARR_MARKS):
        raise Invalid(
            f"{path} is a folder and no Zarr store; name the files, or a folder with zarr.json or .zgroup in it."
        )
    return zip_store(path, folder / f"{path.resolve().name.removesuffix('.zarr')}.zarr.zip", keep=True)


def _followed(house: "House", submission: "Submission") -> "Submission":
    """Wait for the end of the check, showing what it does."""
    from rich.progress import Progress

    from repeatpass.bringing.records import Stage
    from repeatpass.cli.cubes import _told
    from repeatpass.cli.progress import COLUMNS

    with Progress(*COLUMNS, console=errors, transient=True) as progress:
        task = progress.add_task("checking", total=None)
        while not (now := house.submissions.find(house.owner, submission.id)).stage.final:
            doing, done, of = _told(house.folders.of(now.run) / "log.jsonl") if now.run else ("", 0, 0)
            progress.update(task, description=doing or str(now.stage), completed=done, total=of or None)
            time.sleep(LOOK_S)
            if now.stage is Stage.CHECKING and house.runs.run(now.run).state.final:
                house.brought.run_finished(now.run)
    return now


def _say(found: "Submission") -> None:
    console.print(f"{found.wish.title}: {found.stage}. {found.message}", highlight=False)
    for each in found.problems:
        console.print(f"  {each.message} {each.remedy}", highlight=False)
    for piece in found.report.get("pieces", ()):
        console.print(
            f"  {piece['name']}: {piece['format']}{', converted' if piece['converted'] else ''}", highlight=False
        )
        for remark in piece["remarks"]:
            console.print(f"    {remark}", highlight=False)


@app.command("list")
def list_data(home: Home = None, as_json: AsJson = False) -> None:
    """List what was brought, newest first."""
    from repeatpass.core.times import iso

    with house_at(home) as house:
        found = house.submissions.mine(house.owner)
    if as_json:
        print_json(found)
        return
    rows = [(each.collection, each.stage, iso(each.created), each.message) for each in found]
    print_table(
        ("Collection", "Stage", "Brought", "Message"), rows, "Nothing yet; repeatpass data add FILE brings some."
    )


@app.command("share")
def share(
    id: Id,
    users: Annotated[
        list[str] | None, typer.Option("--with", help="A user who may see it; without any, nobody.")
    ] = None,
    teams: Annotated[list[str] | None, typer.Option("--team", help="A team whose members may see it.")] = None,
    home: Home = None,
) -> None:
    """Let people and teams see a collection, in place of those who did."""
    with house_at(home) as house:
        for user in users or ():
            house.access.user(user)
        made = house.sharing.share(house.owner, id, users or (), teams or ())
    console.print(f"{id} is {made.visibility}.", highlight=False)


@app.command("offer")
def offer(id: Id, home: Home = None) -> None:
    """Offer a collection for the public registry."""
    with house_at(home) as house:
        house.sharing.offer(house.owner, id)
    console.print(f"{id} waits for an editor.", highlight=False)


@app.command("offered")
def offered(home: Home = None, as_json: AsJson = False) -> None:
    """List what waits for an editor."""
    from repeatpass.core.times import iso

    with house_at(home) as house:
        found = house.sharing.offered(house.owner)
    if as_json:
        print_json(found)
        return
    rows = [(each.id, each.owner, iso(each.offered) if each.offered else "", each.title) for each in found]
    print_table(("Collection", "Owner", "Offered", "Title"), rows, "Nothing waits for review.")


@app.command("accept")
def accept(id: Id, home: Home = None) -> None:
    """Make an offered collection public."""
    with house_at(home) as house:
        house.sharing.accept(house.owner, id)
        house.brought.accepted(id)
    console.print(f"{id} is public.", highlight=False)


@app.command("decline")
def decline(id: Id, reason: Reason, home: Home = None) -> None:
    """Give an offered collection back to its owner."""
    with house_at(home) as house:
        house.sharing.decline(house.owner, id, reason)
    console.print(f"{id} is given back.", highlight=False)


@app.command("withdraw")
def withdraw(id: Id, reason: Reason, home: Home = None) -> None:
    """Take a collection back: a tombstone with the reason stays, and what passports rest on."""
    from repeatpass.catalog.records import withdrawal

    with house_at(home) as house:
        gone = house.sharing.withdraw(house.owner, id, reason)
    console.print(withdrawal(gone), highlight=False)
