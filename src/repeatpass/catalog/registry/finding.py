"""Look through the entries, and count what they could be narrowed by: one pass, without the database."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from repeatpass.catalog.registry.asking import Asked
from repeatpass.catalog.registry.plain import plain
from repeatpass.catalog.registry.records import Entry
from repeatpass.catalog.search.geometry import boxes_of
from repeatpass.catalog.search.records import Box

Condition = Callable[[Entry], bool]
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
FACETS: Mapping[str, Callable[[Entry], Sequence[str]]] = {
    "nature": lambda entry: (entry.nature,),
    "kind": lambda entry: entry.kinds,
    "use": lambda entry: (entry.use,),
    "provider": lambda entry: entry.makers,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """One value of a facet, and how many of the found have it."""

    value: str  # as it stands in an address
    text: str  # as people read it
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The entries that fit, in order, and by facet what they could be narrowed by, the most frequent first.

    A facet with a choice counts as if nothing were chosen in it, so that one sees what else there is; tags add up.
    """

    entries: Sequence[Entry]
    facets: Mapping[str, Sequence[Count]]
    of: int  # entries that there are


def find(
    entries: Sequence[Entry],
    asked: Asked,
    examples: Mapping[str, int] | None = None,
    hidden: Collection[str] = frozenset(),
) -> Found:
    """Return what fits *asked* of *entries*, which are in order of their titles.

    *examples* says how many usage examples each has, *hidden* which are not to be seen.
    """
    chosen = {name: getattr(asked, "maker" if name == "provider" else name) for name in FACETS}
    chosen = {name: value for name, value in chosen.items() if value}
    seen = [each for each in entries if each.id not in hidden] if hidden else entries
    conditions = list(_conditions(asked))
    found: list[Entry] = []
    counted: dict[str, list[Entry]] = {name: [] for name in chosen}
    for entry in seen:
        if conditions and not all(condition(entry) for condition in conditions):
            continue
        failing = [name for name, value in chosen.items() if value not in FACETS[name](entry)] if chosen else ()
        if not failing:
            found.append(entry)
        if len(failing) <= 1:
            for name in failing or chosen:
                counted[name].append(entry)
    facets = {name: counts_of(counted.get(name, found), values) for name, values in FACETS.items()}
    facets["tag"] = tag_counts(found)
    return Found(entries=ordered(found, asked, examples or {}), facets=facets, of=len(seen))


def _conditions(asked: Asked) -> Iterator[Condition]:
    """What words, tags, place and time ask for; choices in facets are looked at elsewhere."""
    yield from (_speaking(word) for word in asked.must)
    yield from (_silent(word) for word in asked.mustnot)
    yield from (_tagged(frozenset(group)) for group in (*((tag,) for tag in asked.tags), *asked.any_tags))
    yield from (_managed(part) for part in asked.managed_by)
    if (box := asked.box) is not None:
        yield lambda entry: _meets(entry.box, box)
    if asked.start or asked.end:
        yield lambda entry: _lasts(entry, asked.start, asked.end)


def _speaking(word: str) -> Condition:
    pattern = _spelled(word)
    if pattern == re.escape(word):
        return lambda entry: word in entry.text
    found = re.compile(pattern).search
    return lambda entry: found(entry.text) is not None


def _spelled(word: str) -> str:
    """A phrase however it is put together: “sea surface” is “sea-surface”, too."""
    parts = [re.escape(part) for part in re.split(r"[\s_-]+", word) if part]
    return r"[\W_]+".join(parts) if len(parts) > 1 else re.escape(word)


def _silent(word: str) -> Condition:
    """Only as a whole word: who wants no ice does not mean the Met Office."""
    found = re.compile(rf"(?<!\w){_spelled(word)}(?!\w)").search
    return lambda entry: found(entry.text) is None


def _tagged(group: frozenset[str]) -> Condition:
    return lambda entry: not group.isdisjoint(entry.keys)


def _managed(part: str) -> Condition:
    return lambda entry: part in entry.managed_by


def ordered(found: list[Entry], asked: Asked, examples: Mapping[str, int]) -> list[Entry]:
    """Put entries in order of their titles as asked; else those first whose title has the words, then the most used."""
    if asked.sort == "title":
        return found
    if asked.sort == "new":
        return sorted(found, key=lambda entry: (entry.created, entry.id), reverse=True)
    if asked.sort == "used" or not asked.must:
        return sorted(found, key=lambda entry: -examples.get(entry.id, 0)) if examples else found
    return sorted(found, key=lambda entry: (_weight(entry, asked.must), -examples.get(entry.id, 0)))


def counts_of(entries: Sequence[Entry], values: Callable[[Entry], Sequence[str]]) -> list[Count]:
    """Count the values that the entries have, the most frequent first."""
    numbers = Counter(value for entry in entries for value in values(entry))
    return [Count(value=value, text=value, number=number) for value, number in _most(numbers)]


def tag_counts(entries: Sequence[Entry]) -> list[Count]:
    """Count tags whatever their capitals, under the spelling that most use."""
    spelled = Counter(tag for entry in entries for tag in entry.tags)
    numbers: Counter[str] = Counter()
    best: dict[str, str] = {}
    for tag, number in _most(spelled):
        key = plain(tag)
        best.setdefault(key, tag)
        numbers[key] += number
    return [Count(value=key, text=best[key], number=number) for key, number in _most(numbers)]


def _most(numbers: Counter[str]) -> list[tuple[str, int]]:
    return sorted(numbers.items(), key=lambda each: (-each[1], each[0]))


def _weight(entry: Entry, words: Sequence[str]) -> int:
    return sum(word not in entry.heading for word in words)


def _meets(mine: Box | None, box: Box) -> bool:
    if mine is None:
        return False
    return any(
        a[0] <= b[2] and a[2] >= b[0] and a[1] <= b[3] and a[3] >= b[1] for a in boxes_of(mine) for b in boxes_of(box)
    )


def _lasts(entry: Entry, start: datetime | None, end: datetime | None) -> bool:
    if start is None and end is None:
        return True
    if entry.start is None and entry.end is None:
        return False
    begins_late = end is not None and (entry.start or LONG_AGO) > end
    ended = start is not None and entry.end is not None and entry.end < start
    return not begins_late and not ended
