"""``repeatpass secrets``: what one's own runs are told, and nobody is shown."""

import sys
from typing import Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json, print_table

app = typer.Typer(help="Secrets of a workspace; only its owner's runs are told them.", no_args_is_help=True)
Whose = Annotated[str, typer.Option("--user", help="Whose secrets; by default one's own.")]


@app.command("list")
def list_secrets(user: Whose = "", home: Home = None, as_json: AsJson = False) -> None:
    """List secrets by name. Their values are never shown."""
    from repeatpass.core.times import iso

    with house_at(home) as house:
        found = house.secrets.of(house.owner, user)
    if as_json:
        print_json(found)
        return
    rows = [(secret.name, iso(secret.updated)) for secret in found]
    print_table(("Name", "Set"), rows, "No secret yet; repeatpass secrets set NAME keeps one.")


@app.command("set")
def set_secret(
    name: Annotated[str, typer.Argument(help="Capital letters, digits, underscores; it becomes a variable.")],
    user: Whose = "",
    home: Home = None,
) -> None:
    """Keep a secret; its value is asked for, or read from standard input."""
    with house_at(home) as house:
        house.secrets.set(house.owner, name, _value(name), user)
    console.print(f"{name} is kept; runs that begin from now on are told it.", highlight=False)


def _value(name: str) -> str:
    """Read the value from where nobody looks over one's shoulder: not from the command's words."""
    if sys.stdin.isatty():
        return str(typer.prompt(f"Value of {name}", hide_input=True, confirmation_prompt=True))
    return sys.stdin.read().rstrip("\n")


@app.command("remove")
def remove(name: str, user: Whose = "", home: Home = None) -> None:
    """Forget a secret."""
    with house_at(home) as house:
        house.secrets.remove(house.owner, name, user)
    console.print(f"{name} is forgotten.", highlight=False)
