"""The tables of an indicator's page: its values, those held back, what each run brought."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from repeatpass.core.times import iso_short
from repeatpass.indicators.records import Value
from repeatpass.verification.records import Repeat
from repeatpass.web import words
from repeatpass.web.addresses import with_query
from repeatpass.web.desk import Series
from repeatpass.web.pages import saying
from repeatpass.web.pages.charting import across_places, place_name
from repeatpass.web.pages.resting import since_words
from repeatpass.web.pages.seals import seal_of
from repeatpass.web.views import Cell, Column, Download, Table

if TYPE_CHECKING:
    from repeatpass.web.pages.indicator import Shown

ROWS = 60  # on the page; all are in the CSV
OPTIONAL = (("lower", "Lower"), ("upper", "Upper"), ("reference", "Reference"))


def values_table(
    series: Series, shown: "Shown", verdicts: Mapping[str, Repeat], changed: Mapping[str, Sequence[str]]
) -> Table:
    """The same points as the chart, newest first; at one time, all places. *changed* marks what rests on old inputs."""
    indicator, across = series.indicator, across_places(series)
    values = list(series.values) if across else list(reversed(shown.values))
    digits = saying.digits_in(series, "" if across else shown.place)
    extras, flagged = series.once(f"columns {'' if across else shown.place}", lambda: _extras(values))
    unit = saying.unit_of(indicator.unit)
    columns = [Column(title="Place" if across else "Time"), Column(title="Value", numeric=True, note=unit)]
    columns += [Column(title=title, numeric=True, note=unit) for _name, title in extras]
    columns += [Column(title="Flag")] if flagged else []
    columns += [Column(title="Inputs")] if changed else []

    def row(value: Value) -> tuple[Cell, ...]:
        said = place_name(indicator, value.place) if across else saying.time_words(value.time, indicator.cadence)
        numbers = [value.value, *(getattr(value, name) for name, _title in extras)]
        cells = [Cell(text=said, href=saying.value_href(value), sort="" if across else iso_short(value.time))]
        cells += [Cell(text=words.number(number, digits), sort=_key(number)) for number in numbers]
        cells += [Cell(text=value.flag)] if flagged else []
        cells += [_since(changed.get(value.run, ()))] if changed else []
        return (*cells, Cell(text="", seal=seal_of(verdicts.get(value.run))))

    return Table(
        caption="Every place" if across else place_name(indicator, shown.place),
        columns=(*columns, Column(title="Newest repeat")),
        rows=tuple(row(value) for value in values[:ROWS]),
        total=len(values),
        downloads=(
            Download(label="All values as CSV", href=f"/indicators/{series.id}.csv"),
            Download(label="This place as CSV", href=with_query(f"/indicators/{series.id}.csv", place=shown.place)),
        ),
    )


def _since(names: Sequence[str]) -> Cell:
    return Cell(text=since_words(names), state="changed" if names else "")


def _extras(values: Sequence[Value]) -> tuple[list[tuple[str, str]], bool]:
    """The columns that say anything, and whether any value has a flag."""
    said = [(name, title) for name, title in OPTIONAL if any(getattr(value, name) is not None for value in values)]
    return said, any(value.flag for value in values)


def _key(number: float | None) -> str:
    return "" if number is None else repr(number)


def held_table(series: Series) -> Table:
    """What failed a gate and waits for a person."""
    indicator = series.indicator
    digits = saying.digits_in(series)
    columns = ("Time", "Place", "Value", "Why it is held back")
    rows = tuple(
        (
            Cell(text=saying.time_words(value.time, indicator.cadence), href=saying.value_href(value, revision=True)),
            Cell(text=place_name(indicator, value.place)),
            Cell(text=words.number(value.value, digits), sort=_key(value.value)),
            Cell(text=value.reason),
        )
        for value in series.held[:ROWS]
    )
    return Table(
        caption="Values that failed a check",
        columns=tuple(Column(title=title, numeric=title == "Value") for title in columns),
        rows=rows,
        total=len(series.held),
    )


def releases_table(series: Series) -> Table:
    """What each run brought."""
    columns = [Column(title="Delivered"), Column(title="Run")]
    columns += [Column(title=title, numeric=True) for title in ("New", "Unchanged", "Held back")]
    rows = tuple(
        (
            Cell(text=words.moment(each.created), sort=each.created.isoformat()),
            Cell(text=each.run, href=f"/runs/{each.run}", mono=True),
            Cell(text=words.number(each.released)),
            Cell(text=words.number(each.unchanged)),
            Cell(text=words.number(each.held) if not each.reason else each.reason),
        )
        for each in series.deliveries[:20]
    )
    return Table(caption="What each run brought", columns=tuple(columns), rows=rows, total=len(series.deliveries))
