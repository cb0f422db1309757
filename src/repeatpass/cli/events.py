"""``repeatpass events``: news that a part of the house failed on, and telling it again."""

from typing import Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json, print_table

app = typer.Typer(help="News that a part of the house failed on.", no_args_is_help=True)


@app.command("list")
def list_events(home: Home = None, as_json: AsJson = False) -> None:
    """List the events that were set aside, and why."""
    with house_at(home) as house:
        found = house.events.set_aside()
    if as_json:
        print_json(found)
        return
    rows = [(each.event.id, each.listener, each.event.name, each.event.subject, each.reason) for each in found]
    print_table(("Event", "Listener", "What", "Of", "Why it failed"), rows, "No event was set aside.")


@app.command("retry")
def retry(
    event: Annotated[int, typer.Argument(help="The number of an event, as events list says it; all without.")] = 0,
    home: Home = None,
) -> None:
    """Tell the listeners again of what they failed on, once what kept them from it is mended."""
    from repeatpass.core.errors import NotFound, Unavailable

    failed = 0
    with house_at(home) as house:
        chosen = [each for each in house.events.set_aside() if event in (0, each.event.id)]
        if event and not chosen:
            raise NotFound(f"Event {event} is not set aside; repeatpass events list names those that are.")
        for each in chosen:
            try:
                house.events.retry(each.listener, each.event.id)
                console.print(f"{each.listener} has taken event {each.event.id}.", highlight=False)
            except (NotFound, Unavailable) as error:
                failed += 1
                console.print(error.message, highlight=False, markup=False, soft_wrap=True)
    if not chosen:
        console.print("No event was set aside.", highlight=False)
    raise typer.Exit(1 if failed else 0)
