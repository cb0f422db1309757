"""What would be made of series: for each indicator a collection of its files, a notebook, a definition."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from repeatpass.entries import Draft, OwnFile
from repeatpass.importing import writing
from repeatpass.importing.places import overview_rows, places_of
from repeatpass.importing.records import Dropped, Kind, Plan, Refused, Said, Series, Source
from repeatpass.importing.restrictions import periods_of
from repeatpass.kit.eodash import Row, Values, named_columns, place_id, read_rows, to_values
from repeatpass.kit.errors import UnreadableData

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
NO_PLACE = {
    "input_data": ("Input Data", "Which picture of which layer lay behind a value is not kept; maps are collections."),
    "reference_time": ("Reference time", "A reference has no time of its own here."),
    "frequency": ("Update Frequency", "An imported series does not update itself; it is a closed record."),
}
Known = Callable[[str], Mapping[str, Path]]  # the files that an indicator's collection holds already, by name


def name_of(code: str) -> str:
    """Return what the collection and the notebook of an indicator code are called."""
    return f"eodash-{place_id(code)}"


def plan_series(
    sources: Sequence[Source], said: Said, known: Known, themes: Mapping[str, Sequence[str]], keep: Path
) -> Plan:
    """Return what would be made of series files, with the overview and the restrictions beside them.

    *known* tells what was imported before, which goes on to count; *themes* come from a catalogue's configuration, by
    code; *keep* is a folder into which the files are written as they are.
    """
    rows, refused = _rows([each for each in sources if each.kind is Kind.SERIES])
    codes, dropped = _codes(rows)
    made: list[Series] = []
    for code in codes:
        planned = _one(code, sources, rows, said, known(name_of(code)), themes.get(code, ()), keep)
        if isinstance(planned, Refused):
            refused.append(planned)
            continue
        made.append(planned[0])
        dropped += planned[1]
    dropped += _unused(sources, {each.code for each in made})
    dropped += _unknown(sources, {each.file for each in rows})
    return Plan(series=made, dropped=list(dict.fromkeys(dropped)), refused=refused)


def _rows(sources: Sequence[Source]) -> tuple[list[Row], list[Refused]]:
    rows: list[Row] = []
    refused: list[Refused] = []
    for source in sources:
        try:
            rows += read_rows(source.content, source.name)
        except UnreadableData as error:
            line = re.search(r", (?:line|row) (\d+):", str(error))
            refused.append(Refused(file=source.name, reason=str(error), line=int(line[1]) if line else 0))
    return rows, refused


def _codes(rows: Sequence[Row]) -> tuple[list[str], list[Dropped]]:
    """Return the indicator codes, and the rows that have none."""
    reason = "The row names no indicator such as E13c, and the file is not called <AOI>-<INDICATOR>."
    dropped = [
        Dropped(file=each.file, field="Indicator code", reason=reason, line=each.line)
        for each in rows if not CODE.fullmatch(each.code)
    ]  # fmt: skip
    return sorted({each.code for each in rows if CODE.fullmatch(each.code)}), dropped


def _one(
    code: str, sources: Sequence[Source], rows: Sequence[Row], said: Said, known: Mapping[str, Path],
    themes: Sequence[str], keep: Path,
) -> tuple[Series, list[Dropped]] | Refused:  # fmt: skip
    files = {each.name: each for each in _files_of(code, sources, rows)}
    before = [_kept(name, path) for name, path in known.items() if name not in files]
    everything = [*before, *files.values()]
    mine = [each for each in [*_rows(before)[0], *rows] if each.code == code]
    values = to_values(mine, code)
    told = [each for source in everything if source.kind is Kind.OVERVIEW for each in overview_rows(source)]
    about = [*(each for each in told if each.code == code), *mine]
    if not any(each["value"] is not None for each in values.table):
        why = f" {values.left_out[0].field}: {values.left_out[0].reason}" if values.left_out else ""
        return Refused(file=mine[0].file, reason=f"None of the {values.rows} rows of {code} has a value.{why}")
    places, where, lost = places_of(about, {each["place"] for each in values.table})
    bands = [each for each in everything if each.kind is Kind.LOCKDOWN]
    periods, missed = periods_of(bands, [country for each in where for country in each.countries], code)
    name, id, title = name_of(code), place_id(code), writing.title_of(about, code)
    series = [each.name for each in everything if each.kind is Kind.SERIES]
    body = writing.collection_of(code, name, title, about, values, places, said, [each.name for each in everything])
    definition = writing.definition_of(code, id, name, about, values, places, periods, said, themes)
    licence, unit = str(definition["licence"]), str(definition["unit"])
    notebook = writing.notebook_of(code, name, title, unit, series, licence, str(definition["citation"]))
    draft = Draft(name=name, body=body, files=[_own(each, keep) for each in everything])
    planned = Series(
        code=code, id=id, name=name, collection=draft, notebook=notebook, definition=definition,
        says=_told(values, len(places), len(periods)),
    )  # fmt: skip
    return planned, [
        *_left_out(values),
        *_without_place(mine),
        *lost,
        *missed,
        *_unsaid(mine[0].file, body, unit, about),
    ]


def _files_of(code: str, sources: Sequence[Source], rows: Sequence[Row]) -> Iterator[Source]:
    """Yield the files with rows of *code*, the overviews that tell of it, and the restrictions."""
    mine = {each.file for each in rows if each.code == code}
    for source in sources:
        tells = source.kind is Kind.OVERVIEW and any(each.code == code for each in overview_rows(source))
        if source.name in mine or tells or source.kind is Kind.LOCKDOWN:
            yield source


def _kept(name: str, path: Path) -> Source:
    """Return a file of an earlier import as it was then."""
    from repeatpass.importing.sources import kind_of

    content = path.read_bytes()
    kind = kind_of(Path(name), content)
    return Source(name=name, kind=kind if isinstance(kind, Kind) else Kind.SERIES, content=content)


def _own(source: Source, keep: Path) -> OwnFile:
    path = keep / source.name
    path.write_bytes(source.content)
    kind = "text/csv" if source.name.lower().endswith(".csv") else "application/json"
    return OwnFile(key=source.name, path=path, media_type=kind)


def _told(values: Values, places: int, periods: int) -> str:
    parts = {
        "rows": values.rows, "values": len(values.table), "places": places, "periods": periods,
        "repeated rows": values.duplicates, "rows that disagree": values.disagreeing, "gaps": values.gaps,
        "unreadable": len(values.left_out),
    }  # fmt: skip
    flags = ", ".join(f"{number} × {flag}" for flag, number in sorted(values.flags.items()))
    said = ", ".join(f"{what}: {number}" for what, number in parts.items() if number)
    return said + (f"; flags: {flags}" if flags else "")


def _left_out(values: Values) -> list[Dropped]:
    return [Dropped(file=each.file, field=each.field, reason=each.reason, line=each.line) for each in values.left_out]


def _without_place(rows: Sequence[Row]) -> Iterator[Dropped]:
    """Yield what the rows say and nothing here can hold: once for each file and field."""
    for name, (field, reason) in NO_PLACE.items():
        for file, number in Counter(row.file for row in rows if getattr(row, name)).items():
            yield Dropped(file=file, field=field, reason=f"{reason} ({number} rows)")
    for file, number in Counter(row.file for row in rows if row.reference.startswith("[")).items():
        reason = f"Of [median,std,max,min] the standard deviation is left out; a value has one band. ({number} rows)"
        yield Dropped(file=file, field="Reference value", reason=reason)


def _unsaid(file: str, body: Mapping[str, object], unit: str, rows: Sequence[Row]) -> Iterator[Dropped]:
    """Yield what the files should say and do not."""
    if body["license"] == "other":
        yield Dropped(file=file, field="licence", reason="No licence is stated; --license adds one.")
    if not body["providers"]:
        yield Dropped(file=file, field="Data Provider", reason="No provider is stated; --provider adds one.")
    if unit == "1" and not (axis := writing.first(rows, "axis")).endswith(("[1]", "(1)")):
        shown = f"The axis is called “{axis}”" if axis else "Nothing tells the unit"
        yield Dropped(
            file=file, field="yAxis", reason=f"{shown}; it is taken as a pure number. --unit CODE=UNIT says it."
        )


def _unused(sources: Sequence[Source], codes: set[str]) -> Iterator[Dropped]:
    """Yield what tells of series that are not here."""
    for source in sources:
        if source.kind is Kind.OVERVIEW:
            alone = sum(each.code not in codes for each in overview_rows(source))
            if alone:
                yield Dropped(file=source.name, field="", reason=f"{alone} rows tell of indicators without a series.")
        elif source.kind is Kind.LOCKDOWN and not codes:
            yield Dropped(file=source.name, field="", reason="There is no series beside it that it could be drawn in.")


def _unknown(sources: Sequence[Source], read: set[str]) -> Iterator[Dropped]:
    """Yield the columns that are none of the original's."""
    for source in sources:
        if source.kind is Kind.SERIES and source.name in read:
            text = source.content.decode("utf-8-sig")
            names = next(csv.reader(text.splitlines())) if not source.name.endswith(".json") else _names(text)
            known = named_columns(names)
            for name in names:
                if name not in known:
                    yield Dropped(file=source.name, field=name, reason="No column of that name is known.")


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(str(name) for each in json.loads(text) for name in each))
