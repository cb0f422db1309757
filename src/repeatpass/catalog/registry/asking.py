"""What somebody looks for, read from an address: words, choices, a place, a time.

The words may hold what the field's first registry understood: ``tags:a,b`` (any of them) and ``managedBy:x`` (a part of
a name). Beside these ``"two words"`` is a phrase and ``-word`` must not occur; all other words must.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from repeatpass.catalog.registry.plain import plain
from repeatpass.catalog.search.geometry import box_of
from repeatpass.catalog.search.records import Box
from repeatpass.core.errors import Invalid
from repeatpass.core.times import parse_time

WORDS = re.compile(r'-?"[^"]+"|[^\s"]+')
PREFIX = re.compile(r"(?:^|(?<=\s))(tags|tag|managedby|provider):", re.IGNORECASE)
SORTS = {"used": "Most used", "title": "Title", "new": "Newest"}
MOST_WORDS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is looked for; everything given must hold."""

    words: str = ""  # as typed
    must: tuple[str, ...] = ()  # plain
    mustnot: tuple[str, ...] = ()
    any_tags: tuple[tuple[str, ...], ...] = ()  # of each group one tag, plain
    managed_by: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()  # plain; all of them
    maker: str = ""
    nature: str = ""
    kind: str = ""
    use: str = ""
    box: Box | None = None
    start: datetime | None = None
    end: datetime | None = None
    sort: str = ""
    number: int = 1  # page

    @property
    def narrowed(self) -> bool:
        """Whether anything is looked for at all."""
        chosen = (self.tags, self.maker, self.nature, self.kind, self.use, self.box, self.start, self.end)
        return bool(self.words or any(chosen))


def asked_of(pairs: Iterable[tuple[str, str]]) -> Asked:
    """Read the parameters of an address; raise Invalid naming the one that is wrong, and what would be right."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            given.setdefault(name, []).append(value.strip())
    one = {name: values[-1] for name, values in given.items()}
    words = one.get("q") or one.get("search", "")
    must, mustnot, any_tags, managed_by = read_words(words)
    start, end = _times(one)
    return Asked(
        words=words,
        must=must,
        mustnot=mustnot,
        any_tags=any_tags,
        managed_by=managed_by,
        tags=tuple(dict.fromkeys(plain(each) for each in given.get("tag", ()))),
        maker=one.get("provider", ""),
        nature=one.get("nature", ""),
        kind=one.get("kind", ""),
        use=one.get("use", ""),
        box=box_of(one["bbox"].split(",")) if "bbox" in one else None,
        start=start,
        end=end,
        sort=_one_of("sort", one.get("sort", ""), SORTS),
        number=page_number(one.get("page", "1")),
    )


def read_words(text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return the words that must occur, those that must not, groups of tags, and parts of makers' names."""
    free, *special = PREFIX.split(text)
    found = list(WORDS.findall(free))[:MOST_WORDS]
    must = tuple(filter(None, (plain(word.strip('"')) for word in found if not word.startswith("-"))))
    mustnot = tuple(filter(None, (plain(word[1:].strip('"')) for word in found if word.startswith("-"))))
    tags, names = [], []
    for prefix, value in zip(special[::2], special[1::2], strict=True):
        if prefix.lower().startswith("tag"):
            tags.append(tuple(filter(None, (plain(each.strip(' "')) for each in value.split(",")))))
        else:
            names.append(plain(value.strip(' "')))
    return must, mustnot, tuple(filter(None, tags)), tuple(filter(None, names))


def _times(one: dict[str, str]) -> tuple[datetime | None, datetime | None]:
    """``from`` and ``to`` as years, months or days; ``datetime`` as STAC writes an interval."""
    first, last = one.get("from", ""), one.get("to", "")
    if "datetime" in one:
        parts = one["datetime"].split("/")
        if len(parts) > 2:
            raise Invalid(f"datetime: “{one['datetime']}” has more than one slash. Right would be: 2006-04/2010-09.",
                          field="datetime")  # fmt: skip
        first, last = (each.strip(". ") for each in (parts[0], parts[-1]))
    start, end = _moment("from", first), _moment("to", last)
    end = _last_of(last, end) if end else None
    if start and end and start > end:
        raise Invalid(f"from: {first} is after {last}. Right would be: an earlier beginning.", field="from")
    return start, end


def _moment(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return parse_time(text)
    except (Invalid, OverflowError):
        raise Invalid(f"{name}: “{text[:40]}” is no time. Right would be: 2006, 2006-04 or 2006-04-30.",
                      field=name) from None  # fmt: skip


def _last_of(text: str, moment: datetime) -> datetime:
    """A year means all of it, as do a month and a day."""
    if len(text) == 4:
        return datetime(moment.year, 12, 31, 23, 59, 59, tzinfo=UTC)
    if len(text) == 7:
        return (moment.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(seconds=1)
    return moment + timedelta(days=1) - timedelta(seconds=1) if len(text) == 10 else moment


def _one_of(name: str, text: str, known: Iterable[str]) -> str:
    if text and text not in known:
        raise Invalid(f"{name}: “{text[:40]}” is not known. Right would be: {', '.join(known)}.", field=name)
    return text


def page_number(text: str) -> int:
    """Read the number of a page; raise Invalid if it is none."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) < 10**6):
        raise Invalid(f"page: “{text[:40]}” is no page. Right would be: 1, 2, 3 …", field="page")
    return int(text[:9])
