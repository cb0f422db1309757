"""What would be made of series: for each indicator a collection of its files, a notebook, a definition."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from repeatpass.entries import Draft, OwnFile
from repeatpass.importing import writing
from repeatpass.importing.forms import left_out, unsaid, without_place, written
from repeatpass.importing.places import overview_rows, places_of
from repeatpass.importing.records import Dropped, Kind, Plan, Refused, Said, Series, Source, Taken
from repeatpass.importing.restrictions import periods_of
from repeatpass.kit.eodash import Row, Values, place_id, to_values
from repeatpass.kit.eodash_rows import Form, read_file
from repeatpass.kit.errors import UnreadableData

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
NO_PLACE = {
    "input_data": ("Input Data", "Which picture of which layer lay behind a value is not kept; maps are collections."),
    "reference_time": ("Reference time", "A reference has no time of its own here."),
    "frequency": ("Update Frequency", "An imported series does not update itself; it is a closed record."),
    "region": ("Region", "A place has a name, a city and a country here."),
}
NO_CODE = "The row names no indicator such as E13c, and the file is not called <AOI>-<INDICATOR>."
NAME_IT = "Add a column “Indicator code”, or call the file BE3-E13c.csv."
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
    rows, forms, refused = _rows([each for each in sources if each.kind is Kind.SERIES])
    codes, dropped, nameless = _codes(rows)
    made: list[Series] = []
    for code in codes:
        planned = _one(code, sources, rows, said, known(name_of(code)), themes.get(code, ()), keep)
        if isinstance(planned, Refused):
            refused.append(planned)
            continue
        made.append(planned[0])
        dropped += planned[1]
    dropped += _unused(sources, {each.code for each in made})
    dropped += [
        each
        for file, form in forms.items()
        if file not in {one.file for one in nameless}
        for each in written(file, form)
    ]
    files = list(_taken(sources, rows, {each.code: each.id for each in made}))
    return Plan(series=made, dropped=list(dict.fromkeys(dropped)), refused=[*refused, *nameless], files=files)


def _rows(sources: Sequence[Source]) -> tuple[list[Row], dict[str, Form], list[Refused]]:
    rows: list[Row] = []
    forms: dict[str, Form] = {}
    refused: list[Refused] = []
    for source in sources:
        try:
            read = read_file(source.content, source.name)
        except UnreadableData as error:
            line = re.search(r", (?:line|row) (\d+):", str(error))
            refused.append(Refused(file=source.name, reason=str(error), line=int(line[1]) if line else 0))
            continue
        rows += read.rows
        forms[source.name] = read.form
    return rows, forms, refused


def _codes(rows: Sequence[Row]) -> tuple[list[str], list[Dropped], list[Refused]]:
    """Return the indicator codes, the rows that have none, and the files in which no row has one."""
    named = {each.file for each in rows if CODE.fullmatch(each.code)}
    wrong = [each for each in rows if not CODE.fullmatch(each.code)]
    dropped = [
        Dropped(file=each.file, field="Indicator code", reason=NO_CODE, line=each.line, todo=NAME_IT)
        for each in wrong if each.file in named
    ]  # fmt: skip
    nameless = dict.fromkeys(each.file for each in wrong if each.file not in named)
    refused = [
        Refused(file=each, reason=NO_CODE.replace("The row", "No row"), line=1, todo=NAME_IT) for each in nameless
    ]
    return sorted({each.code for each in rows if CODE.fullmatch(each.code)}), dropped, refused


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
        first = values.left_out[0] if values.left_out else None
        why = f" {first.field}: {first.reason}" if first else ""
        reason = f"None of the {values.rows} rows of {code} has a value.{why}"
        return Refused(file=mine[0].file, reason=reason, line=first.line if first else 0)
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
        *left_out(values),
        *without_place(mine, NO_PLACE),
        *lost,
        *missed,
        *unsaid(mine[0].file, body, unit, writing.first(about, "axis")),
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


def _unused(sources: Sequence[Source], codes: set[str]) -> Iterator[Dropped]:
    """Yield what tells of series that are not here."""
    for source in sources:
        if source.kind is Kind.OVERVIEW:
            alone = sum(each.code not in codes for each in overview_rows(source))
            if alone:
                reason, todo = f"{alone} rows tell of indicators without a series.", "Import their series with it."
                yield Dropped(file=source.name, field="", reason=reason, todo=todo)
        elif source.kind is Kind.LOCKDOWN and not codes:
            reason = "There is no series beside it that it could be drawn in."
            yield Dropped(file=source.name, field="", reason=reason, todo="Import a series with it.")


def _taken(sources: Sequence[Source], rows: Sequence[Row], made: Mapping[str, str]) -> Iterator[Taken]:
    """Yield what became of the files of which indicators were made."""
    codes: dict[str, Counter[str]] = {}
    for row in rows:
        codes.setdefault(row.file, Counter())[row.code] += 1
    for source in sources:
        if source.kind is Kind.OVERVIEW:
            codes[source.name] = Counter(row.code for row in overview_rows(source))
        elif source.kind is Kind.LOCKDOWN:
            codes[source.name] = Counter(made)
        known = {code: number for code, number in codes.get(source.name, {}).items() if code in made}
        if known and source.kind in (Kind.SERIES, Kind.OVERVIEW, Kind.LOCKDOWN):
            pages = tuple(f"/indicators/{made[code]}" for code in known)
            rest = f"{sum(known.values())} rows, " if source.kind is not Kind.LOCKDOWN else ""
            yield Taken(file=source.name, kind=source.kind, became=pages, says=f"{rest}kept byte for byte")
