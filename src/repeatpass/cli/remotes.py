"""``repeatpass remotes``: catalogues elsewhere."""

from typing import TYPE_CHECKING, Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json, print_table

if TYPE_CHECKING:
    from repeatpass.remotes.records import Remote

app = typer.Typer(help="Catalogues elsewhere, looked through and harvested.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="The catalogue, as remotes list names it.")]


@app.command("list")
def list_remotes(home: Home = None, as_json: AsJson = False) -> None:
    """List them: what was harvested, when next, and what is wrong."""
    from repeatpass.core.times import iso

    with house_at(home) as house:
        found = house.mounted.remotes.remotes()
    if as_json:
        print_json(found)
        return
    rows = [
        (each.id, each.title, _harvested(each), iso(each.next_look) if each.harvest else "—", each.error or "—")
        for each in found
    ]
    print_table(("Catalogue", "Title", "Harvested", "Next", "Trouble"), rows,
                "No catalogue is mounted yet; repeatpass remotes mount ID ADDRESS mounts one.")  # fmt: skip


@app.command("mount")
def mount(
    id: Annotated[str, typer.Argument(help="What to call it: lower-case letters, digits, hyphens.")],
    url: Annotated[str, typer.Argument(help="Its landing page (STAC API) or root catalog (static).")],
    title: Annotated[str, typer.Option(help="Its name; by default what it calls itself.")] = "",
    harvest: Annotated[bool, typer.Option("--harvest", help="Take its collections into the registry.")] = False,
    collection: Annotated[list[str] | None, typer.Option(help="Only this one; may be given several times.")] = None,
    every: Annotated[str, typer.Option(help="How often it is harvested, an ISO 8601 duration.")] = "P1D",
    home: Home = None,
) -> None:
    """Mount a STAC API or a static catalogue."""
    with house_at(home) as house:
        made = house.mounted.remotes.mount(
            house.owner, id, url, title=title, harvest=harvest, wanted=collection or (), every=every
        )
    console.print(f"{made.title} is mounted as {made.id} ({made.kind}).", highlight=False)


@app.command("unmount")
def unmount(id: Id, home: Home = None) -> None:
    """Look through it no more; what was harvested stays."""
    with house_at(home) as house:
        house.mounted.remotes.unmount(house.owner, id)
    console.print(f"{id} is unmounted.", highlight=False)


@app.command("harvest")
def harvest(id: Id, home: Home = None) -> None:
    """Harvest one now, here, and say what came of it."""
    with house_at(home) as house:
        asked = house.mounted.remotes.ask_soon(house.owner, id)
        seen = house.mounted.harvesting.harvest(asked)
    counted = f"{_count(seen.collections, 'collection')}, {_count(seen.items, 'item')}."
    console.print(f"{counted} {seen.error}".strip(), highlight=False)


@app.command("fetch")
def fetch(
    id: Id,
    collection: Annotated[str, typer.Argument(help="The collection, as the catalogue names it.")],
    item: Annotated[list[str], typer.Argument(help="Items.")],
    key: Annotated[list[str] | None, typer.Option(help="Only this asset; may be given several times.")] = None,
    home: Home = None,
) -> None:
    """Bring files of items here, so that notebooks open them and passports can rest on them."""
    with house_at(home) as house:
        made = house.mounted.fetching.fetch(house.owner, id, collection, item, key or ())
    console.print(f"{made.id} {made.version} holds them.", highlight=False)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _harvested(remote: "Remote") -> str:
    if not remote.harvest:
        return "not harvested"
    return f"{_count(remote.collections, 'collection')}, {_count(remote.items, 'item')}"
