"""How trust works here, with the numbers that back it."""

import platform

from repeatpass.verification.comparison.records import Verdict as Found
from repeatpass.verification.records import Repeat
from repeatpass.web import words
from repeatpass.web.desk import Desk, Series
from repeatpass.web.pages.seals import rows_of, series_seal, summary_of
from repeatpass.web.routes.answering import VERSION
from repeatpass.web.views import Cell, Column, Fact, Table, TrustPage

DESCRIPTION = "Every value is run again from its passport, and the verdict stays."


def trust_page(desk: Desk) -> TrustPage:
    """The ledger of repeats."""
    every = desk.every()
    verdicts = desk.verdicts(every)
    recent = desk.house.repeats.recent(200)
    finished = [repeat for repeat in recent if repeat.verdict is not None]
    return TrustPage(
        title="Trust",
        path="/trust",
        description=DESCRIPTION,
        json_href="/trust.json",
        summary=summary_of(every, verdicts),
        indicators=_table(every, verdicts),
        latest=rows_of(recent, limit=20),
        open_cases=rows_of(_open(finished)),
        house=_house(desk),
    )


def _open(finished: list[Repeat]) -> list[Repeat]:
    """The newest pinned repeat of each run, where it did not come out well."""
    newest: dict[str, Repeat] = {}
    for repeat in finished:
        if repeat.pinned:
            newest.setdefault(repeat.original, repeat)
    return [each for each in newest.values() if each.verdict in (Found.DIFFERENT, Found.NOT_REPEATABLE)]


def _table(every: list[Series], verdicts: dict[str, Repeat]) -> Table:
    def row(series: Series) -> tuple[Cell, ...]:
        repeated = sum(count for run, count in series.runs.items() if run in verdicts)
        return (
            Cell(text=series.indicator.title, href=f"/indicators/{series.id}"),
            Cell(text=words.number(len(series.values)), sort=str(len(series.values))),
            Cell(text=words.number(repeated), sort=str(repeated)),
            Cell(text=words.number(len(series.held)), sort=str(len(series.held))),
            Cell(text="", seal=series_seal(series, verdicts)),
        )

    titles = ("Indicator", "Values", "Repeated", "Held back", "Newest repeat")
    columns = tuple(Column(title=title, numeric=title in titles[1:4]) for title in titles)
    return Table(
        caption="Each indicator’s values and their newest repeat", columns=columns, rows=tuple(map(row, every))
    )


def _house(desk: Desk) -> tuple[Fact, ...]:
    database = "SQLite" if desk.house.database.is_sqlite else "PostgreSQL"
    counts = desk.house.runs.counts()
    return (
        Fact(label="Version", text=f"Repeatpass {VERSION}"),
        Fact(label="Database", text=database),
        Fact(label="Python", text=platform.python_version()),
        Fact(label="System", text=f"{platform.system()} {platform.release()} {platform.machine()}", mono=True),
        Fact(label="Runs kept", text=words.number(sum(counts.values())), href="/runs"),
        Fact(label="Health", text="/health", href="/health", mono=True),
    )
