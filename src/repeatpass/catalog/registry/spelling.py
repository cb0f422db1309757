"""Words that are near to misspelt ones, of those that stand in titles, tags and names of makers."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product

from repeatpass.catalog.registry.asking import Asked, read_words
from repeatpass.catalog.registry.finding import find
from repeatpass.catalog.registry.plain import plain
from repeatpass.catalog.registry.records import Entry

Vocabulary = Mapping[str, Sequence[str]]  # a plain word, and the ids of the collections that have it
WORD = re.compile(r"[^\W_]+")
PREFIXED = r"(?:^|(?<=\s))(?:managedby|provider|tags?):"
UNWANTED = r'(?:^|(?<=\s))-(?:"[^"]*"|\S+)'
TYPED = re.compile(rf"{PREFIXED}|{UNWANTED}|{WORD.pattern}", re.IGNORECASE)
LONG = 5  # letters from which on two of them may be wrong
NEAR = 3  # words that are tried in place of one
TRIED = 9  # searches at most
MOST_WORDS = 6  # of somebody who types more, nothing is guessed


def vocabulary_of(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """Return each word of titles, tags and makers with the collections that have it."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        text = " ".join((plain(entry.title), *entry.keys, *map(plain, entry.makers)))
        for word in set(WORD.findall(text)):
            found.setdefault(word, []).append(entry.id)
    return found


def meant(entries: Sequence[Entry], vocabulary: Vocabulary, asked: Asked, hidden: Collection[str] = frozenset()) -> str:
    """Return what somebody who found nothing may have meant to type; empty where no near words find anything.

    Only words of collections that are not *hidden* are offered, and only what finds one with everything else asked.
    The distance is that of optimal string alignment: a letter too many, too few, another one, or two changed over.
    """
    typed = [each for each in TYPED.finditer(asked.words) if not each[0].startswith("-") and not each[0].endswith(":")]
    if not 0 < len(typed) <= MOST_WORDS:
        return ""
    choices = [_near(plain(each[0]), vocabulary, hidden) or (each[0],) for each in typed]
    for words in islice(product(*choices), TRIED):
        text = _instead(asked.words, [each.span() for each in typed], words)
        if plain(text) != plain(asked.words) and find(entries, _asked(asked, text), hidden=hidden).entries:
            return text
    return ""


def _near(word: str, vocabulary: Vocabulary, hidden: Collection[str]) -> tuple[str, ...]:
    """Return the nearest words that can be seen, the most frequent first where they are as near; none for a known one."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if len(word) < 3 or word.isdigit() or _seen(vocabulary.get(word, ()), hidden):
        return ()
    wrong = 1 if len(word) < LONG else 2
    found = process.extract(word, vocabulary.keys(), scorer=OSA.distance, score_cutoff=wrong, limit=None)
    near = ((each, wrong) for each, wrong, _ in found if len(each) > 2 and _seen(vocabulary[each], hidden))
    ordered = sorted(near, key=lambda each: (each[1], each[0][0] != word[0], -len(vocabulary[each[0]]), each[0]))
    return tuple(each for each, _ in ordered[:NEAR])


def _seen(ids: Sequence[str], hidden: Collection[str]) -> bool:
    return any(each not in hidden for each in ids)


def _instead(text: str, spans: Sequence[tuple[int, int]], words: Sequence[str]) -> str:
    """Put *words* in place of what stands at *spans*; what was typed right keeps its capitals."""

    def parts() -> Iterator[str]:
        end = 0
        for (first, last), word in zip(spans, words, strict=True):
            yield text[end:first]
            yield word
            end = last
        yield text[end:]

    return "".join(parts())


def _asked(asked: Asked, text: str) -> Asked:
    must, mustnot, any_tags, managed_by = read_words(text)
    return replace(asked, words=text, must=must, mustnot=mustnot, any_tags=any_tags, managed_by=managed_by)
