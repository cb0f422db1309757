"""Lists that are narrowed by words and by facets: what is left, and the addresses that change the choice."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from repeatpass.web.addresses import with_query
from repeatpass.web.views import Facet, FacetValue, Link, Search

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question(Generic[T]):
    """One facet: its name in the address, its title, and the values that a thing has in it."""

    name: str
    title: str
    values: Callable[[T], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Narrowed(Generic[T]):
    """A list after search and choices."""

    found: tuple[T, ...]
    facets: tuple[Facet, ...]
    chosen: tuple[Link, ...]
    search: Search


def narrow(
    path: str,
    things: Sequence[T],
    questions: Sequence[Question[T]],
    asked: Mapping[str, str],
    text_of: Callable[[T], str],
    label: str,
) -> Narrowed[T]:
    """Narrow *things* by ``q`` and the questions in *asked*; words must all occur, whatever their case."""
    chosen = {question.name: asked[question.name] for question in questions if asked.get(question.name)}
    text = asked.get("q", "").strip()
    sought = text.casefold().split()
    found = [thing for thing in things if all(word in text_of(thing).casefold() for word in sought)]

    def fits(thing: T, but: str = "") -> bool:
        return all(
            chosen[each.name] in each.values(thing) for each in questions if each.name in chosen and each.name != but
        )

    facets = [
        _facet(path, question, [thing for thing in found if fits(thing, question.name)], chosen | {"q": text})
        for question in questions
    ]
    return Narrowed(
        found=tuple(thing for thing in found if fits(thing)),
        facets=tuple(facet for facet in facets if facet.values),
        chosen=_chosen(path, chosen, text),
        search=Search(action=path, text=text, keep=tuple(chosen.items()), label=label),
    )


def _facet(path: str, question: Question[T], things: Sequence[T], kept: Mapping[str, str]) -> Facet:
    counts = Counter(value for thing in things for value in question.values(thing))
    selected = kept.get(question.name, "")

    def entry(value: str, count: int) -> FacetValue:
        wanted = "" if value == selected else value
        href = with_query(path, **{**kept, question.name: wanted})
        return FacetValue(text=value, count=count, href=href, selected=value == selected)

    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return Facet(title=question.title, values=tuple(entry(value, count) for value, count in ordered))


def _chosen(path: str, chosen: Mapping[str, str], text: str) -> tuple[Link, ...]:
    everything = {**chosen, "q": text}
    return tuple(
        Link(text=value, href=with_query(path, **{**everything, name: ""}))
        for name, value in everything.items()
        if value
    )
