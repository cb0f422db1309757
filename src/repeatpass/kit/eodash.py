"""Read the series files of the slide-era dashboards: how a row of theirs becomes a value here.

Two forms: the source CSV with its header, and ``<AOI>-<INDICATOR>.json``, a list of rows. The same functions plan an
import and run in its notebook, so that what was announced is what happens. Nothing is guessed: what cannot be read is
left out and named, with its line.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from repeatpass.kit.errors import UnreadableData

MISSING = {"", "nan", "none", "null", "na", "n/a", "nat", "-"}
LARGEST = 200_000_000  # bytes of one series file
# What a column is called here, by its name in any of the files: in small letters, without spaces and underscores.
COLUMNS = {
    "aoi": "position", "latlng": "position", "aoiid": "aoi", "indicatorcode": "code", "indicator": "code",
    "sitename": "site", "country": "country", "region": "region", "city": "city", "description": "description",
    "method": "method", "indicatorname": "title", "yaxis": "axis", "subaoi": "outline", "measurementvalue": "number",
    "measurement": "number", "indicatorvalue": "judgement", "colorcode": "colour", "time": "time",
    "referencetime": "reference_time", "referencevalue": "reference", "eosensor": "sensor", "inputdata": "input_data",
    "dataprovider": "provider", "updatefrequency": "frequency",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a series file, every field as the text that stood there."""

    file: str
    line: int  # in a CSV the line, in JSON the number of the row; from 1
    aoi: str = ""
    code: str = ""
    position: str = ""  # "lat,lon"
    outline: str = ""  # WKT
    site: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    title: str = ""
    description: str = ""
    method: str = ""
    axis: str = ""
    time: str = ""
    number: str = ""
    judgement: str = ""
    colour: str = ""
    reference_time: str = ""
    reference: str = ""
    sensor: str = ""
    input_data: str = ""
    provider: str = ""
    frequency: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A row, or a part of one, that did not become part of a value."""

    file: str
    line: int
    field: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """The values of one indicator, and what became of the rows."""

    rows: int  # that were read
    table: list[dict[str, Any]]  # place, time, value, lower, upper, reference, flag
    duplicates: int  # rows that say exactly what another one says
    disagreeing: int  # rows that say something else of a place and time than another one
    gaps: int  # rows that state a time and no number
    flags: Mapping[str, int]  # how often each
    left_out: list[LeftOut]

    def counts(self) -> dict[str, Any]:
        """Return everything but the values, as a notebook publishes it."""
        told = [f"{each.file}:{each.line}: {each.field}: {each.reason}" for each in self.left_out[:200]]
        numbers = {name: getattr(self, name) for name in ("rows", "duplicates", "disagreeing", "gaps")}
        return numbers | {"values": len(self.table), "flags": dict(self.flags), "left_out": told}


FIELDS = {each.name for each in fields(Row)} - {"file", "line"}


def key_of(name: str) -> tuple[str, str]:
    """Return AOI and indicator code of a file called ``<AOI>-<INDICATOR>.json``, empty texts for another name."""
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    aoi, _, code = stem.rpartition("-")
    return (aoi, code) if re.fullmatch(r"[A-Za-z]+\d+\w*", code) and aoi else ("", "")


def place_id(aoi: str) -> str:
    """Return the id of the place that an AOI id names: small letters, digits, hyphens."""
    return re.sub(r"[^a-z0-9._-]+", "-", aoi.lower()).strip("-._")[:63]


def read_rows(content: bytes, name: str) -> list[Row]:
    """Return the rows of a series file; raise UnreadableData, saying where and why, for what is none."""
    if len(content) > LARGEST:
        raise UnreadableData(f"{name} is larger than {LARGEST // 1_000_000} MB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableData(
            f"{name} is no text in UTF-8: byte {error.start} cannot be read. Save it as UTF-8."
        ) from None
    found = list(_json_rows(text, name) if name.lower().endswith(".json") else _csv_rows(text, name))
    if not found:
        raise UnreadableData(f"{name} holds no rows.")
    return found


def named_columns(names: Iterable[str]) -> dict[str, str]:
    """Return, for each column that is known, what it is called here."""
    plain = {name: re.sub(r"[\s_]+", "", name.lower()) for name in names}
    found = {name: COLUMNS[each] for name, each in plain.items() if each in COLUMNS}
    if "aoi" not in found.values():  # the download of one place calls the id of the place "aoi"
        found |= {name: "aoi" for name, here in found.items() if here == "position"}
    return found


def _csv_rows(text: str, name: str) -> Iterator[Row]:
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(table, [])
        columns = named_columns(header)
        if missing := [each for each in ("time", "number") if each not in columns.values()]:
            wanted = {"time": "Time", "number": "Measurement Value"}
            raise UnreadableData(
                f"{name}, line 1: the header lacks {', '.join(wanted[each] for each in missing)}; "
                f"it has {', '.join(header)[:300] or 'nothing'}."
            )
        for cells in table:
            if any(cell.strip() for cell in cells):
                yield _row(name, table.line_num, columns, dict(zip(header, cells, strict=False)))
    except csv.Error as error:
        raise UnreadableData(f"{name}, line {table.line_num}: this is no CSV ({error}).") from None


def _json_rows(text: str, name: str) -> Iterator[Row]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableData(f"{name} is no JSON: {error}.") from None
    if not isinstance(found, list):
        raise UnreadableData(f"{name} is no series: it must be a list of rows, and is a {type(found).__name__}.")
    for number, each in enumerate(found, start=1):
        if not isinstance(each, dict):
            raise UnreadableData(f"{name}, row {number}: it must be an object with time and measurement_value.")
        yield _row(name, number, named_columns(each), each)


def _row(name: str, line: int, columns: Mapping[str, str], given: Mapping[str, Any]) -> Row:
    texts = {here: _text(given.get(column)) for column, here in columns.items()}
    aoi, code = key_of(name)
    texts = {"aoi": aoi, "code": code} | {here: text for here, text in texts.items() if text}
    return Row(file=name, line=line, **texts)


def _text(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value)
    return "" if value is None else str(value).replace("\0", "").strip()


def to_values(rows: Iterable[Row], code: str) -> Values:
    """Return the values that the rows of one indicator say.

    Rows that say exactly the same are one. Rows that disagree on a place and time are all kept: the platform holds such
    values until a person has chosen. A row without a number is a stated gap.
    """
    read = [row for row in rows if row.code == code]
    left_out: list[LeftOut] = []
    made: dict[tuple[Any, ...], dict[str, Any]] = {}
    duplicates = 0
    for row in read:
        value = _value(row, left_out)
        if value is not None:
            duplicates += tuple(value.values()) in made
            made.setdefault(tuple(value.values()), value)
    table = sorted(made.values(), key=lambda each: (each["place"], each["time"]))
    times = Counter((each["place"], each["time"]) for each in table)
    return Values(
        rows=len(read), table=table, duplicates=duplicates,
        disagreeing=sum(number for number in times.values() if number > 1),
        gaps=sum(each["value"] is None for each in table),
        flags=Counter(each["flag"] for each in table if each["flag"]), left_out=left_out,
    )  # fmt: skip


def _value(row: Row, left_out: list[LeftOut]) -> dict[str, Any] | None:
    try:
        place, time = _place(row), _time(row.time)
        value = _number(row.number, "Measurement Value")
    except _Unreadable as error:
        left_out.append(LeftOut(file=row.file, line=row.line, field=error.field, reason=str(error)))
        return None
    found = {"place": place, "time": time, "value": value, "lower": None, "upper": None, "reference": None}
    return found | _reference(row, left_out) | {"flag": flag_of(row)}


class _Unreadable(Exception):
    """A field that cannot be read."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _place(row: Row) -> str:
    if not (place := place_id(row.aoi)):
        raise _Unreadable("AOI_ID", "It names no place.")
    return place


def _time(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Unreadable("Time", f"“{text[:60]}” is no time such as 2020-03-01 or 2020-03-01T10:30:00.") from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(text: str, field: str) -> float | None:
    if text.lower() in MISSING:
        return None
    try:
        number = float(text.replace("_", "?"))  # Python takes 1_000 for a number, nobody else does
    except ValueError:
        raise _Unreadable(field, f"“{text[:60]}” is no number.") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise _Unreadable(field, f"“{text[:60]}” is no finite number.")
    return number


def _reference(row: Row, left_out: list[LeftOut]) -> dict[str, float | None]:
    """Return the reference; of ``[median,std,max,min]`` the median, with minimum and maximum as the band."""
    text = row.reference.strip()
    try:
        if not text.startswith("["):
            return {"reference": _number(text, "Reference value")}
        parts = [_number(each.strip(), "Reference value") for each in text.strip("[]").split(",")]
        if len(parts) != 4:
            raise _Unreadable("Reference value", f"“{text[:60]}” is not [median,std,max,min].")
    except _Unreadable as error:
        left_out.append(LeftOut(file=row.file, line=row.line, field=error.field, reason=f"{error} The value is kept."))
        return {}
    median, _std, most, least = parts
    return {"reference": median, "lower": least, "upper": most}


def flag_of(row: Row) -> str:
    """Return colour and judgement of a row as one flag: ``red: low``; one of them where the other is missing."""
    colour, judgement = (text.lower() for text in (row.colour.strip(), row.judgement.strip()))
    parts = [each for each in (colour, judgement) if each not in MISSING]
    return ": ".join(dict.fromkeys(parts))[:80]
