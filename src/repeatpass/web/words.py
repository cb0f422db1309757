"""Numbers, dates and sizes as people read them. Used as Jinja filters and by whoever fills the views."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from math import isnan

from markupsafe import Markup, escape

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
LOWERED = {c: f"<sub>{i}</sub>" for i, c in enumerate("₀₁₂₃₄₅₆₇₈₉")}
RAISED = {c: f"<sup>{p}</sup>" for c, p in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789−", strict=True)}
FIGURES = LOWERED | RAISED
UNIT = re.compile(r"(?<=\d) (?=(?:K|ppm|°C|hPa|mm|km|m|%)(?:\W|$))")
SMALL = re.compile(f"[{''.join(FIGURES)}]")


def number(value: float | None, digits: int = 0) -> str:
    """*value* with *digits* decimals, a true minus sign and thin spaces between thousands; — for none."""
    if value is None or isnan(value):
        return "—"
    text = f"{abs(value):,.{digits}f}".replace(",", "\u202f")
    negative = value < 0 and any(c in "123456789" for c in text)
    return ("\u2212" if negative else "") + text


def signed(value: float | None, digits: int = 0) -> str:
    """Like `number`, with a plus sign too: for anomalies and differences."""
    text = number(value, digits)
    return "+" + text if value is not None and value > 0 and text[0].isdigit() else text


def day(when: date | datetime | None) -> str:
    """3 May 2026."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}" if when else "never"


def month(when: date | datetime) -> str:
    """May 2026."""
    return f"{MONTHS[when.month - 1]} {when.year}"


def moment(when: datetime | None) -> str:
    """3 May 2026, 14:05 UTC. A time without a zone is taken as UTC."""
    if when is None:
        return "never"
    known = when.astimezone(UTC) if when.tzinfo else when
    return f"{day(known)}, {known:%H:%M} UTC"


def size(count: float) -> str:
    """812 bytes, 4.1 kB, 12 MB: SI units, two figures."""
    if count < 1000:
        return f"{count:.0f} bytes"
    for unit in ("kB", "MB", "GB", "TB"):
        count /= 1000
        if count < 999.5 or unit == "TB":
            break
    return f"{count:.1f} {unit}" if count < 10 else f"{count:.0f} {unit}"


def duration(seconds: float | None) -> str:
    """140 ms, 2.4 s, 3 min 20 s, 1 h 5 min."""
    if seconds is None:
        return "—"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def short(digest: str, length: int = 12) -> str:
    """The first figures of a digest, without its ``sha256:``."""
    return digest.rpartition(":")[2][:length]


def plural(count: int, one: str, many: str = "") -> str:
    """1 value, 2 values."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def degrees(value: float, axis: str) -> str:
    """12.5° N, 150° W: *axis* is ``lat`` or ``lon``."""
    letter = ("N" if value >= 0 else "S") if axis == "lat" else ("E" if value >= 0 else "W")
    return f"{abs(value):g}°\u202f{letter}"


def box(sides: Sequence[float]) -> str:
    """14.4° N to 60.6° N, 135.9° W to 44.1° W: west, south, east, north in degrees, with as many digits as tell them apart.

    A point is said as one place, and what goes all around the Earth by its latitudes alone.
    """
    west, south, east, north = sides
    size = max((east - west) % 360, north - south)
    digits = 1 if size >= 2 else 2 if size == 0 or size >= 0.2 else 3 if size >= 0.02 else 4
    lats = list(dict.fromkeys(degrees(round(each, digits), "lat") for each in (south, north)))
    lons = list(dict.fromkeys(degrees(round(each, digits), "lon") for each in (west, east)))
    said = " to ".join(lats)
    return said if (west, east) == (-180.0, 180.0) else f"{said}, {' to '.join(lons)}"


def prose(text: str) -> Markup:
    """Escape *text*; keep a number with its unit, and set the figures of CO₂ and m⁻³ as real sub- and superscripts."""
    text = UNIT.sub("\N{NO-BREAK SPACE}", text)
    if text.isascii():  # most text, and every cell of a long table
        return escape(text)
    return Markup(SMALL.sub(lambda found: FIGURES[found[0]], str(escape(text))))
