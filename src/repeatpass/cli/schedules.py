"""``repeatpass schedules``."""

from typing import Annotated

import typer

from repeatpass.cli.common import AsJson, Home, console, house_at, print_json, print_table
from repeatpass.cli.runs import parsed

app = typer.Typer(help="What is done again and again, and what came of it.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="The schedule, as schedules list names it; or the indicator.")]


@app.command("list")
def list_schedules(home: Home = None, as_json: AsJson = False) -> None:
    """List the schedules: when each is due, and what came of its last tick."""
    from repeatpass.schedules.saying import due_words, timing_words

    with house_at(home) as house:
        room = house.scheduling.schedules
        room.follow_all()
        found, last = room.schedules(), room.last_ticks()
    if as_json:
        print_json([{"schedule": each, "last": last.get(each.id)} for each in found])
        return
    rows = [
        (each.id, timing_words(each.timing), due_words(each), last[each.id].summary if each.id in last else "—")
        for each in found
    ]
    print_table(("Schedule", "When", "Next", "What came of the last"), rows, "No indicator declares a schedule yet.")


@app.command("show")
def show(id: Id, home: Home = None) -> None:
    """Show a schedule and its newest ticks."""
    with house_at(home) as house:
        room = house.scheduling.schedules
        found = room.named(id)
        print_json({"schedule": found, "ticks": room.ticks(found.id)})


@app.command("add")
def add(
    notebook: Annotated[str, typer.Argument(help="The notebook on the shelf, or notebook@revision.")],
    cron: Annotated[str, typer.Option(help="Five fields: minute, hour, day, month, day of the week.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA name of the zone that the fields are in.")] = "UTC",
    every: Annotated[str, typer.Option(help="ISO 8601 duration, instead of cron.")] = "",
    on_new_data: Annotated[list[str] | None, typer.Option(help="A collection; may be given several times.")] = None,
    jitter: Annotated[str, typer.Option(help="At most so much later, an ISO 8601 duration.")] = "",
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", help="name=value, as JSON or text.")
    ] = None,
    home: Home = None,
) -> None:
    """Run a notebook again and again, when the clock says so or new data arrive."""
    from repeatpass.indicators.timing import Timing
    from repeatpass.notebooks.parameters import checked_parameters

    timing = Timing(cron=cron, timezone=timezone, every=every, jitter=jitter, collections=tuple(on_new_data or ()))
    with house_at(home) as house:
        revision = house.shelf.offered(notebook)
        given = parsed(parameter or [])
        checked_parameters(revision.schema, given)
        made = house.scheduling.schedules.add(house.owner, notebook, timing, given)
    console.print(f"{made.id} is kept.", highlight=False)


@app.command("remove")
def remove(id: Id, home: Home = None) -> None:
    """End a schedule of a notebook; what it did is kept."""
    with house_at(home) as house:
        room = house.scheduling.schedules
        room.remove(house.owner, room.named(id).id)
    console.print(f"{id} is removed.", highlight=False)


@app.command("pause")
def pause(id: Id, reason: Annotated[str, typer.Option(help="Why; pages show it.")] = "", home: Home = None) -> None:
    """Have a schedule wait; what is under way is not stopped."""
    with house_at(home) as house:
        room = house.scheduling.schedules
        paused = room.pause(house.owner, room.named(id).id, reason)
    console.print(paused.note, highlight=False)


@app.command("resume")
def resume(id: Id, home: Home = None) -> None:
    """Have a paused schedule go on."""
    from repeatpass.schedules.saying import due_words

    with house_at(home) as house:
        room = house.scheduling.schedules
        resumed = room.resume(house.owner, room.named(id).id)
    console.print(f"{resumed.id} goes on. {due_words(resumed)}", highlight=False)


@app.command("run-now")
def run_now(id: Id, home: Home = None) -> None:
    """Begin now what a schedule does; without a server, here and to its end."""
    import time

    from repeatpass.cli.serving import server_of

    with house_at(home, work=True) as house:
        scheduling = house.scheduling
        asked = scheduling.schedules.run_now(house.owner, scheduling.schedules.named(id).id)
        if server_of(house.settings.home) is not None:
            console.print(f"The server begins {asked.id} now; schedules show {asked.id} says what comes of it.")
            return
        while True:
            scheduling.ticking.pass_once()
            (tick, *_) = scheduling.schedules.ticks(asked.id, 1)
            if tick.state.final and not scheduling.schedules.schedule(asked.id).wanted:
                break
            time.sleep(0.5)
    console.print(f"{asked.id}: {tick.summary}", highlight=False)
