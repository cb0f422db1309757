"""The registry: all collections, narrowed by words, facets, place and time, page by page."""

from collections.abc import Iterable, Sequence

from repeatpass.catalog.records import Collection
from repeatpass.catalog.registry import Asked, Count, Entry, Found, asked_of, find, meant
from repeatpass.catalog.registry.asking import SORTS
from repeatpass.catalog.registry.plain import plain
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.framing import pole_of
from repeatpass.web.links import addressed
from repeatpass.web.pages.paging import pager_of
from repeatpass.web.timelines import Axis, axis_of, stretch_of, ticks_of
from repeatpass.web.views import CollectionRow, CollectionsPage, Facet, FacetValue, Link, Search

DESCRIPTION = (
    "The observations that the notebooks read, each with its makers, its licence and a checksum of every file."
)
PATH = "/collections"
FEED = "/feeds/collections.atom"
AT_ONCE = 30  # rows of a page
SHOWN = 12  # values of a facet
TITLES = {
    "tag": "Subject",
    "kind": "Kind of data",
    "provider": "Made by",
    "nature": "Nature",
    "use": "The licence allows",
}
MORE = {"tag": "/registry/tags", "provider": "/registry/providers"}
SHELVES = (
    ("Subjects", "/registry/tags"),
    ("Makers", "/registry/providers"),
    ("Usage examples", "/registry/examples"),
    ("Changes", "/registry/changes"),
    ("Catalogues elsewhere", "/remotes"),
    ("Add to the registry", "/registry/add"),
)
WORLD = (-180.0, -90.0, 180.0, 90.0)
Pairs = Sequence[tuple[str, str]]


def shelves(path: str = "") -> tuple[Link, ...]:
    """The other ways into the registry; the one at *path* leads nowhere."""
    every = (("Collections", PATH), *SHELVES)
    return tuple(Link(text=text, href="" if href == path else href) for text, href in every)


def collections_page(desk: Desk, pairs: Iterable[tuple[str, str]], path: str = PATH) -> CollectionsPage:
    """The collections that the parameters of an address ask for; raise Invalid naming one that is wrong."""
    given = [(name, value) for name, value in pairs if value.strip()]
    asked = asked_of(given)
    examples = desk.house.usage.counts()
    hidden = desk.house.registry.hidden_from(desk.house.catalog.viewer)
    found = find(desk.house.registry.entries(), asked, examples, hidden)
    first = (asked.number - 1) * AT_ONCE
    axis = axis_of(found.entries)
    kept = [(name, value) for name, value in given if name not in ("page", "search")]
    kept += [("q", asked.words)] if asked.words and not any(name == "q" for name, _ in kept) else []
    return CollectionsPage(
        title="Collections",
        path=path,
        description=DESCRIPTION,
        json_href=addressed(f"{PATH}.json", given),
        search=_search(asked, kept),
        facets=tuple(_facets(found, asked, kept)),
        rows=tuple(row_of(each, examples.get(each.id, 0), axis) for each in found.entries[first : first + AT_ONCE]),
        total=len(found.entries),
        of=found.of if asked.narrowed else 0,
        chosen=_chosen(found, kept),
        pager=pager_of(PATH, kept, asked.number, AT_ONCE, len(found.entries)),
        sorts=_sorts(asked, kept),
        ticks=ticks_of(axis),
        place=tuple((name, dict(given).get(name, "")) for name in ("from", "to", "bbox")),
        shelves=shelves(PATH),
        feed=FEED,
        meant=None if found.entries else _meant(desk, asked, kept, hidden),
    )


def _meant(desk: Desk, asked: Asked, kept: Pairs, hidden: frozenset[str]) -> Link | None:
    """Return the same search with its words as collections spell them; None where that finds nothing either."""
    registry = desk.house.registry
    text = meant(registry.entries(), registry.vocabulary(), asked, hidden)
    rest = [(name, text if name == "q" else value) for name, value in kept]
    return Link(text=text, href=addressed(PATH, rest)) if text else None


def _search(asked: Asked, kept: Pairs) -> Search:
    hidden = tuple((name, value) for name, value in kept if name not in ("q", "from", "to", "bbox"))
    return Search(action=PATH, text=asked.words, keep=hidden, label="Search collections")


def _facets(found: Found, asked: Asked, kept: Pairs) -> Iterable[Facet]:
    for name, title in TITLES.items():
        counts = found.facets[name]
        values = [_value(name, each, kept, asked) for each in counts]
        shown = [each for each in values if each.selected] + [each for each in values if not each.selected]
        more = Link(text=f"All {len(counts)}", href=MORE[name]) if len(counts) > SHOWN and name in MORE else None
        if len(values) > 1 or any(each.selected for each in values):
            yield Facet(title=title, values=tuple(shown[:SHOWN]), more=more)


def _value(name: str, count: Count, kept: Pairs, asked: Asked) -> FacetValue:
    several = name == "tag"
    selected = count.value in asked.tags if several else (name, count.value) in kept
    rest = [(n, v) for n, v in kept if n != name or (several and plain(v) != count.value)]
    href = addressed(PATH, rest if selected else [*rest, (name, count.value)])
    return FacetValue(text=count.text, count=count.number, href=href, selected=selected)


def _chosen(found: Found, kept: Pairs) -> tuple[Link, ...]:
    """What was chosen, each with the address without it."""
    spelled = {each.value: each.text for each in found.facets["tag"]}
    said = {"from": "from {}", "to": "to {}", "bbox": "within {}", "datetime": "time {}"}
    return tuple(
        Link(
            text=spelled.get(plain(value), value) if name == "tag" else said.get(name, "{}").format(value),
            href=addressed(PATH, [pair for at, pair in enumerate(kept) if at != number]),
        )
        for number, (name, value) in enumerate(kept)
        if name in TITLES or name in said
    )


def _sorts(asked: Asked, kept: Pairs) -> tuple[Link, ...]:
    now = asked.sort or ("" if asked.must else "used")
    rest = [pair for pair in kept if pair[0] != "sort"]
    return tuple(
        Link(text=text, href="" if name == now else addressed(PATH, [*rest, ("sort", name)]))
        for name, text in SORTS.items()
    )


def row_of(entry: Entry, examples: int, axis: Axis | None) -> CollectionRow:
    """A collection in a list."""
    return CollectionRow(
        id=entry.id,
        href=f"{PATH}/{entry.id}",
        title=entry.title,
        sentence=entry.sentence,
        nature=entry.nature,
        span=span_of(entry),
        where=where_of(entry),
        items=entry.files or entry.items,
        size=entry.size,
        licence=entry.licence,
        thumbnail=preview_href(entry) if entry.pictured else "",
        use=entry.use,
        tags=tags_of(entry.tags[:6]),
        makers=words.listed(list(entry.makers[:3])),
        examples=examples,
        stretch=stretch_of(entry.start, entry.end, axis, span_of(entry)),
        box=entry.box,
        strip=_strip(entry),
    )


def _strip(entry: Entry) -> bool:
    """Whether its picture is a map too flat to be seen alone: it is drawn where it lies on the Earth."""
    if entry.box is None or "Tables" in entry.kinds:
        return False
    if pole_of(entry.box):
        return False
    west, south, east, north = entry.box
    return east - west > 60 and east - west > 5 * (north - south)


def tags_of(tags: Iterable[str]) -> tuple[Link, ...]:
    """Tags, each leading to its collections."""
    return tuple(Link(text=tag, href=addressed(PATH, [("tag", plain(tag))])) for tag in tags)


def preview_href(collection: Entry | Collection) -> str:
    """The address of the picture drawn from the collection's data."""
    return f"{PATH}/{collection.id}/preview.png?v={collection.version}"


def span_of(entry: Entry) -> str:
    """From when to when; said where no time is stated."""
    if entry.start is None:
        return "No date" if entry.end is None else f"Until {entry.end.year}"
    if entry.end is None:
        return f"{entry.start.year} to today"
    return str(entry.start.year) if entry.start.year == entry.end.year else f"{entry.start.year} to {entry.end.year}"


def where_of(entry: Entry) -> str:
    """Where it lies, in degrees."""
    if entry.box is None:
        return "No place stated"
    if entry.box == WORLD:
        return "Whole Earth"
    return words.box(entry.box)
