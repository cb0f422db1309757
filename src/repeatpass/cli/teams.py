"""``repeatpass teams``: people who see what is shared with all of them."""

from typing import Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json, print_table

app = typer.Typer(help="Teams: people who see what is shared with all of them.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="Id of the team.")]
User = Annotated[str, typer.Argument(help="A user.")]


@app.command("make")
def make(
    id: Id,
    name: Annotated[str, typer.Option(help="What people call it; empty: its id.")] = "",
    home: Home = None,
) -> None:
    """Make a team; you own it."""
    with house_at(home) as house:
        made = house.sharing.teams.make(house.owner, id, name)
    console.print(f"“{made.name}” is there.", highlight=False)


@app.command("list")
def list_teams(home: Home = None, as_json: AsJson = False) -> None:
    """List the teams that you are in, with their members."""
    with house_at(home) as house:
        found = house.sharing.teams.mine(house.owner)
    if as_json:
        print_json(found)
        return
    rows = [(each.id, each.name, ", ".join(f"{one.user} ({one.part})" for one in each.members)) for each in found]
    print_table(("Team", "Name", "Members"), rows, "None yet; repeatpass teams make ID makes one.")


@app.command("put")
def put(
    id: Id,
    user: User,
    manager: Annotated[bool, typer.Option("--manager", help="They may add and remove members.")] = False,
    home: Home = None,
) -> None:
    """Take somebody into a team, or change what they are in it."""
    from repeatpass.access.records import Part

    with house_at(home) as house:
        made = house.sharing.teams.put(house.owner, id, user, Part.MANAGER if manager else Part.MEMBER)
    console.print(f"{user} is a {made.part_of(user)} of “{made.name}”.", highlight=False)


@app.command("remove")
def remove(id: Id, user: User, home: Home = None) -> None:
    """Take somebody out of a team; they no longer see what is shared with it."""
    with house_at(home) as house:
        house.sharing.teams.remove(house.owner, id, user)
    console.print(f"{user} is not in {id} any more.", highlight=False)


@app.command("end")
def end(id: Id, home: Home = None) -> None:
    """End a team: nobody sees anything through it any longer."""
    with house_at(home) as house:
        house.sharing.teams.end(house.owner, id)
    console.print(f"{id} has ended.", highlight=False)
