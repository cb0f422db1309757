"""Read the series files of the slide-era dashboards into rows: the source CSV, and ``<AOI>-<INDICATOR>.json``.

What can be told for sure is read (semicolons, tabs, a line ``sep=;``, decimal commas); how a file was read is part of the
answer, so that a report can say it. Nothing is guessed.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from repeatpass.kit.errors import UnreadableData

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
SEPARATORS = ",;\t|"
NEEDED = {"time": "Time", "number": "Measurement Value"}
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")  # 1,204 may be either
DECIMAL = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")


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
    wrong: str = ""  # why nothing of the row can be read


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """How a file is written, as far as it is not the plain form."""

    columns: tuple[str, ...] = ()  # as they are called there
    separator: str = ","
    comma: bool = False  # numbers have a decimal comma
    twice: tuple[str, ...] = ()  # columns that say the same as an earlier one; the later counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The rows of a file, and how it is written."""

    rows: list[Row]
    form: Form


def key_of(name: str) -> tuple[str, str]:
    """Return AOI and indicator code of a file called ``<AOI>-<INDICATOR>.json``, empty texts for another name."""
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    aoi, _, code = stem.rpartition("-")
    return (aoi, code) if re.fullmatch(r"[A-Za-z]+\d+\w*", code) and aoi else ("", "")


def read_file(content: bytes, name: str) -> Reading:
    """Return the rows of a series file and how it is written; raise UnreadableData, saying where and why, for what is none."""
    if len(content) > LARGEST:
        raise UnreadableData(f"{name} is larger than {LARGEST // 1_000_000} MB.")
    text = _text_of(content, name)
    rows, form = _of_json(text, name) if name.lower().endswith(".json") else _of_csv(text, name)
    if not rows:
        raise UnreadableData(f"{name} holds no rows.")
    comma = has_decimal_commas([row.number for row in rows])
    return Reading(rows=_with_points(rows) if comma else rows, form=replace(form, comma=comma))


def read_rows(content: bytes, name: str) -> list[Row]:
    """Return the rows of a series file; raise UnreadableData, saying where and why, for what is none."""
    return read_file(content, name).rows


def _text_of(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = "It is UTF-16. " if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        raise UnreadableData(
            f"{name}, line {line}: this is no text in UTF-8: byte {error.start} cannot be read. {found}Save it as UTF-8."
        ) from None


def has_decimal_commas(numbers: Iterable[str]) -> bool:
    """Say whether the commas in *numbers* can only be decimal: none has a point, and at least one is not like 1,204."""
    given = list(numbers)
    with_comma = [each for each in given if "," in each]
    if not with_comma or any("." in each for each in given):
        return False
    return all(DECIMAL.fullmatch(each) for each in with_comma) and any(
        not THOUSANDS.fullmatch(each) for each in with_comma
    )


def _with_points(rows: Iterable[Row]) -> list[Row]:
    return [
        replace(
            row, number=row.number.replace(",", "."),
            reference=row.reference if row.reference.startswith("[") else row.reference.replace(",", "."),
        )
        for row in rows
    ]  # fmt: skip


def named_columns(names: Iterable[str]) -> dict[str, str]:
    """Return, for each column that is known, what it is called here."""
    plain = {name: re.sub(r"[\s_]+", "", name.lower()) for name in names}
    found = {name: COLUMNS[each] for name, each in plain.items() if each in COLUMNS}
    if "aoi" not in found.values():  # the download of one place calls the id of the place "aoi"
        found |= {name: "aoi" for name, here in found.items() if here == "position"}
    return found


def _of_csv(text: str, name: str) -> tuple[list[Row], Form]:
    lines = list(io.StringIO(text, newline=""))
    ahead = next((number for number, line in enumerate(lines) if line.strip(' \r\n\t,;|"')), 0)
    stated = re.fullmatch(r'"?sep=(.)"?\s*', lines[ahead], re.IGNORECASE) if lines else None
    ahead += 1 if stated else 0
    csv.field_size_limit(max(csv.field_size_limit(), LARGEST))  # outlines of countries are longer than Python expects
    separator = stated[1] if stated else _separator("".join(lines[ahead : ahead + 1]))
    table = csv.reader(lines[ahead:], strict=True, delimiter=separator)
    try:
        header = [each.strip() for each in next(table, [])]
        form = Form(columns=tuple(header), separator=separator, twice=tuple(_twice(header)))
        return list(_csv_rows(table, header, name, ahead)), form
    except csv.Error as error:
        raise UnreadableData(f"{name}, line {table.line_num + ahead}: this is no CSV ({error}).") from None


def _separator(header: str) -> str:
    """Return what separates the columns: that by which most of them are known; the comma where it makes no difference."""

    def known(separator: str) -> int:
        return len(named_columns(next(csv.reader([header], delimiter=separator), [])))

    return max(SEPARATORS, key=known)


def _twice(header: Sequence[str]) -> Iterator[str]:
    known, seen = named_columns(header), set[str]()
    for name in header:
        plain = known.get(name, name)
        if name and plain in seen:
            yield name
        seen.add(plain)


def _csv_rows(table: Any, header: Sequence[str], name: str, ahead: int) -> Iterator[Row]:
    columns = named_columns(header)
    if missing := [NEEDED[each] for each in NEEDED if each not in columns.values()]:
        raise UnreadableData(
            f"{name}, line {1 + ahead}: the header lacks {', '.join(missing)}; "
            f"it has {', '.join(header)[:300] or 'nothing'}."
        )
    for cells in table:
        if any(cell.strip() for cell in cells):
            row = _row(name, table.line_num + ahead, columns, dict(zip(header, cells, strict=False)))
            yield replace(row, wrong=_surplus(cells, len(header)))


def _surplus(cells: Sequence[str], wanted: int) -> str:
    """Return what is wrong with a row that goes on behind the last column: nobody can tell which cell is which."""
    if not any(cell.strip() for cell in cells[wanted:]):
        return ""
    return (
        f"The row has {len(cells)} cells and the header {wanted}; is a text with a separator without quotation marks?"
    )


def _of_json(text: str, name: str) -> tuple[list[Row], Form]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise UnreadableData(f"{name}{f', line {line}' if line else ''}: this is no JSON: {error}.") from None
    if not isinstance(found, list):
        raise UnreadableData(f"{name} is no series: it must be a list of rows, and is a {type(found).__name__}.")
    columns = dict.fromkeys(str(key) for each in found if isinstance(each, dict) for key in each)
    return list(_json_rows(found, name)), Form(columns=tuple(columns))


def _json_rows(found: Sequence[Any], name: str) -> Iterator[Row]:
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
