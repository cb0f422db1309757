"""How an indicator's numbers and times are said: its unit, its digits, its months."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import floor, isfinite, log10

from markupsafe import Markup

from repeatpass.core.times import iso_short
from repeatpass.indicators.records import Indicator, Period, Status, Value, ValueState
from repeatpass.kit.records import Tolerance
from repeatpass.web import words
from repeatpass.web.desk import Series
from repeatpass.web.views import Reading

UNITS = {"1": "", "degC": "°C", "celsius": "°C", "percent": "%"}
CADENCES = {
    "P1Y": "yearly",
    "P3M": "every three months",
    "P1M": "monthly",
    "P7D": "weekly",
    "P1W": "weekly",
    "P1D": "daily",
}
SENTENCE = re.compile(r"(?<=[a-z0-9)%”\"]\.)\s+(?=[A-ZÀ-Þ0-9“])")


def unit_of(unit: str) -> str:
    """A unit as people write it: ``degC`` is °C, the unit of a pure number is nothing."""
    return UNITS.get(unit, unit)


def digits_of(values: Iterable[float | None]) -> int:
    """Decimals that show about three figures of what the *values* differ by; two at most."""
    known = [value for value in values if value is not None and isfinite(value)]
    span = max(known) - min(known) if known else 0.0
    span = span or (abs(known[0]) if known else 0.0)
    return max(0, min(2, 2 - floor(log10(span)))) if span > 0 else 1


def digits_in(series: Series, place: str = "") -> int:
    """Decimals for the values of an indicator, of one place or of all; worked out once."""
    values = series.by_place.get(place, []) if place else series.values
    return series.once(f"digits {place}", lambda: digits_of(value.value for value in values))


def time_words(when: datetime, cadence: str, flag: str = "") -> str:
    """A time as fine as the record is: a year, a month, or a day."""
    if cadence == "P1Y" or flag == "year only":
        return str(when.year)
    if cadence in ("P1M", "P3M"):
        return words.month(when)
    at_midnight = (when.hour, when.minute, when.second) == (0, 0, 0)
    return words.day(when) if at_midnight else words.moment(when)


def span_words(times: Sequence[datetime]) -> str:
    """1958 to 2001; one year where there is but one."""
    if not times:
        return ""
    first, last = min(times), max(times)
    if first.year == last.year:
        return str(first.year)
    return f"{first.year} to {last.year}"


def value_href(value: Value, revision: bool = False) -> str:
    """The address of a value's passport."""
    path = f"/indicators/{value.indicator}/values/{value.place}/{iso_short(value.time)}"
    return f"{path}?revision={value.revision}" if revision else path


def reading_of(indicator: Indicator, value: Value | None, digits: int) -> Reading:
    """A value with everything needed to say it."""
    unit = unit_of(indicator.unit)
    if value is None:
        return Reading(value=None, unit=unit, digits=digits, time="", label="No value yet")
    return Reading(
        value=value.value,
        unit=unit,
        digits=digits,
        time=iso_short(value.time),
        label=time_words(value.time, indicator.cadence, value.flag),
        href=value_href(value),
        lower=value.lower,
        upper=value.upper,
        reference=value.reference,
        reference_name="reference",
        flag=value.flag,
        state="held" if value.state is ValueState.HELD else "released",
        reason=value.reason,
    )


def status_words(indicator: Indicator, span: str) -> str:
    """Whether the record goes on, and how often."""
    often = CADENCES.get(indicator.cadence, "")
    if indicator.status is Status.LIVE:
        return f"Live, updated {often}" if often else "Live"
    return ", ".join(part for part in ("Closed record", often, span) if part)


def period_words(period: Period) -> str:
    """August 2007 to April 2008: the end of a period is exclusive."""
    last = period.end - timedelta(days=1)
    if period.start.day == 1 and period.end.day == 1:
        return f"{words.month(period.start)} to {words.month(last)}"
    return f"{words.day(period.start)} to {words.day(last)}"


def period_kind(kind: str) -> str:
    """The tint of a period."""
    return {"cold": "cool"}.get(kind, kind)


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs, escaped, small figures set small."""
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(words.prose(" ".join(part.split()))) for part in parts)


def sentences(text: str) -> tuple[str, ...]:
    """*text* sentence by sentence, as a list is read."""
    return tuple(part.strip() for part in SENTENCE.split(" ".join(text.split())) if part.strip())


def tolerance_words(tolerance: Tolerance, unit: str) -> str:
    """The difference that an indicator declares as meaningless."""
    parts = [f"{tolerance.absolute:g} {unit_of(unit)}".strip()] if tolerance.absolute else []
    parts += [f"{tolerance.relative:g} of the value"] if tolerance.relative else []
    return " or ".join(parts) or "None: every number must be the same"
