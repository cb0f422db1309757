"""``repeatpass worker``: carry out runs on another machine, for a house whose database is in PostgreSQL."""

import signal
import threading
from typing import Annotated

import typer

from repeatpass.cli.common import Home, console


def worker(
    home: Home = None,
    slots: Annotated[int | None, typer.Option(help="Runs that are carried out at the same time.")] = None,
) -> None:
    """Work on the queue of a house on PostgreSQL until Ctrl-C; its file area must be one that both reach."""
    from repeatpass.assembly import made_home, open_house
    from repeatpass.cli.logs import log_to
    from repeatpass.core.errors import Invalid
    from repeatpass.runs.sandbox import require
    from repeatpass.settings import read_settings

    settings = read_settings(home=home, slots=slots, demo=False)
    if settings.database_url.startswith("sqlite"):
        raise Invalid(
            "This house keeps its database in SQLite, which only the machine that it lies on can use: its server "
            "works on the queue by itself. Set REPEATPASS_DATABASE to a PostgreSQL address to add workers."
        )
    log_to(made_home(settings.home))
    house = open_house(settings)
    require(house.folders.isolation)
    try:
        house.environments.install("earth", lambda line: console.print(f"[dim]{line}[/]", highlight=False))
        house.worker.start()
        house.upscaling.start()
        console.print(f"Working on the queue as {house.worker.name}. Ctrl-C stops.", highlight=False)
        _until_told()
    finally:
        house.close()
    console.print("Stopped. Runs under way are finished and taken up at the next start.")


def _until_told() -> None:
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: told.set())
    told.wait()
