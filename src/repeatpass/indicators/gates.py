"""Gates: what a delivered value must be before it goes live. What fails is held, with its reason."""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso_short, now, parse_time
from repeatpass.indicators.records import Indicator

REQUIRED = ("place", "time", "value")
OPTIONAL = ("lower", "upper", "reference", "flag")
MISSING = {"", "nan", "NaN", "NA", "null"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One delivered row, and why it is to be held, if it is."""

    place: str
    time: datetime
    value: float | None
    lower: float | None = None
    upper: float | None = None
    reference: float | None = None
    flag: str = ""
    problem: str = ""

    @property
    def numbers(self) -> tuple[float | None, ...]:
        """What must be equal for two revisions to say the same."""
        return (self.value, self.lower, self.upper, self.reference)


def read_candidates(content: bytes, unit: str, indicator: Indicator) -> list[Candidate]:
    """Read a delivered table and put every row through the gates.

    Raise Invalid if the delivery as a whole cannot be taken: it is no table, lacks a column, is empty,
    has a time that is none, or another unit.
    """
    if unit != indicator.unit:
        raise Invalid(f"The delivery is in “{unit}”, the indicator in “{indicator.unit}”; publish it with that unit.")
    rows = list(_rows(content))
    if not rows:
        raise Invalid("The delivery has no rows.")
    times = Counter((row.place, row.time) for row in rows)
    moment = now()
    return [_checked(row, indicator, times[row.place, row.time], moment) for row in rows]


def _rows(content: bytes) -> Iterator[Candidate]:
    try:
        table = csv.DictReader(io.StringIO(content.decode("utf-8")), strict=True)
        columns = set(table.fieldnames or ())
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(f"The delivery is not a CSV table in UTF-8: {error}.") from None
    if missing := [name for name in REQUIRED if name not in columns]:
        raise Invalid(f"The delivery lacks the column {', '.join(missing)}; it has {', '.join(sorted(columns))}.")
    for number, row in enumerate(table, start=2):
        yield _candidate(row, number)


def _candidate(row: dict[str, str], line: int) -> Candidate:
    try:
        value, *others = (_number(row.get(name) or "") for name in ("value", "lower", "upper", "reference"))
        time = parse_time(row["time"] or "")
    except (ValueError, Invalid) as error:
        raise Invalid(f"Line {line} of the delivery cannot be read: {error}") from None
    lower, upper, reference = others
    return Candidate(
        place=_text(row["place"]),
        time=time,
        value=value,
        lower=lower,
        upper=upper,
        reference=reference,
        flag=_text(row.get("flag")),
    )


def _text(text: str | None) -> str:
    return (text or "").replace("\0", "")[:80]  # what the database takes; no place or flag of ours is longer


def _number(text: str) -> float | None:
    return None if text.strip() in MISSING else float(text)


def _checked(row: Candidate, indicator: Indicator, times: int, moment: datetime) -> Candidate:
    problem = _problem(row, indicator, times, moment)
    return replace(row, problem=problem)


def _problem(row: Candidate, indicator: Indicator, times: int, moment: datetime) -> str:
    if indicator.place(row.place) is None:
        return f"The place “{row.place}” is not one of the indicator's."
    if row.time > moment:
        return f"The time {iso_short(row.time)} lies in the future."
    if times > 1:
        return f"The delivery has {times} values for {row.place} at {iso_short(row.time)}."
    if row.value is not None and not math.isfinite(row.value):
        return "The value is infinite."
    if row.value is not None and indicator.range and not indicator.range[0] <= row.value <= indicator.range[1]:
        low, high = indicator.range
        return f"{row.value:g} {indicator.unit} is outside of the plausible range {low:g} to {high:g}."
    return ""
