"""What can be understood of texts that people wrote for people: links, boxes, dates, licences."""

import re
from dataclasses import dataclass

LINK = re.compile(r"\[([^\]]*)\]\(\s*([^)\s]*)[^)]*\)")
NUMBER = re.compile(r"[-+−]?\d+(?:\.\d*)?")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})-(?P<number>\d\d)-(?P<day>\d\d)(?:T[\d:.]+Z?)?",
        rf"(?P<day>\d{{1,2}})\.?\s+{MONTH},?\s+(?P<year>\d{{4}})",
        rf"{MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})",
        rf"{MONTH},?\s+(?P<year>\d{{4}})",
        r"(?P<year>\d{4})-(?P<number>\d\d)(?!\d)",
        r"(?P<year>(?:19|20)\d\d)(?!\d)",
    )
)
GOING_ON = re.compile(r"\b(ongoing|on-going|present|now|today|current)\b", re.IGNORECASE)
CREATIVE = re.compile(r"creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)", re.IGNORECASE)
ZERO = re.compile(r"creativecommons\.org/publicdomain/zero/(\d\.\d)", re.IGNORECASE)
SHORT = re.compile(r"\bCC[ -](BY(?:[ -](?:NC|SA|ND))*)[ -](\d\.\d)\b", re.IGNORECASE)
OPEN_DATABASE = re.compile(r"opendatacommons\.org/licenses/(odbl|by|pddl)", re.IGNORECASE)
SPDX_OF_DATABASE = {"odbl": "ODbL-1.0", "by": "ODC-By-1.0", "pddl": "PDDL-1.0"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link of Markdown."""

    title: str
    href: str


def links_in(text: str) -> list[Link]:
    """Return the Markdown links of a text, and its bare addresses."""
    found = [Link(title=title.strip(), href=href) for title, href in LINK.findall(text)]
    rest = LINK.sub(" ", text)
    return found + [Link(title="", href=each.rstrip(".,;)")) for each in re.findall(r"https?://[^\s\"<>]+", rest)]


def without_links(text: str) -> str:
    """Return a text with the titles of its links in place of the links."""
    return LINK.sub(r"\1", text).strip()


def box_of_text(text: str) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north if a text is nothing but these four numbers, in that order."""
    plain = re.sub(r"[°()\[\],;NSEW\s]+", " ", text.replace("−", "-"), flags=re.IGNORECASE).strip()
    if re.search(r"[^\d.+\- ]", plain) or re.search(r"[WS]", text):
        return None
    numbers = [float(each) for each in NUMBER.findall(plain)]
    if len(numbers) != 4 or not (
        -90.5 <= numbers[1] <= numbers[3] <= 90.5 and -180.5 <= numbers[0] <= numbers[2] <= 180.5
    ):
        return None
    west, south, east, north = numbers
    return (max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))


def interval_of_text(text: str) -> tuple[str | None, str | None] | None:
    """Return the first and last moment that a text such as “April 1999 - ongoing” names; None if it names none.

    The last moment of a day, a month or a year is its last second.
    """
    found: list[tuple[int, tuple[str, str]]] = []
    rest = text
    for pattern in DATES:
        matches = [(match.start(), _span(match)) for match in pattern.finditer(rest)]
        found += [(at, span) for at, span in matches if span is not None]
        rest = pattern.sub(lambda match: " " * len(match.group()) if _span(match) else match.group(), rest)
    spans = [span for _, span in sorted(found)]
    if not spans:
        return None
    first = min(begin for begin, _ in spans)
    return first, None if GOING_ON.search(text) else max(end for _, end in spans)


def _span(match: re.Match[str]) -> tuple[str, str] | None:
    given = match.groupdict()
    year = int(given["year"])
    month = given.get("number") or _number(given.get("month"))
    if month == "":
        return None
    first, last = (int(month), int(month)) if month else (1, 12)
    day = int(given["day"]) if given.get("day") else 0
    if not 1 <= first <= 12 or day > _days(year, last):
        return None
    return (
        f"{year:04}-{first:02}-{day or 1:02}T00:00:00Z",
        f"{year:04}-{last:02}-{day or _days(year, last):02}T23:59:59Z",
    )


def _number(name: str | None) -> str | None:
    """Return the number of a month by its name: None for no name, "" for one that is none."""
    if name is None:
        return None
    short = name[:3].lower()
    return str(MONTHS.index(short) + 1) if short in MONTHS else ""


def _days(year: int, month: int) -> int:
    import calendar

    return calendar.monthrange(year, month)[1]


def spdx_of(text: str) -> str:
    """Return the SPDX identifier of the licence that a text links to or names; "" for none that is known."""
    if found := CREATIVE.search(text) or SHORT.search(text):
        return f"CC-{found[1].upper().replace(' ', '-')}-{found[2]}"
    if found := ZERO.search(text):
        return f"CC0-{found[1]}"
    if found := OPEN_DATABASE.search(text):
        return SPDX_OF_DATABASE[found[1].lower()]
    return ""
