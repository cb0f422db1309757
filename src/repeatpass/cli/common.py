"""What several commands share: opening the house, printing a table or JSON."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from repeatpass.assembly import House

console = Console()
errors = Console(stderr=True)

Home = Annotated[Path | None, typer.Option(help="Folder that holds everything.", envvar="REPEATPASS_HOME")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@contextmanager
def house_at(home: Path | None, *, work: bool = False) -> "Iterator[House]":
    """Open the house; with *work*, carry out runs here if no server is up that does."""
    from repeatpass.assembly import open_house
    from repeatpass.cli.serving import server_of
    from repeatpass.settings import read_settings

    house = open_house(read_settings(home=home))
    try:
        if work and server_of(house.settings.home) is None:
            house.start(clock=False)
        yield house
    finally:
        house.close()


def print_json(value: Any) -> None:
    """Print records as JSON, times in ISO 8601."""
    print(json.dumps(value, default=_plain, indent=2, ensure_ascii=False))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """Print a table, or the sentence *empty* where there is nothing."""
    if not rows:
        console.print(empty)
        return
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console.print(table)
