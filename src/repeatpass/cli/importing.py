"""``repeatpass import``: take over what other dashboards have."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from repeatpass.cli.common import AsJson, Home, console, errors, house_at, print_json, print_table

if TYPE_CHECKING:
    from repeatpass.importing import Report

app = typer.Typer(help="Take over what other dashboards have.", no_args_is_help=True)
SHOWN = 60  # lines of what was dropped; JSON has all


@app.callback()
def _several() -> None:
    """Keep the word after ``import``: it says from where."""


@app.command("eodash")
def eodash(
    places: Annotated[
        list[Path],
        typer.Argument(help="Series (CSV, <AOI>-<INDICATOR>.json), restrictions, configuration; or folders."),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made and dropped.")] = False,
    licence: Annotated[str, typer.Option("--license", help="Of series that state none: CC-BY-4.0, for example.")] = "",
    provider: Annotated[str, typer.Option(help="Who made the data, where the files do not say.")] = "",
    contact: Annotated[str, typer.Option(help="A role address that the indicators show.")] = "",
    unit: Annotated[
        list[str] | None, typer.Option(help="Unit of an indicator: E13c=1; may be given several times.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Import series and catalogue configuration of eodash; say what was dropped and why.

    Ends with 1 where a file could not be taken or a run failed.
    """
    from repeatpass.cli.progress import followed
    from repeatpass.importing.records import Said
    from repeatpass.importing.room import Importing

    said = Said(licence=licence, provider=provider, contact=contact, units=_units(unit or ()))
    with house_at(home, work=not dry_run) as house:
        importing = Importing(house.adding, house.shelf, house.indicators, house.submitting, house.collecting)
        if dry_run:
            report = importing.look(places, said)
        else:
            report = importing.carry_out(house.owner, places, said, lambda run: followed(house, run))
    _print(report, as_json)
    if not report.ok:
        sys.exit(1)


def _units(given: "list[str] | tuple[str, ...]") -> dict[str, str]:
    from repeatpass.core.errors import Invalid

    if wrong := [each for each in given if not all(each.partition("=")[::2])]:
        raise Invalid(f"--unit “{wrong[0]}” must be an indicator's code and its unit, such as N1=µg/m³.")
    return {code.strip(): unit.strip() for code, _, unit in (each.partition("=") for each in given)}


def _print(report: "Report", as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    rows = [(each.kind, each.id, each.state, escape(each.says)) for each in report.made]
    print_table(("What", "Id", "State", "Says"), rows, "Nothing was made.")
    if report.dropped:
        console.print(f"\nDropped or changed ({len(report.dropped)}):")
        shown = report.dropped[:SHOWN]
        lines = [(escape(each.file), each.line or "", escape(each.field), escape(each.reason)) for each in shown]
        print_table(("File", "Line", "Field", "Why"), lines, "")
        if len(report.dropped) > SHOWN:
            console.print(f"… and {len(report.dropped) - SHOWN} more; --json lists all.")
    for refused in report.refused:
        where = f"{refused.file}:{refused.line}" if refused.line else refused.file
        errors.print(f"{where}: not taken: {refused.reason}", highlight=False, markup=False, soft_wrap=True)
