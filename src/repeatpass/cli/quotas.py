"""``repeatpass quotas`` and ``flavours``: what runs may use."""

from typing import TYPE_CHECKING, Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json, print_table

if TYPE_CHECKING:
    from repeatpass.workspaces.records import Quota, Used

app = typer.Typer(help="What each person's runs may use.", no_args_is_help=True)
WORDS = {"kept_bytes": "results kept", "running": "runs at once", "queued": "runs waiting", "cpu_s": "CPU s in 24 h"}


@app.command("show")
def show(
    user: Annotated[str, typer.Argument(help="Whose quota; by default the owner's.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show what is used of a quota."""
    with house_at(home) as house:
        whose = house.access.user(user).id if user else house.owner.id
        quota, used = house.quotas.of(whose), house.counting.used(whose)
    if as_json:
        print_json({"user": whose, "quota": quota, "used": used})
    else:
        _say(whose, quota, used)


def _say(whose: str, quota: "Quota", used: "Used") -> None:
    rows = []
    for name, words in WORDS.items():
        of, now = getattr(quota, name), getattr(used, name)
        rows.append((words, _amount(name, now), _amount(name, of) if of else "no limit"))
    console.print(f"Quota of {whose}", highlight=False)
    print_table(("", "Used", "Of"), rows, "")


def _amount(name: str, number: float) -> str:
    return f"{number / 1e6:,.1f} MB" if name == "kept_bytes" else f"{number:,.0f}"


@app.command("set")
def set_quota(
    user: Annotated[str, typer.Argument(help="Whose quota.")],
    kept: Annotated[str, typer.Option(help="Results that are kept, such as 50G.")] = "",
    running: Annotated[str, typer.Option(help="Runs at the same time.")] = "",
    queued: Annotated[str, typer.Option(help="Runs that wait.")] = "",
    cpu: Annotated[str, typer.Option(help="CPU seconds in 24 hours.")] = "",
    home: Home = None,
) -> None:
    """Change a quota; 0 is no limit, “default” follows the settings again."""
    given = {"kept_bytes": kept, "running": running, "queued": queued, "cpu_s": cpu}
    with house_at(home) as house:
        house.access.user(user)  # a misspelt name is said, not kept
        changes = {name: _number(name, text) for name, text in given.items() if text}
        quota = house.quotas.set(house.owner, user, changes)
        _say(user, quota, house.counting.used(user))


def _number(name: str, text: str) -> float | None:
    from repeatpass.core.errors import Invalid
    from repeatpass.runs.capacity import amount

    option = {"kept_bytes": "--kept", "cpu_s": "--cpu"}.get(name, f"--{name}")
    if text == "default":
        return None
    if name == "kept_bytes":
        return amount(text, what=option)
    if not text.isdigit():
        raise Invalid(f"{option} must be a whole number, 0 for no limit, or “default”; it is “{text}”.")
    return int(text)


def flavours(home: Home = None, as_json: AsJson = False) -> None:
    """List the classes of resources that a run may have."""
    with house_at(home) as house:
        known = house.flavours
    if as_json:
        print_json(known)
        return
    rows = [
        (
            each.name, each.title, f"{each.cpus:g}", f"{each.memory_bytes / 1e9:.3g} GB", f"{each.time_s / 60:g} min",
            f"{each.disk_bytes / 1e9:.3g} GB", "default" if each.name == known.default else "",
        )
        for each in known.all
    ]  # fmt: skip
    print_table(("Flavour", "For", "CPUs", "Memory", "Time", "Disk", ""), rows, "")
    together = f"All runs of this machine together have {known.memory_bytes / 1e9:.3g} GB of memory."
    console.print(together, highlight=False)
