"""``repeatpass import``: take over what other dashboards have."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from repeatpass.cli.common import AsJson, Home, console, errors, house_at, print_json, print_table

if TYPE_CHECKING:
    from repeatpass.importing import Report
    from repeatpass.importing.grouping import FileReport

app = typer.Typer(help="Take over what other dashboards have.", no_args_is_help=True)
SHOWN = 60  # things that were dropped or changed; JSON and HTML have all


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
    report_to: Annotated[
        Path | None, typer.Option("--report", help="Write the report as a page: a file that ends in .html.")
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

    if report_to is not None:
        _require_page(report_to)
    said = Said(licence=licence, provider=provider, contact=contact, units=_units(unit or ()))
    with house_at(home, work=not dry_run) as house:
        importing = Importing(house.adding, house.shelf, house.indicators, house.submitting, house.collecting)
        if dry_run:
            report = importing.look(places, said)
        else:
            report = importing.carry_out(house.owner, places, said, lambda run: followed(house, run))
    if report_to is not None:
        report_to.write_text(_page(report, dry_run), encoding="utf-8")
    _print(report, as_json)
    if not report.ok:
        sys.exit(1)


def _units(given: "list[str] | tuple[str, ...]") -> dict[str, str]:
    from repeatpass.core.errors import Invalid

    if wrong := [each for each in given if not all(each.partition("=")[::2])]:
        raise Invalid(f"--unit “{wrong[0]}” must be an indicator's code and its unit, such as N1=µg/m³.")
    return {code.strip(): unit.strip() for code, _, unit in (each.partition("=") for each in given)}


def _require_page(path: Path) -> None:
    from repeatpass.core.errors import Invalid

    if path.suffix.lower() not in (".html", ".htm") or not path.absolute().parent.is_dir():
        raise Invalid(f"--report “{path}” must be a file that ends in .html, in a folder that is there.")


def _page(report: "Report", dry_run: bool) -> str:
    """Return the report as a page of its own, which needs nothing but itself."""
    from jinja2 import Environment, PackageLoader

    from repeatpass.importing.grouping import by_file, counted

    pages = Environment(loader=PackageLoader("repeatpass.cli"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    given = {"files": by_file(report), "made": report.made, "counted": counted(report), "dry_run": dry_run}
    return pages.get_template("import-report.html").render(given)


def _print(report: "Report", as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    from repeatpass.importing.grouping import by_file, counted

    rows = [(each.kind, each.id, each.state, escape(each.says)) for each in report.made]
    print_table(("What", "Id", "State", "Says"), rows, "Nothing was made.")
    console.print("\n" + ", ".join(f"{what}: {number}" for what, number in counted(report).items()) + ".")
    files = by_file(report)
    left = SHOWN
    for each in files:
        left = _print_file(each, left)
    hidden = sum(len(each.groups) for each in files) - SHOWN
    if hidden > 0:
        console.print(f"\n… and {hidden} more; --json or --report FILE.html has all.")
    for refused in report.refused:
        where = f"{refused.file}:{refused.line}" if refused.line else refused.file
        todo = f" {refused.todo}" if refused.todo else ""
        errors.print(f"{where}: not taken: {refused.reason}{todo}", highlight=False, markup=False, soft_wrap=True)


def _print_file(file: "FileReport", left: int) -> int:
    """Print what became of one file, at most *left* things of it; return how many more may be printed."""
    if file.refused and not file.became and not file.groups:
        return left
    became = f" → {', '.join(file.became)}" if file.became else ""
    says = f" ({file.kind}; {file.says})" if file.says else ""
    _line(f"\n{file.file}{became}{says}", "bold")
    for each in file.groups[: max(left, 0)]:
        where = ", ".join(filter(None, (each.lines, each.field)))
        _line(f"  {each.fate:<8} {f'{where}: ' if where else ''}{each.reason}", "")
        if each.todo:
            _line(f"           ▸ {each.todo}", "dim")
    return left - len(file.groups)


def _line(text: str, style: str) -> None:
    console.print(text, style=style or None, highlight=False, markup=False, soft_wrap=True)
