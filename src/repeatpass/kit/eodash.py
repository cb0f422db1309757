"""What a row of a slide-era series says as a value here.

The same functions plan an import and run in its notebook, so that what was announced is what happens. Nothing is guessed:
what cannot be read is left out and named, with its line.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from repeatpass.kit.eodash_rows import LARGEST, THOUSANDS, Row, key_of, named_columns, read_rows

__all__ = [
    "LARGEST",
    "LeftOut",
    "Row",
    "Values",
    "flag_of",
    "key_of",
    "named_columns",
    "place_id",
    "read_rows",
    "to_values",
]
MISSING = {"", "nan", "none", "null", "na", "n/a", "nat", "-"}


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
    told_twice: list[LeftOut]  # the duplicates and the rows that disagree, each with its line
    read_otherwise: list[LeftOut]  # times that are not written as ISO 8601 has them

    def counts(self) -> dict[str, Any]:
        """Return everything but the values, as a notebook publishes it."""
        told = [f"{each.file}:{each.line}: {each.field}: {each.reason}" for each in self.left_out[:200]]
        numbers = {name: getattr(self, name) for name in ("rows", "duplicates", "disagreeing", "gaps")}
        return numbers | {"values": len(self.table), "flags": dict(self.flags), "left_out": told}


def place_id(aoi: str) -> str:
    """Return the id of the place that an AOI id names: small letters, digits, hyphens."""
    return re.sub(r"[^a-z0-9._-]+", "-", aoi.lower()).strip("-._")[:63]


def to_values(rows: Iterable[Row], code: str) -> Values:
    """Return the values that the rows of one indicator say.

    Rows that say exactly the same are one. Rows that disagree on a place and time are all kept: the platform holds such
    values until a person has chosen. A row without a number is a stated gap.
    """
    read = [row for row in rows if row.code == code]
    left_out: list[LeftOut] = []
    otherwise: list[LeftOut] = []
    made: dict[tuple[Any, ...], dict[str, Any]] = {}
    sources: list[tuple[Row, tuple[Any, ...]]] = []
    for row in read:
        value = _value(row, left_out, otherwise)
        if value is not None:
            made.setdefault(tuple(value.values()), value)
            sources.append((row, tuple(value.values())))
    table = sorted(made.values(), key=lambda each: (each["place"], each["time"]))
    times = Counter((each["place"], each["time"]) for each in table)
    return Values(
        rows=len(read), table=table, duplicates=len(sources) - len(made),
        disagreeing=sum(number for number in times.values() if number > 1),
        gaps=sum(each["value"] is None for each in table),
        flags=Counter(each["flag"] for each in table if each["flag"]), left_out=left_out,
        told_twice=list(_told_twice(sources, times)), read_otherwise=otherwise,
    )  # fmt: skip


def _told_twice(sources: Iterable[tuple[Row, tuple[Any, ...]]], times: Mapping[Any, int]) -> Iterator[LeftOut]:
    """Yield the rows that say what another says, or something else of the same place and time."""
    seen: set[tuple[Any, ...]] = set()
    for row, value in sources:
        reason = "The row says exactly what another one says; they are one value." if value in seen else ""
        if not reason and times[value[:2]] > 1:
            reason = "Rows disagree on this place and time; each of them is held until a person has chosen."
        seen.add(value)
        if reason:
            yield LeftOut(file=row.file, line=row.line, field="Time", reason=reason)


def _value(row: Row, left_out: list[LeftOut], otherwise: list[LeftOut]) -> dict[str, Any] | None:
    try:
        if row.wrong:
            raise _Unreadable("", row.wrong)
        place, time = _place(row), time_of(row.time)
        value = _number(row.number, "Measurement Value")
    except _Unreadable as error:
        left_out.append(LeftOut(file=row.file, line=row.line, field=error.field, reason=str(error)))
        return None
    if not _is_iso(row.time):
        reason = f"“{row.time[:60]}” is read as “{time}”."
        otherwise.append(LeftOut(file=row.file, line=row.line, field="Time", reason=reason))
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


YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[T ](.+))?")
DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[T ](.+))?")
SLASHES = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b.*")


def time_of(text: str) -> str:
    """Return a time in UTC, from ISO 8601, the year first (2020/3/1, 2020-03), or the day first with dots (1.3.2020).

    A year or a month alone is its beginning. Raise an error for what can be read in more than one way.
    """
    for each in (text, *_turned(text)):
        try:
            moment = datetime.fromisoformat(each)
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    raise _Unreadable("Time", f"“{text[:60]}” {_why_no_time(text)}.")


def _turned(text: str) -> Iterator[str]:
    """Yield the text as ISO 8601 has it, where there is only one way to do so."""
    if found := YEAR_FIRST.fullmatch(text):
        year, month, day, clock = found.groups()
        yield f"{year}-{int(month or 1):02d}-{int(day or 1):02d}" + (f"T{clock}" if clock else "")
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year, clock = found.groups()
        yield f"{year}-{int(month):02d}-{int(day):02d}" + (f"T{clock}" if clock else "")


def _why_no_time(text: str) -> str:
    if SLASHES.fullmatch(text):
        return "may be day and month or month and day; write 2020-03-01"
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return "is a day number of a spreadsheet; give the column the format YYYY-MM-DD there"
    return "is no time such as 2020-03-01 or 2020-03-01T10:30:00"


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(text: str, field: str) -> float | None:
    if text.lower() in MISSING:
        return None
    try:
        number = float(text.replace("_", "?"))  # Python takes 1_000 for a number, nobody else does
    except ValueError:
        either = f"; write {text.replace(',', '.', 1)} or {text.replace(',', '')}" if THOUSANDS.fullmatch(text) else ""
        raise _Unreadable(field, f"“{text[:60]}” is no number{either}.") from None
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
