"""``repeatpass``: one program, a few nouns, a verb each. Heavy parts are imported by the command that needs them."""

import sys

import typer
from rich.console import Console

from repeatpass.cli import (
    batches,
    collections,
    cubes,
    data,
    events,
    features,
    homes,
    importing,
    indicators,
    merging,
    notebooks,
    quotas,
    remotes,
    running,
    runs,
    schedules,
    secrets,
    teams,
    up,
    worker,
)

app = typer.Typer(
    name="repeatpass",
    help="Indicators of Earth observation whose every value can be repeated.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # plain help is there in half the time
)
app.command("up")(up.up)
app.command("worker")(worker.worker)
app.command("run")(running.run)
app.command("repeat")(runs.repeat)
app.command("crate")(runs.crate)
app.command("passport")(indicators.passport)
app.command("token")(homes.token)
app.command("doctor")(homes.doctor)
app.command("gc")(homes.gc)
app.command("backup")(homes.backup)
app.command("restore")(homes.restore)
app.add_typer(collections.app, name="collections")
app.add_typer(remotes.app, name="remotes")
app.add_typer(cubes.app, name="cubes")
app.add_typer(data.app, name="data")
app.add_typer(teams.app, name="teams")
app.add_typer(features.app, name="features")
app.add_typer(importing.app, name="import")
app.add_typer(notebooks.app, name="notebooks")
app.add_typer(indicators.app, name="indicators")
app.add_typer(runs.app, name="runs")
app.add_typer(schedules.app, name="schedules")
app.add_typer(events.app, name="events")
app.add_typer(batches.app, name="batches")
app.add_typer(secrets.app, name="secrets")
app.add_typer(quotas.app, name="quotas")
app.command("flavours")(quotas.flavours)

batches.app.command("merge")(merging.merge)


def main() -> None:
    """Run the command line; an error that a room raised is a sentence, not a traceback."""
    from rich.markup import escape

    from repeatpass.core.errors import RepeatpassError
    from repeatpass.kit.errors import KitError

    try:
        app()
    except (RepeatpassError, KitError) as error:
        Console(stderr=True).print(f"[bold red]{escape(str(error))}[/]", highlight=False)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
