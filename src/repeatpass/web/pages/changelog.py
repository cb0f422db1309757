"""What happened to collections, as sentences."""

from collections.abc import Iterable

from repeatpass.catalog.registry import Change
from repeatpass.web.desk import Desk
from repeatpass.web.pages.collections import FEED, shelves
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.paging import page_number, pager_of
from repeatpass.web.pages.seals import person
from repeatpass.web.views import Link
from repeatpass.web.views.collections import ChangeRow, ChangesPage

PATH = "/registry/changes"
AT_ONCE = 50
SENTENCES = {
    "edited": "What it says of itself, or its items, changed",
    "deleted": "Deleted",
    "withdrawn": "Withdrawn by its owner; passports that rest on it stand",
    "accepted": "Taken into the public registry",
}


def changes_of(desk: Desk, changes: Iterable[Change], *, linked: bool = True) -> tuple[ChangeRow, ...]:
    """Changes as lines; *linked*: each names its collection."""
    return tuple(_row(desk, each, linked) for each in changes)


def sentence_of(change: Change) -> str:
    """What happened, in a sentence without a full stop."""
    if change.kind == "registered":
        return f"Registered, version {change.version}" if change.first else f"Version {change.version}"
    return SENTENCES.get(change.kind, change.kind.capitalize())


def title_of(desk: Desk, collection: str) -> str:
    """What a collection is called; its id where there is none any more."""
    entry = desk.house.registry.entry(collection)
    return entry.title if entry else collection


def _row(desk: Desk, change: Change, linked: bool) -> ChangeRow:
    known = desk.house.registry.entry(change.collection) is not None
    link = Link(text=title_of(desk, change.collection), href=f"/collections/{change.collection}" if known else "")
    return ChangeRow(
        sentence=sentence_of(change),
        when=change.when,
        by=person(change.by),
        detail=change.detail,
        collection=link if linked else None,
    )


def changes_page(desk: Desk, page: str = "1") -> ChangesPage:
    """The changelog of the registry, newest first."""
    number = page_number(page)
    hidden = desk.house.registry.hidden_from(desk.house.catalog.viewer)
    found = desk.house.history.recent(AT_ONCE, (number - 1) * AT_ONCE, hidden)
    total = desk.house.history.number(hidden)
    return ChangesPage(
        title="Changes of the collections",
        path=PATH,
        description="What was registered, changed, withdrawn or deleted, newest first.",
        json_href=f"{PATH}.json",
        crumbs=(HOME, Link(text="Collections", href="/collections"), Link(text="Changes")),
        rows=changes_of(desk, found),
        shelves=shelves(PATH),
        feed=FEED,
        pager=pager_of(PATH, (), number, AT_ONCE, total),
    )
